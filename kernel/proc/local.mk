# proc: tasks, processes and everything a process is.
quire_SOURCES += %D%/accounting.c %D%/clocks.c %D%/aio.c %D%/aio_context.c %D%/call_dispatch.c %D%/control.c %D%/memory_marks.c %D%/credentials.c %D%/elf_check.c %D%/elf_map.c \
	%D%/exec.c %D%/exec_script.c %D%/exec_stack.c %D%/exec_strings.c %D%/exit.c %D%/file_owner.c \
	%D%/fork.c %D%/init_task.c %D%/interval_timers.c %D%/machine.c %D%/machine_log.c %D%/oom.c %D%/oom_report.c %D%/pid.c %D%/pidfd.c \
	%D%/posix_timers.c %D%/rlimit.c %D%/scheduling.c %D%/session.c %D%/task.c %D%/terminal.c \
	%D%/upcalls.c %D%/vdso.c %D%/wait.c
quire_SOURCES += %D%/core_dump.c
quire_SOURCES += %D%/dead_tasks.c
quire_SOURCES += %D%/core_file.c
quire_SOURCES += %D%/core_name.c
quire_SOURCES += %D%/core_notes.c
quire_SOURCES += %D%/core_pipe.c
quire_SOURCES += %D%/program_start.c
quire_SOURCES += %D%/memory_failure.c
quire_SOURCES += %D%/process_vm.c
quire_SOURCES += %D%/ptrace.c
quire_SOURCES += %D%/ptrace_attach.c
quire_SOURCES += %D%/ptrace_call.c
quire_SOURCES += %D%/ptrace_state.c
quire_SOURCES += %D%/ptrace_stop.c
quire_SOURCES += %D%/ptrace_wait.c
quire_SOURCES += %D%/seccomp.c
quire_SOURCES += %D%/compare.c
quire_SOURCES += %D%/io_priority.c
quire_SOURCES += %D%/memory_policy.c
quire_SOURCES += %D%/namespaces.c
quire_SOURCES += %D%/rseq.c
