/*
 * Scheduling: give up the CPU, wake, priorities, affinity, idle.
 */
#pragma once

#include <sched/thread.h>

void sched_init(void);                 /* CPU 0, before the first thread */
__noreturn void sched_run_cpu(unsigned cpu); /* a CPU's idle loop */

/* Switch to the best thread of this CPU. The caller set its own state first if it means to sleep. */
void schedule(void);
void sched_yield_current(void);
void sched_preempt(void); /* preemption point: schedule() if one is requested and allowed */

/*
 * Sleeping by hand: set the state, re-check the condition, schedule(). thread_wake in between makes the
 * schedule() return at once. Prefer wait queues.
 */
void thread_set_state(enum thread_state state); /* of the current thread, with a full barrier */

/* thread_wake: make it runnable if it sleeps in a state of @states (bit mask 1 << enum thread_state). => true: it was woken */
bool thread_wake_states(struct thread *thread, unsigned states);
bool thread_wake(struct thread *thread); /* from INTERRUPTIBLE or UNINTERRUPTIBLE */
/* After THREAD_SIGNAL_PENDING or THREAD_KILL_PENDING was set: end its interruptible sleep or poke it on its CPU. */
void thread_signal_wake(struct thread *thread, bool fatal);

/* Policy, priority, nice, affinity; errors as sched_setscheduler(2), setpriority(2), sched_setaffinity(2). Permission is the caller's business. */
int sched_set_policy(struct thread *thread, int policy, int priority) __must_check;
void sched_set_nice(struct thread *thread, int nice);
int sched_set_affinity(struct thread *thread, u64 mask) __must_check;
u64 sched_round_robin_interval(const struct thread *thread); /* ns */

/* Timer-tick work for the running thread, from the tick upcall; and when this CPU next needs one (ns, ~0: never). */
void sched_tick(u64 now);
u64 sched_next_event(void);

/* Time accounting at the user boundary (arch upcalls). */
void sched_account_user_enter(void);
void sched_account_user_exit(void);

/* Statistics for /proc/stat and /proc/loadavg. */
struct sched_cpu_stat {
    u64 user_ns, nice_ns, system_ns, idle_ns, irq_ns;
    u64 switches;
};
void sched_cpu_stat_get(unsigned cpu, struct sched_cpu_stat *stat);
unsigned sched_runnable_count(void);
void sched_load_average(u64 load[3]); /* fixed point, 11 bits of fraction, as /proc/loadavg and sysinfo want */
