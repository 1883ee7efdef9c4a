/*
 * Spin locks with a rank.
 *
 * A CPU takes locks in increasing rank only (kern/lock_ranks.def, DESIGN 2.9); debug builds panic
 * on a violation, naming both locks, and on recursion, foreign unlock and sleeping with one held.
 * Holding a spin lock keeps preemption off. A lock that an interrupt handler takes is always taken
 * with interrupts off.
 */
#pragma once

#include <arch/cpu.h>
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
    u32 locked; /* (a) */
    u16 rank;   /* (I) */
    s16 cpu;    /* holder, -1: free; for assertions */
};

#define SPINLOCK_INIT(rank_)                                                                       \
    {                                                                                              \
        .rank = (rank_), .cpu = -1                                                                 \
    }

void spin_lock_init(struct spinlock *lock, enum lock_rank rank);
void spin_lock(struct spinlock *lock) __acquires(lock);
void spin_unlock(struct spinlock *lock) __releases(lock);
bool spin_trylock(struct spinlock *lock) __must_check;
irqflags_t spin_lock_irqsave(struct spinlock *lock) __acquires(lock);
void spin_unlock_irqrestore(struct spinlock *lock, irqflags_t flags) __releases(lock);
bool spin_is_held(const struct spinlock *lock); /* by this CPU */

/* A second lock of the same rank (two leaf tables, two run queues): the caller orders them by
 * address. */
void spin_lock_nested(struct spinlock *lock) __acquires(lock);
