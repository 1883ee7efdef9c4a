/*
 * Wait queues, and the sleeping locks built on them.
 *
 * A wait queue is a spin lock and a list of waiters. wait_event* evaluates its condition again
 * after each wake, so a spurious wake is harmless; the waker changes the condition before it wakes.
 * A wake takes the waiters it wakes off the list. A waiter that was taken off by wake_one and then
 * leaves with an error instead hands the wake on (wait_finish), so none is lost.
 *
 * Interruptible waits return -ERESTARTSYS when a signal is pending (the signal room turns it into a
 * restart or -EINTR); killable ones only for a fatal signal. Timeouts are absolute monotonic ns
 * (WAIT_FOREVER: none) and give -ETIMEDOUT.
 */
#pragma once

#include <kern/spinlock.h>
#include <lib/list.h>
#include <sched/sched.h>
#include <sched/thread.h>

/* Internal results of an interrupted call; user mode never sees them (values as Linux's, for
 * debuggers). */
#define ERESTARTSYS           512
#define ERESTARTNOINTR        513
#define ERESTARTNOHAND        514
#define ERESTART_RESTARTBLOCK 516

#define WAIT_FOREVER (~0ull)

struct wait_queue {
    struct spinlock lock;
    struct list_head waiters; /* (lock) struct waiter */
};

struct waiter {
    struct list_head link; /* (queue lock) on the queue, or to itself */
    struct thread *thread; /* (I) */
    /* Optional: called under the queue lock instead of waking @thread, stays on the list; returns
     * true when it used the wake up (counts as an exclusive wake). poll uses it. */
    bool (*wake)(struct waiter *waiter, unsigned long key);
    bool exclusive;         /* wake_one stops after one of these */
    unsigned long key_mask; /* poll events of interest; 0: any */
};

#define WAIT_QUEUE_INIT(name)                                                                      \
    {                                                                                              \
        .lock = SPINLOCK_INIT(LOCK_RANK_WAIT), .waiters = LIST_INIT((name).waiters)                \
    }

static inline void wait_queue_init(struct wait_queue *queue)
{
    spin_lock_init(&queue->lock, LOCK_RANK_WAIT);
    list_init(&queue->waiters);
}
/* A queue that is woken from a waiter.wake function of another queue. */
void wait_queue_init_inner(struct wait_queue *queue);
/* For waiters with a wake function; add initialises the link. Removing one that is not on it is
 * harmless. */
void wait_queue_add(struct wait_queue *queue, struct waiter *waiter);
void wait_queue_remove(struct wait_queue *queue, struct waiter *waiter);
/* May somebody be waiting? A full barrier precedes the look, so a waker may skip its wake. */
static inline bool wait_queue_is_empty(const struct wait_queue *queue)
{
    memory_barrier();
    return READ_ONCE(queue->waiters.next) == &queue->waiters;
}

/* Those who wait for one of the events in @key (0: whatever they wait for): all, or all that are
 * not exclusive and one that is. => not @all: there was an exclusive one */
bool wake_waiters(struct wait_queue *queue, unsigned long key, bool all);

/* All may be called from interrupts and under spin locks of a lower rank. Mostly nobody waits,
 * which is told without a call. */
static inline void wake_all(struct wait_queue *queue)
{
    if (!wait_queue_is_empty(queue))
        wake_waiters(queue, 0, true);
}
/* All non-exclusive and one exclusive waiter. */
static inline void wake_one(struct wait_queue *queue)
{
    if (!wait_queue_is_empty(queue))
        wake_waiters(queue, 0, false);
}
/* Poll events in @key; else as wake_one. */
static inline void wake_key(struct wait_queue *queue, unsigned long key)
{
    if (!wait_queue_is_empty(queue))
        wake_waiters(queue, key, false);
}

/* One round of waiting, for the macros below. */
void wait_prepare(struct wait_queue *queue, struct waiter *waiter, enum thread_state state,
                  bool exclusive);
int wait_once(enum thread_state state, u64 deadline); /* 0, -ERESTARTSYS, -ETIMEDOUT */
void wait_finish(struct wait_queue *queue, struct waiter *waiter, int result);

