/*
 * Scheduling: give up the CPU, wake, priorities, affinity, idle.
 *
 * 1. Each CPU has a run queue (sched/run_queue.h): real-time threads by priority, then fair threads
 * by virtual runtime (weighted by nice), then the idle thread. Threads go to an idle allowed CPU
 * when they wake; a CPU that becomes idle takes one from a CPU that has two; a CPU with two more
 *    runnable threads than another gives one away at its tick.
 * 2. There is no periodic tick. A CPU asks for its timer (sched_next_event) only while threads
 * compete for it or the running one has a CPU-time limit.
 * 3. Order of locks: any lock > run queue. Two run-queue locks are never held together: a thread
 *    that changes CPU is MOVING in between (thread.h 2).
 */
#pragma once

#include <sched/thread.h>

void sched_init(void);           /* CPU 0, before the first thread; needs no allocation */
void sched_start_services(void); /* RCU and work threads; after kmem and time_init */
__noreturn void sched_run_cpu(unsigned cpu); /* a CPU's idle loop; CPU 0 calls it last of all */

/*
 * schedule: switch to the best thread of this CPU. The caller set its own state first if it means
 * to sleep.
 * => preemption on; returns with interrupts as they were
 */
void schedule(void);

/* schedule_until: the same, and wake at @deadline (monotonic ns; WAIT_FOREVER: none). Check the
 * clock after. */
void schedule_until(u64 deadline);

void sched_yield_current(void);
void sched_preempt(void); /* preemption point: switches if one is requested and allowed */

/*
 * Sleeping by hand: set the state, re-check the condition, schedule(). thread_wake in between makes
 * the schedule() return at once. Prefer wait queues.
 */
static inline void
thread_set_state(enum thread_state state) /* of the current thread; a full barrier */
{
    (void)xchg(&current_thread()->state, (u32)state);
}

/*
 * thread_wake_states: make it runnable if it sleeps in a state of @states (THREAD_STATE_MASK).
 * => a full barrier before the state is looked at: the caller changed the condition before
 * => true: this call woke it
 */
bool thread_wake_states(struct thread *thread, unsigned states);

static inline bool thread_wake(struct thread *thread)
{
    return thread_wake_states(thread, THREAD_ASLEEP_MASK);
}

/*
 * thread_signal_wake: after THREAD_SIGNAL_PENDING or THREAD_KILL_PENDING was set, end the sleeps
 * the signal ends, or make a thread that runs in user mode on another CPU look.
 * => @fatal: killable and stopped sleeps too
 */
void thread_signal_wake(struct thread *thread, bool fatal);

/* A sleep in @state must end because of a signal. */
static inline bool thread_signal_interrupts(const struct thread *thread, enum thread_state state)
{
    u32 flags = __atomic_load_n(&thread->arch.flags, __ATOMIC_ACQUIRE);

    if (state == THREAD_INTERRUPTIBLE)
        return flags & (THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
    return state == THREAD_KILLABLE && (flags & THREAD_KILL_PENDING);
}

/*
 * Policy, priority, nice, affinity. Permission is the caller's business.
 * => sched_set_policy: -EINVAL unknown policy, or a priority that does not fit it (1..99 for FIFO
 * and RR, 0 for the others)
 * => sched_set_affinity: -EINVAL when no CPU of @mask is up; on return the thread does not run on
 *    another CPU any more
 */
int sched_set_policy(struct thread *thread, int policy, int priority,
                     bool reset_on_fork) __must_check;

#define NICE_MIN (-20)
#define NICE_MAX 19

/* Lend @thread a real-time priority (priority inheritance); 0: take it back. */
void sched_set_boost(struct thread *thread, int priority);
void sched_set_nice(struct thread *thread, int nice);
int sched_set_affinity(struct thread *thread, u64 mask) __must_check;
u64 sched_round_robin_interval(struct thread *thread); /* ns, as sched_rr_get_interval(2) */
u64 sched_online_cpus(void);                           /* mask of the CPUs that schedule */

/* Timer-tick work for the running thread, from the tick upcall; and when this CPU next needs one
 * (ns, ~0: never). Interrupts off. */
void sched_tick(u64 now);
u64 sched_next_event(void);

/* What sched needs of the rooms above. Any may be NULL before registration. */
struct sched_time_operations {
    void (*reprogram)(void); /* sched_next_event of this CPU came nearer; interrupts off */
    void (*schedule_until)(
        u64 deadline); /* arm a timer that wakes the current thread; schedule() */
};
void sched_set_time_operations(const struct sched_time_operations *operations);

/* Runs in the tick when the running thread's CPU time reached thread.cpu_deadline (which is then
 * ~0). */
void sched_set_cpu_deadline_hook(void (*hook)(struct thread *thread));
/* thread.cpu_deadline of the current thread was changed by itself. */
void sched_cpu_deadline_changed(void);

/* CPU time of a thread up to this moment, ns; never decreases between calls for the own thread. */
void thread_cpu_times(const struct thread *thread, u64 *user_ns, u64 *system_ns);
u64 thread_cpu_cycles(const struct thread *thread); /* the same, both, of arch_cycles */

/* Statistics for /proc/stat and /proc/loadavg. */
struct sched_cpu_stat {
    u64 user_ns, nice_ns, system_ns, idle_ns;
    u64 switches;
};
void sched_cpu_stat_get(unsigned cpu, struct sched_cpu_stat *stat);
unsigned sched_runnable_count(void);
u64 sched_threads_started(void); /* processes in /proc/stat */
void sched_load_average(
    u64 load[3]); /* fixed point, 11 bits of fraction, as /proc/loadavg and sysinfo want */
