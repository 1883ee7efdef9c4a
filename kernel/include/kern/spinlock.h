/*
 * Spin locks with a rank.
 *
 * A CPU takes locks in increasing rank only (kern/lock_ranks.def, DESIGN 2.9); debug builds panic
 * on a violation, naming both locks, and on recursion, foreign unlock and sleeping with one held.
 * Holding a spin lock keeps preemption off. A lock that an interrupt handler takes is always taken
 * with interrupts off.
 *
 * Taking and releasing a free lock is in line: 9 instructions instead of the 27 of two calls, twice
 * or more in every system call.
 */
#pragma once

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <kern/preempt.h>
#include <lib/types.h>

/* Ranks, lowest taken first. LOCK_RANK_NONE is not checked against others. */
enum lock_rank {
    LOCK_RANK_NONE,
#define LOCK_RANK(name, description) LOCK_RANK_##name,
#include <kern/lock_ranks.def>
#undef LOCK_RANK
    NR_LOCK_RANKS
};

struct spinlock {
    u32 owner; /* (a) 0: free, else 1 + the CPU that holds it */
    u16 rank;  /* (I) */
};

#define SPINLOCK_INIT(rank_)                                                                       \
    {                                                                                              \
        .rank = (rank_)                                                                            \
    }

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

static inline void spin_lock_init(struct spinlock *lock, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT((u16)rank);
}
bool spin_is_held(const struct spinlock *lock); /* by this CPU */

/* The slow half of taking a lock: somebody has it. */
void spin_lock_wait(struct spinlock *lock);

/* The system ends, and only this CPU runs: from now on no lock is waited for. */
void spinlock_panic_begin(void);

/* => false: somebody has it; preemption is off */
static inline bool spin_lock_take(struct spinlock *lock)
{
    u32 free = 0;

    return __atomic_compare_exchange_n(&lock->owner, &free, arch_lock_owner(), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void spin_lock_ordered(struct spinlock *lock, bool nested)
{
    preempt_disable();
    spinlock_check_acquire(lock, nested);
    if (unlikely(!spin_lock_take(lock)))
        spin_lock_wait(lock);
}

static inline void spin_lock_give(struct spinlock *lock)
{
    spinlock_check_release(lock);
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

static inline void spin_lock(struct spinlock *lock) __acquires(lock)
{
    spin_lock_ordered(lock, false);
}

/* A second lock of the same rank (two leaf tables, two run queues): the caller orders them by
 * address. */
static inline void spin_lock_nested(struct spinlock *lock) __acquires(lock)
{
    spin_lock_ordered(lock, true);
}

static inline bool __must_check spin_trylock(struct spinlock *lock)
{
    preempt_disable();
    if (!spin_lock_take(lock)) {
        preempt_enable();
        return false;
    }
    spinlock_check_acquired(lock);
    return true;
}

static inline void spin_unlock(struct spinlock *lock) __releases(lock)
{
    spin_lock_give(lock);
    preempt_enable();
}

/* The same where interrupts are known to be on. */
static inline void spin_lock_irq(struct spinlock *lock) __acquires(lock)
{
    irq_disable();
    spin_lock(lock);
}

static inline void spin_unlock_irq(struct spinlock *lock) __releases(lock)
{
    spin_lock_give(lock);
    irq_enable();
    preempt_enable();
}

static inline irqflags_t spin_lock_irqsave(struct spinlock *lock) __acquires(lock)
{
    irqflags_t flags = irq_save();

    spin_lock(lock);
    return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock, irqflags_t flags) __releases(lock)
{
    spin_lock_give(lock);
    irq_restore(flags);
    preempt_enable();
}
