# proc: tasks, processes and everything a process is.
quire_SOURCES += %D%/accounting.c %D%/exit.c %D%/file_owner.c %D%/fork.c %D%/pid.c %D%/rlimit.c \
	%D%/session.c %D%/task.c %D%/terminal.c %D%/upcalls.c %D%/user_account.c %D%/wait.c
EXTRA_DIST += %D%/proc_internal.h
quire_SOURCES += %D%/control.c
quire_SOURCES += %D%/machine_log.c
quire_SOURCES += %D%/scheduling.c
