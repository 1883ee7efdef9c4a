/*
 * Tasks and processes.
 *
 * 1. A task is a thread with a user side: a struct thread that runs, credentials, an address space,
 * descriptors, a signal mask. A process is what tasks share: an identity, a parent, a group,
 * limits, signal actions, an exit status.
 * 2. The tree lock (T) protects who is whose parent, child, group, session and number. process.lock
 * (p, rank SIGNAL, inside T) protects signals, limits, totals, and the pointers of its tasks to mm,
 * files and credentials. (o): only the task itself. Two letters: either to read, both to write.
 * 3. Both are reference-counted; a reference keeps the memory, not the life. A dead task leaves
 * process.tasks at once; a dead process stays as a zombie until its parent waits for it.
 * 4. The first task of a process has its number; when it exits before the others the number stays
 * with the process. execve from another task makes that one the leader, with the number of the
 * process.
 */
#pragma once

#include <abi/resource.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <proc/call_dispatch.h>
#include <proc/memory_failure.h>
#include <proc/pid.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <signal/state.h>
#include <time/time.h>
#include <vfs/context.h>

struct file;
struct mm;
struct process_group;
struct session;
struct user_account;
struct posix_timer;
struct seccomp_filter;
struct ptrace;

/* task.flags */
#define TASK_EXITING        (1u << 0) /* on its way out: no signals, no new work */
#define TASK_NO_NEW_PRIVS   (1u << 1)
#define TASK_TRACED         (1u << 2) /* trace=: print its system calls */
#define TASK_SUPERPRIV      (1u << 3) /* used a privilege; for accounting flags in /proc/PID/stat */
#define TASK_FORKED         (1u << 4) /* has not executed a program since fork */
#define TASK_SHM_CREATOR    (1u << 5) /* made a System V segment: shm_task_exit looks for it */
#define TASK_SECCOMP_STRICT (1u << 6) /* at most one of the two; seccomp.h */
#define TASK_SECCOMP_FILTER (1u << 7)
#define TASK_TRACED_CALLS   (1u << 8)  /* its tracer wants to see its system calls */
#define TASK_CALL_DISPATCH  (1u << 9)  /* sees its own system calls; call_dispatch.h */
#define TASK_MCE_POLICY     (1u << 10) /* PR_MCE_KILL: has said when memory failures are to end it */
#define TASK_MCE_EARLY      (1u << 11)
#define TASK_IO_FLUSHER     (1u << 12) /* PR_SET_IO_FLUSHER */

/* Somebody looks at each system call of the task. */
#define TASK_WATCHED                                                                               \
    (TASK_TRACED | TASK_SECCOMP_STRICT | TASK_SECCOMP_FILTER | TASK_TRACED_CALLS |                 \
     TASK_CALL_DISPATCH)
/* A child begins with the parent's. */
#define TASK_INHERITED (TASK_TRACED | TASK_MCE_POLICY | TASK_MCE_EARLY | TASK_IO_FLUSHER)

/* rseq.h */
struct rseq_state {
    void __user *area; /* NULL: not registered */
    u32 signature;
};

