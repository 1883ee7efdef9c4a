/*
 * The sleeping readers-writer lock.
 *
 * @count: bit 0 a writer holds it, bit 1 threads wait, above that the number of readers. While bit
 * 1 is clear, locking is one compare-and-exchange. While it is set nobody passes by: the lock is
 * given to the waiters in their order, a writer alone or all readers up to the next writer, by
 * whoever releases it, under queue.lock. A waiter that sleeps finds itself granted.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/wait.h>

#define RWLOCK_WRITER  1ull
#define RWLOCK_WAITERS 2ull
#define RWLOCK_READER  4ull

struct rwlock_waiter {
    struct list_head link; /* (queue lock) */
    struct thread *thread; /* (I) */
    bool writer;           /* (I) */
    bool granted;          /* (queue lock) */
};

void rwlock_init(struct rwlock *lock)
{
    lock->count = 0;
    lock->writer = NULL;
    wait_queue_init(&lock->queue);
}

bool rwlock_is_held(const struct rwlock *lock)
{
    return (READ_ONCE(lock->count) & ~RWLOCK_WAITERS) != 0;
}

bool rwlock_is_write_held(const struct rwlock *lock)
{
    return READ_ONCE(lock->writer) == current_thread();
}

static void grant(struct rwlock *lock, struct rwlock_waiter *waiter, u64 amount)
{
    fetch_add(&lock->count, amount);
    if (waiter->writer)
        WRITE_ONCE(lock->writer, waiter->thread);
    list_remove(&waiter->link);
    waiter->granted = true;
    thread_wake(waiter->thread);
}

/*
 * Give the lock to those in front of the queue who can have it.
 * => queue lock held; bit 1 is set, so beside us only releases change the count
 */
static void grant_locked(struct rwlock *lock)
{
    struct list_head *waiters = &lock->queue.waiters;

    while (!list_is_empty(waiters)) {
        struct rwlock_waiter *first = list_first_entry(waiters, struct rwlock_waiter, link);
        u64 count = load_acquire(&lock->count);

        if (count & RWLOCK_WRITER)
            return;
        if (first->writer) {
            if (count != RWLOCK_WAITERS)
                return;
            grant(lock, first, RWLOCK_WRITER);
        } else {
            grant(lock, first, RWLOCK_READER);
        }
    }
    fetch_and(&lock->count, ~RWLOCK_WAITERS);
}

static __noinline void release_slow(struct rwlock *lock)
{
    spin_lock(&lock->queue.lock);
    grant_locked(lock);
    spin_unlock(&lock->queue.lock);
}

static __noinline int acquire_slow(struct rwlock *lock, bool writer, enum thread_state state)
{
    struct rwlock_waiter self = {.thread = current_thread(), .writer = writer};
    int result = 0;

    might_sleep();
    self.thread->wait_channel = __builtin_return_address(0);
    spin_lock(&lock->queue.lock);
    list_add_tail(&self.link, &lock->queue.waiters);
    fetch_or(&lock->count, RWLOCK_WAITERS);
    grant_locked(lock); /* it may have been released meanwhile */
    while (!self.granted) {
        if (thread_signal_interrupts(self.thread, state)) {
            list_remove(&self.link);
            grant_locked(lock); /* those behind us may be able to go */
            result = -ERESTARTSYS;
            break;
        }
        thread_set_state(state);
        spin_unlock(&lock->queue.lock);
        schedule();
        spin_lock(&lock->queue.lock);
    }
    WRITE_ONCE(self.thread->state, THREAD_RUNNABLE);
    spin_unlock(&lock->queue.lock);
    return result;
}

bool read_trylock(struct rwlock *lock)
{
    u64 count = READ_ONCE(lock->count);

    while (likely(!(count & (RWLOCK_WRITER | RWLOCK_WAITERS)))) {
        if (likely(try_cmpxchg(&lock->count, &count, count + RWLOCK_READER)))
            return true;
    }
    return false;
}

void read_lock(struct rwlock *lock)
{
    if (unlikely(!read_trylock(lock)))
        (void)acquire_slow(lock, false, THREAD_UNINTERRUPTIBLE);
}

int read_lock_killable(struct rwlock *lock)
{
    return likely(read_trylock(lock)) ? 0 : acquire_slow(lock, false, THREAD_KILLABLE);
}

void read_unlock(struct rwlock *lock)
{
    u64 count = fetch_sub(&lock->count, RWLOCK_READER);

    DEBUG_ASSERT(count >= RWLOCK_READER);
    if (unlikely(count & RWLOCK_WAITERS) && count < 2 * RWLOCK_READER)
        release_slow(lock);
}

bool write_trylock(struct rwlock *lock)
{
    u64 free = 0;

    if (unlikely(!try_cmpxchg(&lock->count, &free, RWLOCK_WRITER)))
        return false;
    WRITE_ONCE(lock->writer, current_thread());
    return true;
}

void write_lock(struct rwlock *lock)
{
    if (unlikely(!write_trylock(lock)))
        (void)acquire_slow(lock, true, THREAD_UNINTERRUPTIBLE);
}

int write_lock_killable(struct rwlock *lock)
{
    return likely(write_trylock(lock)) ? 0 : acquire_slow(lock, true, THREAD_KILLABLE);
}

void write_unlock(struct rwlock *lock)
{
    u64 held = RWLOCK_WRITER;

    DEBUG_ASSERT(rwlock_is_write_held(lock));
    WRITE_ONCE(lock->writer, NULL);
    if (likely(try_cmpxchg(&lock->count, &held, 0ull)))
        return;
    fetch_and(&lock->count, ~RWLOCK_WRITER);
    release_slow(lock);
}

void write_downgrade(struct rwlock *lock)
{
    DEBUG_ASSERT(rwlock_is_write_held(lock));
    WRITE_ONCE(lock->writer, NULL);
    if (fetch_add(&lock->count, RWLOCK_READER - RWLOCK_WRITER) & RWLOCK_WAITERS)
        release_slow(lock);
}
