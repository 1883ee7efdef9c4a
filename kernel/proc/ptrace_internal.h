/*
 * What the files of ptrace share.
 */
#pragma once

#include <lib/list.h>
#include <proc/ptrace.h>
#include <proc/task.h>

enum ptrace_mode { PTRACE_RUNS, PTRACE_RUNS_TO_CALL, PTRACE_STEPS, PTRACE_EMULATES };

struct ptrace {
    struct list_head link; /* (T) in tracer->process->tracees */
    struct task *tracer;   /* (T) lives at least as long as this */
    struct ptrace *free_next;
    struct task *task;       /* (T) the traced; NULL: it has ended */
    struct process *process; /* (T) a reference; whose task it is */
    int tid;                 /* (T) */
    int exit_status;         /* (T) when it has ended */
    bool ended;              /* (T) wait may tell */
    bool seized;             /* (I) */
    bool privileged;         /* (I) once linked: who attached had CAP_SYS_PTRACE */
    u32 options;             /* (p) */
    enum ptrace_mode mode;   /* (p) */
    bool stopped;            /* (p) in a trace stop */
    bool reported;           /* (p) wait has told */
    bool is_group_stop;      /* (p) of this stop */
    bool listens;            /* (p) PTRACE_LISTEN */
    bool has_info;           /* (p) of this stop: @info means something */
    u8 call_stop;            /* (p) of this stop: PTRACE_SYSCALL_INFO_* */
    u32 call_data;           /* (p) of a filter's stop */
    int code;                /* (p) of this stop: signal, event << 8 */
    u64 message;             /* (p) PTRACE_GETEVENTMSG */
    struct abi_siginfo info; /* (p) PTRACE_GETSIGINFO */
};

/* A stop of the running task. */
struct ptrace_halt {
    int code;                       /* signal, event << 8 */
    const struct abi_siginfo *info; /* NULL: made of the code */
    u8 call_stop;
    u32 call_data;
    bool is_group_stop;
};

/* Come to rest. => the signal that the tracer gave, 0: none; *info (may be NULL): as it left it */
int ptrace_halt(const struct ptrace_halt *halt, struct abi_siginfo *info);

/* Let a task in a trace stop go on with @signal. => tree lock, process.lock of the traced held */
void ptrace_release_locked(struct ptrace *trace, int signal);

/* No longer traced; @signal if it is in a stop. Frees @trace. => tree lock held */
void ptrace_detach_locked(struct ptrace *trace, int signal);

/* Requests about the state of a stopped task (ptrace_state.c). -ENOSYS: not one of these. */
long ptrace_state_request(struct task *task, long request, unsigned long addr, unsigned long data);

/* The trace of @task if the running task is its tracer and it is in a stop. => process.lock of
 * @task held */
struct ptrace *ptrace_find_stopped_locked(struct task *task);

/* ---- ptrace.c ---- */

/* A struct ptrace that traces nobody yet. NULL: no memory */
struct ptrace *ptrace_create(bool seized, u32 options) __must_check;
/* => any lock may be held; nobody finds it any more */
void ptrace_free(struct ptrace *trace);
/* @task is traced by @tracer from now on. => tree lock, process.lock of @task held */
void ptrace_link_locked(struct ptrace *trace, struct task *task, struct task *tracer,
                        bool privileged);
/* SIGKILL. => tree lock held */
void ptrace_kill_locked(struct process *process);
/* The tracer knows all, or has gone: detach. If that was what the end of a whole process waited
 * for, its parent learns of it now. Frees @trace. => tree lock held; what @forgotten gets goes to
 * process_forget */
void ptrace_forget_locked(struct ptrace *trace, struct list_head *forgotten);

/* ---- ptrace_attach.c ---- */

/* PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_TRACEME. Errors as ptrace(2). */
long ptrace_attach(struct task *task, bool seized, u32 options);
long ptrace_seize(struct task *task, unsigned long addr, unsigned long options);
long ptrace_trace_me(void);
