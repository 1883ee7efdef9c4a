/*
 * The sleeping readers-writer lock.
 *
 * @count: bit 0 a writer holds it, bit 1 threads wait, above that the number of readers. While bit
 * 1 is clear, locking is one compare-and-exchange. While it is set, locking and the last unlock go
 * through queue.lock: an unlock wakes the first waiter (all readers up to the next writer), which
 * then tries again; a thread that comes just then may be faster, because handing a lock to a
 * sleeping thread leaves it idle until that thread runs. A first waiter that was passed by for
 * PATIENCE reserves the lock: then nobody but it may take it, so neither side starves.
 */
#include <abi/errno.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/wait.h>

#define RWLOCK_WRITER  1ull
#define RWLOCK_WAITERS 2ull
#define RWLOCK_READER  4ull

#define PATIENCE 4000000ull /* ns */

struct rwlock_waiter {
    struct list_head link; /* (queue lock) */
    struct thread *thread; /* (I) */
    bool writer;           /* (I) */
    u64 since;             /* (I) ns */
};

void rwlock_init(struct rwlock *lock)
{
    lock->count = 0;
    lock->writer = NULL;
    lock->reserved = NULL;
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

static struct rwlock_waiter *first_waiter(struct rwlock *lock)
{
    return list_first_entry_or_null(&lock->queue.waiters, struct rwlock_waiter, link);
}

/* => queue lock held */
static bool take_locked(struct rwlock *lock, const struct rwlock_waiter *self)
{
    u64 excluded = self->writer ? ~RWLOCK_WAITERS : RWLOCK_WRITER;
    u64 count = READ_ONCE(lock->count);

    if (lock->reserved != NULL && lock->reserved != self)
        return false;
    do {
        if (count & excluded)
            return false;
    } while (
        !try_cmpxchg(&lock->count, &count, count + (self->writer ? RWLOCK_WRITER : RWLOCK_READER)));
    if (self->writer)
        WRITE_ONCE(lock->writer, self->thread);
    return true;
}

/*
 * Wake those in front who can have the lock as it is now.
 * => queue lock held; returns the last one of them (often the only one), for the caller to wake
 * without the lock: a wake is slow when it must interrupt another CPU
 */
static struct thread *wake_first_locked(struct rwlock *lock)
{
    u64 count = READ_ONCE(lock->count);
    struct thread *last = NULL;
    struct rwlock_waiter *waiter;

    list_for_each_entry (waiter, &lock->queue.waiters, link) {
        if (waiter->writer) {
            if (last == NULL && (count & ~RWLOCK_WAITERS) == 0)
                last = waiter->thread;
            break;
        }
        if (count & RWLOCK_WRITER)
            break;
        if (last != NULL)
            thread_wake(last);
        last = waiter->thread;
    }
    return last;
}

/* => queue lock held, released here. The thread may end meanwhile: its memory stays (thread.h 4) */
static void unlock_and_wake(struct rwlock *lock)
{
    struct thread *thread = wake_first_locked(lock);

    preempt_disable();
    spin_unlock(&lock->queue.lock);
    if (thread != NULL)
        thread_wake(thread);
    preempt_enable();
}

static __noinline void release_slow(struct rwlock *lock)
{
    spin_lock(&lock->queue.lock);
    unlock_and_wake(lock);
}

/* => queue lock held: @self is done with waiting, with or without the lock */
static void leave_locked(struct rwlock *lock, struct rwlock_waiter *self)
{
    list_remove(&self->link);
    if (lock->reserved == self)
        lock->reserved = NULL;
    if (list_is_empty(&lock->queue.waiters))
        fetch_and(&lock->count, ~RWLOCK_WAITERS);
}

static __noinline int acquire_slow(struct rwlock *lock, bool writer, enum thread_state state)
{
    struct rwlock_waiter self = {
        .thread = current_thread(), .writer = writer, .since = arch_clock_ns()};
    int result = 0;

    might_sleep();
    self.thread->wait_channel = __builtin_return_address(0);
    spin_lock(&lock->queue.lock);
    list_add_tail(&self.link, &lock->queue.waiters);
    fetch_or(&lock->count, RWLOCK_WAITERS); /* a release from here on sees us, or we see it */
    while (!take_locked(lock, &self)) {
        if (thread_signal_interrupts(self.thread, state)) {
            result = -ERESTARTSYS;
            break;
        }
        if (first_waiter(lock) == &self && arch_clock_ns() - self.since > PATIENCE)
            lock->reserved = &self;
        thread_set_state(state);
        spin_unlock(&lock->queue.lock);
        schedule();
        spin_lock(&lock->queue.lock);
    }
    WRITE_ONCE(self.thread->state, THREAD_RUNNABLE);
    leave_locked(lock, &self);
    if (result || !writer)
        unlock_and_wake(lock); /* those behind us may be able to go, too */
    else
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
