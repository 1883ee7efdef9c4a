/*
 * Spin locks: one word, exchanged.
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

#include "spinlock_check.h"

#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/preempt.h>

void spin_lock_init(struct spinlock *lock, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT((u16)rank);
}

static bool open_for_panic; /* (a) locks keep nobody out any more */

void spinlock_panic_begin(void)
{
    __atomic_store_n(&open_for_panic, true, __ATOMIC_RELAXED);
    spinlock_check_end();
}

static void wait_until_ours(struct spinlock *lock)
{
    while (unlikely(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))) {
        do {
            cpu_relax();
            if (__atomic_load_n(&open_for_panic, __ATOMIC_RELAXED))
                return;
        } while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED));
    }
    lock->cpu = (s16)cpu_id();
}

void spin_lock(struct spinlock *lock)
{
    preempt_disable();
    spinlock_check_acquire(lock, false);
    wait_until_ours(lock);
}

void spin_lock_nested(struct spinlock *lock)
{
    preempt_disable();
    spinlock_check_acquire(lock, true);
    wait_until_ours(lock);
}

bool spin_trylock(struct spinlock *lock)
{
    preempt_disable();
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
        preempt_enable();
        return false;
    }
    spinlock_check_acquired(lock);
    lock->cpu = (s16)cpu_id();
    return true;
}

static void release(struct spinlock *lock)
{
    spinlock_check_release(lock);
    lock->cpu = -1;
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

void spin_unlock(struct spinlock *lock)
{
    release(lock);
    preempt_enable();
}

irqflags_t spin_lock_irqsave(struct spinlock *lock)
{
    irqflags_t flags = irq_save();

    spin_lock(lock);
    return flags;
}

void spin_unlock_irqrestore(struct spinlock *lock, irqflags_t flags)
{
    release(lock);
    irq_restore(flags);
    preempt_enable();
}

bool spin_is_held(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->cpu, __ATOMIC_RELAXED) == (s16)cpu_id() && preempt_depth() > 0;
}
