/*
 * Read-copy-update: readers hold preemption off; a grace period ends when every CPU has switched
 * threads, gone to user mode or idled outside interrupts once since it began.
 *
 * Grace periods are driven by one kernel thread; callbacks run there, in batches. Queueing a
 * callback takes no lock.
 */
#pragma once

#include <kern/percpu.h>
#include <kern/preempt.h>
#include <lib/types.h>

struct rcu_head {
    struct rcu_head *next;
    void (*function)(struct rcu_head *head);
};

static inline void rcu_read_lock(void)
{
    preempt_disable();
}

static inline void rcu_read_unlock(void)
{
    preempt_enable();
}

/*
 * rcu_call: run @function after a grace period, in a kernel thread.
 * => callable anywhere but under a run-queue lock or a lock ranked after it; @function may take
 * locks, should not sleep for long
 */
void rcu_call(struct rcu_head *head, void (*function)(struct rcu_head *head));
void rcu_synchronize(void); /* may sleep */
void rcu_barrier(void);     /* all callbacks queued before have run; may sleep */

/* The idle loop, and whoever leaves it, interrupts off: while idle a CPU is not asked. */
void rcu_idle_enter(void);
void rcu_idle_exit(void);

void rcu_start(void); /* the kernel thread */

extern u64 rcu_period; /* the RCU thread writes */

/* This CPU holds no reference. => interrupts off */
static inline void rcu_quiescent(void)
{
    u64 period = __atomic_load_n(&rcu_period, __ATOMIC_ACQUIRE);

    if (unlikely(arch_rcu_seen() != period))
        arch_set_rcu_seen(period);
}

#define rcu_dereference(pointer)           __atomic_load_n(&(pointer), __ATOMIC_CONSUME)
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), (value), __ATOMIC_RELEASE)