#define wait_event_full_(queue, condition, state, exclusive, deadline)                             \
    ({                                                                                             \
        int result_ = 0;                                                                           \
        if (!(condition)) {                                                                        \
            struct waiter waiter_ = {0};                                                           \
            for (;;) {                                                                             \
                wait_prepare((queue), &waiter_, (state), (exclusive));                             \
                if (condition) {                                                                   \
                    result_ = 0;                                                                   \
                    break;                                                                         \
                }                                                                                  \
                if (result_)                                                                       \
                    break;                                                                         \
                result_ = wait_once((state), (deadline));                                          \
            }                                                                                      \
            wait_finish((queue), &waiter_, result_);                                               \
        }                                                                                          \
        result_;                                                                                   \
    })

#define wait_event(queue, condition)                                                               \
    ((void)wait_event_full_(queue, condition, THREAD_UNINTERRUPTIBLE, false, WAIT_FOREVER))
#define wait_event_killable(queue, condition)                                                      \
    wait_event_full_(queue, condition, THREAD_KILLABLE, false, WAIT_FOREVER)
#define wait_event_interruptible(queue, condition)                                                 \
    wait_event_full_(queue, condition, THREAD_INTERRUPTIBLE, false, WAIT_FOREVER)
#define wait_event_timeout(queue, condition, deadline)                                             \
    wait_event_full_(queue, condition, THREAD_UNINTERRUPTIBLE, false, deadline)
#define wait_event_interruptible_timeout(queue, condition, deadline)                               \
    wait_event_full_(queue, condition, THREAD_INTERRUPTIBLE, false, deadline)
#define wait_event_interruptible_exclusive(queue, condition)                                       \
    wait_event_full_(queue, condition, THREAD_INTERRUPTIBLE, true, WAIT_FOREVER)

/*
 * A sleeping mutual-exclusion lock; not recursive; not for interrupts. Uncontended lock and unlock
 * are one atomic each.
 */
struct mutex {
    uintptr_t owner;         /* (a) the owning thread, bit 0: waiters */
    struct wait_queue queue; /* its lock also guards the hand-over */
};
#define MUTEX_INIT(name)                                                                           \
    {                                                                                              \
        .queue = WAIT_QUEUE_INIT((name).queue)                                                     \
    }
static inline void mutex_init(struct mutex *mutex)
{
    mutex->owner = 0;
    wait_queue_init(&mutex->queue);
}
void mutex_lock(struct mutex *mutex);
int mutex_lock_interruptible(struct mutex *mutex) __must_check; /* -ERESTARTSYS */
int mutex_lock_killable(struct mutex *mutex) __must_check;      /* -ERESTARTSYS */
bool mutex_trylock(struct mutex *mutex) __must_check;
void mutex_unlock(struct mutex *mutex);
bool mutex_is_held(const struct mutex *mutex); /* by the current thread */

/*
 * A sleeping readers-writer lock; neither side starves. The uncontended operations are one atomic
 * each. Not recursive, readers neither (a writer may wait in between).
 */
struct rwlock {
    u64 count;               /* (a) RWLOCK_ bits and readers, see rwlock.c */
    struct thread *writer;   /* (a) for assertions */
    const void *reserved;    /* (queue lock) the waiter that alone may have it, or NULL */
    struct wait_queue queue; /* its lock also guards the hand-over */
};
#define RWLOCK_INIT(name)                                                                          \
    {                                                                                              \
        .queue = WAIT_QUEUE_INIT((name).queue)                                                     \
    }
void rwlock_init(struct rwlock *lock);
void read_lock(struct rwlock *lock);
int read_lock_killable(struct rwlock *lock) __must_check;
bool read_trylock(struct rwlock *lock) __must_check;
void read_unlock(struct rwlock *lock);
void write_lock(struct rwlock *lock);
int write_lock_killable(struct rwlock *lock) __must_check;
bool write_trylock(struct rwlock *lock) __must_check;
void write_unlock(struct rwlock *lock);
void write_downgrade(struct rwlock *lock);            /* to a reader, without a gap */
bool rwlock_is_held(const struct rwlock *lock);       /* by anyone, for assertions */
bool rwlock_is_write_held(const struct rwlock *lock); /* by the current thread */

/* An event that happens once. */
struct completion {
    bool done;
    struct wait_queue queue;
};
void completion_init(struct completion *completion);
void completion_wait(struct completion *completion);
int completion_wait_killable(struct completion *completion) __must_check;
void completion_signal(struct completion *completion);
