/*
 * Threads, as the scheduler sees them.
 *
 * proc embeds a struct thread in each struct task; kernel threads are bare.
 *
 * 1. State. A thread that means to sleep writes its own state without a lock (thread_set_state) and
 *    calls schedule(). Every other change of state is made under the run-queue lock of the CPU the
 *    thread names in thread.cpu, and that CPU changes only under the lock of the old one. A wake
 *    therefore happens exactly once: it is the change from a sleeping state to RUNNABLE.
 * 2. Place. on_run_queue says where a RUNNABLE thread is: QUEUED is in a queue of thread.cpu or
 * running there, MOVING is in no queue for the moment, on its way from one CPU to another, and the
 * mover is going to enqueue it. A waker that finds either only has to set the state.
 * 3. Switching out. The run-queue lock is held across the context switch and released by the next
 *    thread, on the next thread's stack. So whoever holds the run-queue lock of a thread that is
 * off its queue knows that its registers are saved: a waker on another CPU cannot run it too early.
 *    on_cpu tells the same to those who hold no lock (thread_wait_off_cpu).
 * 4. Memory. Wakers may still look at a thread that was woken by something else and has ended. The
 * memory of a struct thread is therefore freed after an RCU grace period, and wakers without a lock
 * that keeps the thread are RCU readers.
 */
#pragma once

#include <abi/sched.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/thread.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>
#include <sched/rcu.h>

enum thread_state {
    THREAD_RUNNABLE,        /* running, on a run queue, or on its way to one */
    THREAD_INTERRUPTIBLE,   /* asleep, a signal wakes it */
    THREAD_KILLABLE,        /* asleep, the event or a fatal signal wakes it */
    THREAD_UNINTERRUPTIBLE, /* asleep, only the event wakes it */
    THREAD_STOPPED,         /* job control or tracing; only SIGCONT or SIGKILL wakes it */
    THREAD_NEW,             /* not started yet */
    THREAD_DEAD,
};
#define THREAD_STATE_MASK(state) (1u << (state))
#define THREAD_ASLEEP_MASK                                                                         \
    (THREAD_STATE_MASK(THREAD_INTERRUPTIBLE) | THREAD_STATE_MASK(THREAD_KILLABLE) |                \
     THREAD_STATE_MASK(THREAD_UNINTERRUPTIBLE))

enum thread_place { THREAD_OFF_QUEUE, THREAD_QUEUED, THREAD_MOVING };

/* Bits of thread.arch.flags. */
#define THREAD_KERNEL (1u << 0) /* no user side */
/* Those of ARCH_THREAD_RETURN_WORK: looked at before every return to user mode. */
#define THREAD_SIGNAL_PENDING                                                                      \
    (1u << 16) /* signal: something to deliver; ends interruptible sleeps */
#define THREAD_KILL_PENDING     (1u << 17) /* a fatal signal: ends killable sleeps too */
#define THREAD_RESTORES_BLOCKED (1u << 18) /* signal: the call set a mask for its own time */
#define THREAD_WAS_SWITCHED     (1u << 19) /* another thread ran since; only with @tells_switches */

#define REALTIME_PRIORITY_MIN 1
#define REALTIME_PRIORITY_MAX 99

struct thread {
    struct arch_thread arch;
    void *stack;          /* (I) KERNEL_STACK_SIZE bytes with a guard page below */
    struct arch_mmu *mmu; /* own thread; NULL: borrows whatever is loaded */
    u32 state;            /* see 1; read by anyone */
    u32 on_run_queue;     /* (r) run-queue lock of @cpu; enum thread_place */
    u32 on_cpu;           /* (a) 1 until its registers and stack are out of use */
    u32 cpu;              /* (r) last or current CPU */
    int policy;           /* (r) in force: differs from the user's while boosted */
    int priority;         /* (r) in force: real-time priority 1..99, else 0 */
    int user_policy;      /* (r) as set by sched_set_policy */
    int user_priority;    /* (r) */
    int boost;            /* (r) real-time priority lent by a waiter, 0: none */
    int nice;             /* (r) -20..19 */
    u64 allowed_cpus;     /* (r) affinity mask */

