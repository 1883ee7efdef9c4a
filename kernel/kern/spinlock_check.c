/*
 * Lock order, enforced: the debug build's account of the spin locks each CPU holds. The stacks are
 * each CPU's own, used with preemption off; an interrupt in between leaves them as it found them.
 */
#include <kern/spinlock.h>

#include <kern/panic.h>
#include <kern/percpu.h>

#define HELD_MAX 32

struct held_lock {
    struct spinlock *lock;
    unsigned interrupt_depth;
};

struct held_locks {
    unsigned nr;
    struct held_lock locks[HELD_MAX];
};

static DEFINE_PER_CPU(struct held_locks, held_locks);

static bool ended; /* (a) a panic is under way */

static const char *const rank_names[] = {
    "NONE",
#define LOCK_RANK(name, description) #name,
#include <kern/lock_ranks.def>
#undef LOCK_RANK
};

static void push(struct spinlock *lock)
{
    struct held_locks *held = this_cpu_ptr(held_locks);

    if (held->nr == HELD_MAX)
        panic("spin locks: %d held at once", HELD_MAX);
    held->locks[held->nr++] = (struct held_lock){lock, arch_interrupt_depth()};
}

static void check_order(const struct spinlock *lock, const struct spinlock *other, bool nested)
{
    if (lock == other)
        panic("spin lock %p (%s) taken twice", lock, rank_names[lock->rank]);
    if (lock->rank == LOCK_RANK_NONE || other->rank == LOCK_RANK_NONE)
        return;
    if (other->rank > lock->rank || (other->rank == lock->rank && !nested))
        panic("spin lock %p (%s) taken while holding %p (%s)", lock, rank_names[lock->rank], other,
              rank_names[other->rank]);
}

void spinlock_check_acquire(struct spinlock *lock, bool nested)
{
    const struct held_locks *held = this_cpu_ptr(held_locks);

    if (ended)
        return;
    for (unsigned i = 0; i < held->nr; i++) {
        if (held->locks[i].interrupt_depth == arch_interrupt_depth())
            check_order(lock, held->locks[i].lock, nested);
    }
    push(lock);
}

void spinlock_check_acquired(struct spinlock *lock)
{
    if (!ended)
        push(lock);
}

void spinlock_check_release(struct spinlock *lock)
{
    struct held_locks *held = this_cpu_ptr(held_locks);
    unsigned i = held->nr;

    if (ended)
        return;
    while (i > 0 && held->locks[i - 1].lock != lock)
        i--;
    if (i == 0)
        panic("spin lock %p (%s) released by a CPU that does not hold it", lock,
              rank_names[lock->rank]);
    held->nr--;
    for (; i <= held->nr; i++)
        held->locks[i - 1] = held->locks[i];
}

void spinlock_check_end(void)
{
    ended = true;
}