struct task {
    struct thread thread; /* first; the scheduler's half */
    refcount_t references;
    u32 flags;                     /* (a) TASK_* */
    struct pid *pid;               /* (T) may change once, in execve */
    struct process *process;       /* (I) */
    struct list_head process_link; /* (T, p) in process.tasks */
    struct mm *mm;                 /* (o, p) NULL once it exits */
    struct vfs_context
        vfs; /* (o, p) credentials, descriptors, root; the latter two NULL once it exits */
    struct user_account *account; /* (o, p) of the real user */
    struct task_signals signals;
    struct ptrace *ptrace;              /* (T, p) who traces it; NULL: nobody */
    struct seccomp_filter *seccomp;     /* (p; o reads) the newest filter; NULL: none */
    u32 personality;                    /* (o) */
    int parent_death_signal;            /* (o) written by the task, read under T */
    u64 timer_slack;                    /* (o) ns */
    u64 usual_timer_slack;              /* (o) ns; what it began with: PR_SET_TIMERSLACK 0 */
    struct call_dispatch call_dispatch; /* (o) */
    u64 start_time;                     /* (I) monotonic ns */
    void __user *clear_child_tid;       /* (o) */
    void __user *robust_list;           /* (o) */
    struct rseq_state rseq;             /* (o) */
    u16 io_priority;                    /* (a) class and level, ioprio_set(2) */
    bool in_execve;   /* (p) what it may do, and who may look at it, is about to change */
    int policy_mode;  /* (o) set_mempolicy(2): MPOL_* */
    u64 policy_nodes; /* (o) */
    struct sem_undo_list *sem_undo; /* (o) what semop(2) is to undo; NULL: nothing yet */
    struct completion *vfork_done;  /* (p) the parent waits on it; NULL: nobody does */
    u64 minor_faults, major_faults; /* (o) anybody may read */
    u64 read_bytes, written_bytes, read_calls, write_calls; /* (o) /proc/PID/io */
    long call_number; /* (o) system call being executed, -1: none; /proc/PID/syscall */
};

/* Sums over tasks that have exited, or over children that were waited for. */
struct process_totals {
    u64 user_ns, system_ns;
    u64 minor_faults, major_faults;
    u64 voluntary_switches, involuntary_switches;
    u64 max_resident_pages;
};

/* One of the three setitimer(2) timers; real time has its own struct timer. */
struct interval_timer {
    u64 deadline;    /* (p) ns of its clock, 0: off */
    u64 interval;    /* (p) ns */
    bool is_waiting; /* (p) ITIMER_REAL: until its signal is taken */
};

/* The tasks of a process whose core is being written come to rest (core_dump.c). */
struct core_park {
    struct task *dumper; /* (I) the one that goes on */
    unsigned nr_running; /* (process.lock) how many have not come yet */
};

enum process_state { PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_REAPED };

struct process {
    struct spinlock lock; /* rank SIGNAL, interrupts off */
    refcount_t references;
    struct pid *pid;           /* (I) */
    enum process_state state;  /* (T) */
    struct list_head all_link; /* (T) every process that is not reaped, oldest first */
    struct list_head tasks;    /* (T, p) living tasks */
    unsigned nr_tasks;         /* (T, p) */
    unsigned nr_live;          /* (p) tasks that have not begun to exit */
    u32 uid;                   /* (T) real user of a zombie */
    struct task *leader;       /* (T, p) NULL when it has exited before the others */
    struct process *parent;    /* (T) never NULL but for pid 1 */
    int parent_number;         /* (T; anybody may read) its number, 0: none */
    struct list_head children; /* (T) */
    struct list_head sibling;  /* (T) */
    int creator_tid; /* (T) the parent's task that made it: __WNOTHREAD, parent-death signals */
    struct process_group *group;  /* (T) */
    struct list_head group_link;  /* (T) */
    int exit_signal;              /* (T) to the parent; 0: none */
    bool unattended;              /* (I) nobody waits for it: the kernel started it */
    int exit_status;              /* (p) wait status, set when group exit begins */
    u32 terminal_serial;          /* (T) of the session's terminal that it has; another: none */
    bool executed;                /* (T) has called execve: setpgid by the parent is too late */
    bool is_subreaper;            /* (T) PR_SET_CHILD_SUBREAPER */
    bool has_subreaper;           /* (T) some ancestor is one */
    bool stop_reported;           /* (p) wait() has seen the current stop */
    bool continue_unreported;     /* (p) wait(WCONTINUED) has not seen the last continue */
    struct list_head tracees;     /* (T) struct ptrace of the tasks that its tasks trace */
    struct ptrace *leader_trace;  /* (T) of the leader, when that has ended; NULL: not traced */
    bool waits_for_tracer;        /* (T) a zombie that tracers have to see before the parent */
    unsigned nr_ended_traces;     /* (T) its other tasks that have, and no tracer has waited for */
    struct wait_queue child_wait; /* wait4 and waitid of its tasks */
    struct wait_queue exit_wait;  /* pollers of a pidfd; execve waiting for its other tasks */
    struct core_park *core;       /* (p) while its core is being written */
    struct process_signals signals;
    struct abi_rlimit rlimits[NR_RLIMITS]; /* (p) */
    struct process_totals dead_tasks;      /* (p) */
    struct process_totals children_totals; /* (p) */
    struct interval_timer intervals[3];    /* (p) ITIMER_* */
    struct timer real_timer;               /* ITIMER_REAL */
    struct timer
        cpu_timer;  /* watches CPU time: ITIMER_VIRTUAL and PROF, RLIMIT_CPU, CPU-time timers */
    u64 cpu_warned; /* (p) RLIMIT_CPU: the next second that sends SIGXCPU; 0: the soft limit */
    struct posix_timer *posix_timers; /* (p) */
    int next_timer_id;                /* (p) */
    u64 start_time;                   /* (I) monotonic ns */
    int oom_score_adj;                /* (a) -1000..1000 */
    int oom_score_adj_min;            /* (a) how low it may be set without CAP_SYS_RESOURCE */
    int dumpable;                     /* (a) prctl(PR_SET_DUMPABLE) */
    struct file
        *executable; /* (p) what the process runs; a reference; NULL for a moment at its ends */
    struct memory_failure memory_failure; /* (p) the last one */
    char comm[16];                        /* (p) name of the leader, kept for zombies */
};

