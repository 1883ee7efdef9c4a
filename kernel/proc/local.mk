# proc: tasks, processes and everything a process is.
quire_SOURCES += %D%/pid.c %D%/rlimit.c %D%/task.c %D%/user_account.c
EXTRA_DIST += %D%/proc_internal.h
