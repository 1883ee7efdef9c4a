/*
 * The insides of spin locks for panic, and the debug build's account of the spin locks a CPU holds;
 * nothing in other builds.
 */
#pragma once

#include <kern/spinlock.h>

/* The system ends, and only this CPU runs: from now on no lock is waited for. */
void spinlock_panic_begin(void);

#ifdef QUIRE_DEBUG
/* About to wait for @lock: panic when its rank does not allow it. @nested: an equal rank is
 * allowed. */
void spinlock_check_acquire(struct spinlock *lock, bool nested);
/* Taken without waiting, so in any order. */
void spinlock_check_acquired(struct spinlock *lock);
void spinlock_check_release(struct spinlock *lock);
/* No more checks: what comes now is the panic's. */
void spinlock_check_end(void);
#else
static inline void spinlock_check_acquire(struct spinlock *lock, bool nested)
{
    (void)lock;
    (void)nested;
}
static inline void spinlock_check_acquired(struct spinlock *lock)
{
    (void)lock;
}
static inline void spinlock_check_release(struct spinlock *lock)
{
    (void)lock;
}
static inline void spinlock_check_end(void)
{
}
#endif
