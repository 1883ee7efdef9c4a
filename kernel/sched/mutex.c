/*
 * The sleeping mutual-exclusion lock.
 *
 * @owner is the owning thread's address; bit 0 says that threads wait and that unlocking must look
 * at the queue. Free and nobody waiting is 0, so the uncontended paths are one
 * compare-and-exchange. With bit 0 set ownership changes under queue.lock only. An unlock frees the
 * mutex and wakes the first waiter; until that one runs, others may take the mutex, which costs no
 * switch of threads. A waiter that ran and found it taken is handed it at the next unlock, so
 * nobody starves, and threads that take a mutex often do not stand in line for it at each turn.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/wait.h>

#define MUTEX_WAITERS 1ul

struct mutex_waiter {
    struct list_head link; /* (queue lock) */
    struct thread *thread; /* (I) */
    bool woken;            /* (queue lock) and did not run since */
    bool hand_over;        /* (queue lock) it was woken before, in vain */
};

static inline uintptr_t owner_thread(uintptr_t owner)
{
    return owner & ~MUTEX_WAITERS;
}

bool mutex_is_held(const struct mutex *mutex)
{
    return owner_thread(READ_ONCE(mutex->owner)) == (uintptr_t)current_thread();
}

bool mutex_trylock(struct mutex *mutex)
{
    uintptr_t free = 0;

    return try_cmpxchg(&mutex->owner, &free, (uintptr_t)current_thread());
}

/* => queue lock held, @self is in the queue. true: the mutex is ours */
static bool take_locked(struct mutex *mutex, struct mutex_waiter *self)
{
    uintptr_t found = READ_ONCE(mutex->owner);
    uintptr_t mine = (uintptr_t)self->thread;

    for (;;) {
        bool available = owner_thread(found) == 0 || owner_thread(found) == mine;
        uintptr_t wanted = found | MUTEX_WAITERS;

        if (available)
            wanted = mine | (list_is_singular(&mutex->queue.waiters) ? 0 : MUTEX_WAITERS);
        if (try_cmpxchg(&mutex->owner, &found, wanted))
            return available;
    }
}

/* A waiter leaves without the mutex: what it was woken for goes to the next one. */
static void leave_locked(struct mutex *mutex)
{
    if (list_is_empty(&mutex->queue.waiters))
        fetch_and(&mutex->owner, ~MUTEX_WAITERS);
    else if (owner_thread(READ_ONCE(mutex->owner)) == 0)
        thread_wake(list_first_entry(&mutex->queue.waiters, struct mutex_waiter, link)->thread);
}

static __noinline int lock_slow(struct mutex *mutex, enum thread_state state)
{
    struct mutex_waiter self = {.thread = current_thread()};
    int result = 0;

    might_sleep();
    DEBUG_ASSERT(!mutex_is_held(mutex));
    self.thread->wait_channel = __builtin_return_address(0);
    spin_lock(&mutex->queue.lock);
    list_add_tail(&self.link, &mutex->queue.waiters);
    while (!take_locked(mutex, &self)) {
        if (thread_signal_interrupts(self.thread, state)) {
            result = -ERESTARTSYS;
            break;
        }
        self.hand_over |= self.woken;
        self.woken = false;
        thread_set_state(state);
        spin_unlock(&mutex->queue.lock);
        schedule();
        spin_lock(&mutex->queue.lock);
    }
    WRITE_ONCE(self.thread->state, THREAD_RUNNABLE);
    list_remove(&self.link);
    if (result)
        leave_locked(mutex);
    spin_unlock(&mutex->queue.lock);
    return result;
}

/* The wake comes after the unlock, because it is slow when it must interrupt another CPU (thread.h
 * 4). */
static __noinline void unlock_slow(struct mutex *mutex)
{
    struct mutex_waiter *first;
    struct thread *woken = NULL;

    ASSERT(mutex_is_held(mutex));
    spin_lock(&mutex->queue.lock);
    if (list_is_empty(&mutex->queue.waiters)) {
        store_release(&mutex->owner, 0);
    } else {
        first = list_first_entry(&mutex->queue.waiters, struct mutex_waiter, link);
        woken = first->woken ? NULL : first->thread;
        store_release(&mutex->owner,
                      (first->hand_over ? (uintptr_t)first->thread : 0) | MUTEX_WAITERS);
        first->woken = true;
    }
    preempt_disable();
    spin_unlock(&mutex->queue.lock);
    if (woken != NULL)
        thread_wake(woken);
    preempt_enable();
}

void mutex_lock(struct mutex *mutex)
{
    if (unlikely(!mutex_trylock(mutex)))
        (void)lock_slow(mutex, THREAD_UNINTERRUPTIBLE);
}

int mutex_lock_interruptible(struct mutex *mutex)
{
    return likely(mutex_trylock(mutex)) ? 0 : lock_slow(mutex, THREAD_INTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *mutex)
{
    return likely(mutex_trylock(mutex)) ? 0 : lock_slow(mutex, THREAD_KILLABLE);
}

void mutex_unlock(struct mutex *mutex)
{
    uintptr_t mine = (uintptr_t)current_thread();

    if (unlikely(!try_cmpxchg(&mutex->owner, &mine, (uintptr_t)0)))
        unlock_slow(mutex);
}