/* The running task; NULL in a kernel thread. */
static inline struct task *current_task_or_null(void)
{
    struct thread *thread = current_thread();

    return thread->arch.flags & THREAD_KERNEL ? NULL : container_of(thread, struct task, thread);
}

/* The running task. => not in a kernel thread */
static inline struct task *current_task(void)
{
    return container_of(current_thread(), struct task, thread);
}

static inline struct process *current_process(void)
{
    return current_task()->process;
}

static inline int task_id(const struct task *task)
{
    return task->pid->number;
}

static inline int process_id(const struct process *process)
{
    return process->pid->number;
}

/* References. find: referenced, NULL when there is none (a zombie process is found, a dead task is
 * not). */
struct task *task_get(struct task *task);
void task_put(struct task *task);
struct task *task_find(int number);
struct process *process_get(struct process *process);
void process_put(struct process *process);
struct process *process_find(int number);

/* Referenced copies of what a task points to, for other tasks (/proc); NULL when it is exiting. */
struct mm *task_get_mm(struct task *task);
struct fd_table *task_get_files(struct task *task);
struct fs_context *task_get_fs(struct task *task);
const struct credentials *task_get_credentials(struct task *task);
struct file *process_get_executable(struct process *process);

/* Iteration that survives sleeping: the first process (task of @process) with number >= @number,
 * referenced; NULL: the end. */
struct process *process_next(int number);
struct task *process_next_task(struct process *process, int number);
/* A living task of the process: the leader if it lives; referenced; NULL: none. */
struct task *process_get_task(struct process *process);

/* The numbers of the children that the task @number of @process has, oldest first, at most @max of
 * them into @numbers. => how many there are */
unsigned process_children_get(struct process *process, int number, int *numbers, unsigned max);

/* The letter of /proc/PID/stat: R S D T Z X I. */
char task_state_letter(struct task *task);
char process_state_letter(struct process *process);
void task_set_name(struct task *task, const char *name); /* 15 bytes kept */
void task_get_name(struct task *task, char name[16]);
/* Called whenever a task gets a name (execve, prctl): the tracer chooses by it. */
void task_set_name_hook(void (*hook)(struct task *task));

u64 process_count(void);                /* processes and zombies */
u64 task_count(void);                   /* living tasks */
u64 process_fork_count(void);           /* since boot: "processes" of /proc/stat */
struct process *process_init_get(void); /* pid 1, not referenced; NULL before it exists */
