/*
 * Threads, as the scheduler sees them.
 *
 * proc embeds a struct thread in each struct task; kernel threads are bare. A thread is in one of four
 * states; only its own CPU's run-queue lock moves it between RUNNABLE and the others. A sleeping thread is
 * woken exactly once per wait: thread_wake on a runnable thread does nothing.
 */
#pragma once

#include <arch/mmu.h>
#include <arch/thread.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

enum thread_state {
    THREAD_RUNNABLE,        /* running or on a run queue */
    THREAD_INTERRUPTIBLE,   /* asleep, a signal wakes it */
    THREAD_UNINTERRUPTIBLE, /* asleep, only the event wakes it */
    THREAD_STOPPED,         /* job control or tracing; only SIGCONT or SIGKILL wakes it */
    THREAD_DEAD,
};

/* Bits of thread.flags. */
#define THREAD_SIGNAL_PENDING (1u << 0) /* signal: something to deliver; ends interruptible sleeps */
#define THREAD_KILL_PENDING   (1u << 1) /* a fatal signal: ends killable sleeps too */
#define THREAD_KERNEL         (1u << 2) /* no user side */

/* Scheduling policies are Linux's numbers: SCHED_OTHER 0, FIFO 1, RR 2, BATCH 3, IDLE 5. */
struct thread {
    struct arch_thread arch;
    void *stack;           /* (I) KERNEL_STACK_SIZE bytes with a guard page below */
    struct arch_mmu *mmu;  /* own thread; NULL: borrows whatever is loaded */
    u32 flags;             /* (a) */
    u32 state;             /* (r) run-queue lock of @cpu; read by anyone */
    u32 on_run_queue;      /* (r) */
    u32 on_cpu;            /* (a) is being run right now: cleared after its last use of the stack */
    u32 cpu;               /* (r) last or current CPU */
    u64 allowed_cpus;      /* (r) affinity mask */
    int policy;            /* (r) */
    int priority;          /* (r) real-time priority 1..99, else 0 */
    int nice;              /* (r) -20..19 */
    u64 virtual_runtime;   /* (r) fair clock, ns weighted by nice */
    u64 slice_end;         /* (r) ns */
    struct rb_node run_node; /* (r) fair queue */
    struct list_head run_link; /* (r) real-time queue */
    u64 run_start;         /* own CPU: when the current accounting period began, ns */
    u64 user_ns;           /* own thread writes, anyone reads */
    u64 system_ns;
    u64 voluntary_switches;
    u64 involuntary_switches;
    const void *wait_channel; /* what it sleeps on, for /proc/PID/wchan and debuggers */
    char name[16];
    void (*entry)(void *); /* (I) kernel threads */
    void *argument;
};

struct thread *current_thread(void);

/*
 * thread_init: a thread that is not yet runnable, with a kernel stack.
 * => the caller then prepares thread->arch (arch_thread_init_user) or calls thread_create_kernel instead
 * => -ENOMEM
 */
int thread_init(struct thread *thread, const char *name) __must_check;
void thread_fini(struct thread *thread); /* frees the stack; the thread is dead and off every CPU */

/* thread_create_kernel: a running kernel thread. => ERR_PTR(-ENOMEM); never destroyed unless entry returns */
struct thread *thread_create_kernel(const char *name, void (*entry)(void *), void *argument) __must_check;

/* First run of a new thread; places it on a CPU of its mask. */
void thread_start(struct thread *thread);

/*
 * thread_exit: the current thread's last call. @reap(thread) runs on another stack once this one is unused.
 */
__noreturn void thread_exit(void (*reap)(struct thread *));

/* Wait until @thread (state DEAD) has left its CPU for good. */
void thread_wait_off_cpu(struct thread *thread);

static inline bool thread_flag(const struct thread *thread, u32 flag)
{
    return __atomic_load_n(&thread->flags, __ATOMIC_ACQUIRE) & flag;
}
void thread_set_flag(struct thread *thread, u32 flag);
void thread_clear_flag(struct thread *thread, u32 flag);
