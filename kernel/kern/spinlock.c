/*
 * Spin locks: one word, exchanged. The quick way is in the header.
 *
 * Not first come, first served: in a virtual machine the next in line may have lost its processor
 * to another virtual one, and everybody behind it would wait for that. With four virtual CPUs on
 * two processors tickets made contended locks about four times slower.
 *
 * The debug build keeps a stack of the locks each CPU holds and panics on an order that could
 * deadlock. Locks taken inside an interrupt handler are compared only with each other: what the
 * interrupted code holds with interrupts on is never taken by a handler.
 */
#include <kern/spinlock.h>

static bool open_for_panic; /* (a) locks keep nobody out any more */

void spinlock_panic_begin(void)
{
    __atomic_store_n(&open_for_panic, true, __ATOMIC_RELAXED);
    spinlock_check_end();
}

void spin_lock_wait(struct spinlock *lock)
{
    do {
        cpu_relax();
        if (__atomic_load_n(&open_for_panic, __ATOMIC_RELAXED))
            return;
    } while (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != 0 || !spin_lock_take(lock));
}

bool spin_is_held(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == arch_lock_owner() &&
           preempt_depth() > 0;
}
