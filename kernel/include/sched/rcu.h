/*
 * Read-copy-update: readers hold preemption off; a grace period ends when every CPU has switched
 * threads, idled or been in user mode once since it began.
 */
#pragma once

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

/* Run @function after a grace period, in a kernel thread (may take locks, should not sleep for long). Callable anywhere. */
void rcu_call(struct rcu_head *head, void (*function)(struct rcu_head *head));
void rcu_synchronize(void); /* may sleep */
void rcu_barrier(void);     /* all callbacks queued before have run */
void rcu_quiescent(void);   /* this CPU holds no reference: from the scheduler, idle and user entry */

#define rcu_dereference(pointer)           __atomic_load_n(&(pointer), __ATOMIC_CONSUME)
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), (value), __ATOMIC_RELEASE)