    u32 weight;                /* (r) share of the fair queue */
    bool reset_on_fork;        /* (r) children get SCHED_OTHER and no negative nice */
    u64 virtual_runtime;       /* (r) fair clock, ns scaled by weight */
    u64 slice_used;            /* (r) SCHED_RR: ns of the time slice that are gone */
    u64 charged_until;         /* (r) the run time before this moment is in virtual_runtime, ns */
    struct rb_node run_node;   /* (r) fair queue */
    struct list_head run_link; /* (r) real-time queue */

    /* Time accounting (account.c), with the counts in @arch. */
    u32 is_running;      /* a period is open */
    bool tells_switches; /* own thread: being switched out sets THREAD_WAS_SWITCHED */
    u64 cpu_deadline;    /* CPU time, ns, at which the CPU-time hook runs; ~0: never */
    u64 awake_since;     /* (a) CPU time, cycles, when it last fell asleep: for RLIMIT_RTTIME */
    u64 voluntary_switches;
    u64 involuntary_switches;

    void *vfs;           /* (I) a task's struct vfs_context; NULL: a kernel thread */
    const char *refusal; /* own thread: why mm refused the current call (mm/refuse.h), or NULL */
    const void *wait_channel; /* what it sleeps on, for /proc/PID/wchan and debuggers */
    char name[16];
    void (*entry)(void *); /* (I) kernel threads */
    void *argument;
    void (*reap)(struct thread *); /* own thread, at exit */
    struct rcu_head rcu;           /* after exit */
};

static inline struct thread *current_thread(void)
{
    return arch_current();
}

/*
 * thread_init: a thread that is not yet runnable, with a kernel stack.
 * => policy, priority, nice and affinity are the current thread's (see reset_on_fork)
 * => the caller then prepares thread->arch (arch_thread_init_user) and calls thread_start
 * => -ENOMEM
 */
int thread_init(struct thread *thread, const char *name) __must_check;

/* Free the stack; the thread was never started, or is dead and off every CPU. Interrupts on. */
void thread_fini(struct thread *thread);

void thread_set_name(struct thread *thread, const char *name);

/*
 * thread_create_kernel: a running kernel thread.
 * => its storage is freed when @entry returns; who needs it longer must not let it return
 * => ERR_PTR(-ENOMEM)
 */
struct thread *thread_create_kernel(const char *name, void (*entry)(void *),
                                    void *argument) __must_check;

/* The same, restricted to the CPUs in @mask. */
struct thread *thread_create_kernel_on(const char *name, void (*entry)(void *), void *argument,
                                       u64 mask) __must_check;

/* First run of a new thread; places it on a CPU of its mask. */
void thread_start(struct thread *thread);

/*
 * thread_exit: the current thread's last call.
 * => @reap(thread) runs in a kernel thread when this one is off its CPU and a grace period is over;
 * it may free the thread. NULL: somebody else does (thread_wait_off_cpu; mind 4)
 */
__noreturn void thread_exit(void (*reap)(struct thread *));

/*
 * thread_look_asleep: call @look for a thread that sleeps or is stopped, which keeps it from waking
 * meanwhile.
 * => @look is short and takes no lock
 * => false: it runs, is about to, or has ended; @look was not called
 */
bool thread_look_asleep(struct thread *thread, void (*look)(const struct thread *, void *),
                        void *argument);

/* Wait until @thread (state DEAD) has left its CPU for good. */
void thread_wait_off_cpu(struct thread *thread);

static inline bool thread_flag(const struct thread *thread, u32 flag)
{
    return __atomic_load_n(&thread->arch.flags, __ATOMIC_ACQUIRE) & flag;
}

/* Both are full barriers. */
static inline void thread_set_flag(struct thread *thread, u32 flag)
{
    fetch_or(&thread->arch.flags, flag);
}

static inline void thread_clear_flag(struct thread *thread, u32 flag)
{
    fetch_and(&thread->arch.flags, ~flag);
}
