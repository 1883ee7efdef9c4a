/*
 * The signal state that a task and a process carry. For proc and signal; others use
 * <signal/signal.h>.
 *
 * Legend: (p) process.lock; (o) the task itself; (I) immutable; (a) atomic.
 */
#pragma once

#include <abi/signal.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <sched/wait.h>

struct user_account;

/* Bit of signal @n in a set. Sets are u64, bit 0 is signal 1, as in user memory. */
#define SIGNAL_BIT(n) (1ul << ((n)-1))

struct signal_entry {
    struct list_head link;        /* (p) */
    struct abi_siginfo info;      /* (p) signo 0: it is not in use */
    struct user_account *account; /* charged for it; a reference; NULL: the task's own entry */
};

/* Signals sent and not yet taken. A bit may be set without an entry: memory was short when it was
 * sent. */
struct signal_queue {
    u64 set;                  /* (p) */
    struct list_head entries; /* (p) struct signal_entry, in order of arrival */
};

/*
 * What a process does on each signal; shared by clone(CLONE_SIGHAND). Most do the default on most
 * signals: a group of actions is there only once one of it has been something else.
 */
#define SIGNAL_GROUP_SIZE 16
#define NR_SIGNAL_GROUPS  (NR_SIGNALS / SIGNAL_GROUP_SIZE)
struct signal_group {
    struct abi_sigaction action[SIGNAL_GROUP_SIZE];
};
struct signal_actions {
    refcount_t references;
    struct spinlock lock;                          /* rank SIGNAL, nested inside a process.lock */
    struct signal_group *groups[NR_SIGNAL_GROUPS]; /* (lock) set once; NULL: all default */
};

/* How restart_syscall(2) continues a call that was interrupted by a stop or an ignored signal. */
struct restart_block {
    long (*function)(struct restart_block *restart); /* NULL: -EINTR */
    u64 argument[5];
};

struct task_signals {
    u64 blocked;                  /* (p) written by the task only, so it reads without the lock */
    u64 saved_blocked;            /* (o) mask to go back to: flag THREAD_RESTORES_BLOCKED */
    u64 awaited;                  /* (p) what sigtimedwait waits for, although blocked */
    struct signal_queue pending;  /* (p) sent to this task alone */
    struct signal_entry fault;    /* (p) an entry in reserve, for a synchronous fault */
    struct abi_stack alternate;   /* (o) sigaltstack; flags SS_DISABLE: none */
    bool stop_requested;          /* (p) take part in the group stop */
    bool may_stop;                /* (p) no SIGCONT has come since it took its last signal */
    bool trap_requested;          /* (p) come to a trace stop */
    int trace_signal;             /* (p) what the tracer gave at the end of a stop */
    struct restart_block restart; /* (o) */
};

struct process_signals {
    struct signal_queue pending;    /* (p) sent to the process as a whole */
    struct signal_actions *actions; /* (p) replaced by exec only, with one task left */
    bool group_exit;                /* (p) every task is to end, with process.exit_status */
    struct task *group_exec;        /* (p) execve: every task but this one is to end */
    int stop_signal;                /* (p) a group stop is in progress or complete */
    unsigned stops_remaining;       /* (p) tasks that have not stopped yet */
    bool stopped;                   /* (p) all have */
    int notify;  /* (p) CLD_STOPPED or CLD_CONTINUED owed to the parent, else 0 */
    bool forced; /* (p) a fault whose default action is due: even pid 1 is not protected */
};
