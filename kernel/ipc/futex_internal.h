/*
 * What the files of futex ask of each other.
 */
#pragma once

#include <ipc/futex.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <mm/mm.h>
#include <time/time.h>

/* Decoded flags of an operation. */
#define FUTEX_SHARED   (1u << 0)
#define FUTEX_REALTIME (1u << 1)

/* When to give up, as an absolute time of a clock. */
struct futex_deadline {
    bool present;
    int clock;
    s64 time;
};

/* A clock_timer that wakes the current thread at the deadline. */
struct futex_alarm {
    struct clock_timer timer;
    struct thread *thread;
    bool armed;
};
void futex_alarm_set(struct futex_alarm *alarm, const struct futex_deadline *deadline);
void futex_alarm_cancel(struct futex_alarm *alarm);
bool futex_deadline_passed(const struct futex_deadline *deadline);

/* => -EINVAL not aligned, -EFAULT */
int futex_key_get(const u32 __user *address, bool shared, struct mm_futex_key *key) __must_check;

/* A private and a shared operation never meet, not even on the same private word. */
static inline bool futex_key_is_equal(const struct mm_futex_key *a, const struct mm_futex_key *b)
{
    return a->space == b->space && a->offset == b->offset && a->shared == b->shared;
}

/* Make the word accessible, without a lock. => -EFAULT */
int futex_fault_in(const u32 __user *address, bool write) __must_check;

/* From a time as the program gave it. => -EINVAL */
int futex_deadline_set(struct futex_deadline *deadline, const struct abi_timespec *time, int clock);

long futex_wait(u32 __user *address, unsigned flags, u32 value,
                const struct futex_deadline *deadline, u32 bitset);

struct futex_bucket {
    struct spinlock lock;
    u32 nr_waiters;           /* (a) announced, a little before and after they are in the list */
    struct list_head waiters; /* (lock) */
} __aligned(64);

/* A thread that waits for one word; with futex_waitv it has one of these for each. */
struct futex_waiter {
    struct list_head link; /* (bucket lock) */
    struct mm_futex_key key;
    struct futex_bucket *bucket; /* (bucket lock of the old one) */
    struct thread *thread;       /* (I) */
    struct pi_waiter *pi; /* (I) what it is to be moved to a lock with (WAIT_REQUEUE_PI), or NULL */
    int priority;         /* (I) real-time priority when it came, else 0 */
    u32 bitset;           /* (I) */
    bool queued;          /* (bucket lock, read by the waiter) */
};

/* Does somebody wait for the word itself? Then it is no lock with priority inheritance. */
bool futex_has_plain_waiters(const struct mm_futex_key *key);

struct futex_bucket *futex_bucket_of(const struct mm_futex_key *key);
/* Two buckets at once, which may be one. */
void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b);

/* The current thread's waiter; @pi: see there. */
void futex_waiter_init(struct futex_waiter *waiter, u32 bitset, struct pi_waiter *pi);
/* futex_insert: behind all that are as urgent. => the bucket's lock is held */
void futex_insert(struct futex_bucket *bucket, struct futex_waiter *waiter);
/*
 * futex_enqueue_if_equal: be in the list of the word's waiters if it holds @value.
 * => -EAGAIN when it does not, -EFAULT, -EINVAL
 */
int futex_enqueue_if_equal(struct futex_waiter *waiter, u32 __user *address, unsigned flags,
                           u32 value) __must_check;
/*
 * futex_sleep: until one of the current thread's @nr enqueued waiters is woken; then none is
 * enqueued.
 * => the number of one that was woken, the last if several; -ETIMEDOUT, -ERESTARTSYS
 */
int futex_sleep(struct futex_waiter *waiters, unsigned nr, const struct futex_deadline *deadline);
/* None is enqueued any more. => the number of one that was woken before, the last; -EAGAIN: none */
int futex_leave(struct futex_waiter *waiters, unsigned nr);
/* => bucket lock held; the waiter must not be touched any more after */
void futex_wake_waiter_locked(struct futex_waiter *waiter);
/*
 * futex_wake_key_locked: wake up to @nr waiters on @key (at least one, as Linux does for @nr 0).
 * => bucket lock held
 * => how many; -EINVAL: one of them waits to be moved to a lock
 */
int futex_wake_key_locked(struct futex_bucket *bucket, const struct mm_futex_key *key, int nr,
                          u32 bitset);

/* futex_wake_op.c */
long futex_wake_op(u32 __user *address, u32 __user *address2, unsigned flags, int nr_wake,
                   int nr_wake2, u32 operation);

/* futex_requeue.c */
long futex_requeue(u32 __user *from, u32 __user *to, unsigned flags, int nr_wake, int nr_requeue,
                   const u32 *expected);
long futex_requeue_pi(u32 __user *from, u32 __user *to, unsigned flags, int nr_wake, int nr_requeue,
                      u32 expected);
long futex_wait_requeue_pi(u32 __user *from, u32 __user *to, unsigned flags, u32 value,
                           const struct futex_deadline *deadline, u32 bitset);

/* A thread that waits for a priority-inheriting lock, or waits to be moved to one. */
struct pi_waiter {
    struct list_head link; /* (pi_lock) */
    struct mm_futex_key key;
    struct task *task;  /* (I) */
    struct task *owner; /* (pi_lock) whom it waits for; itself once granted */
    bool granted;       /* (pi_lock) it owns the lock */
    bool owner_died;    /* (pi_lock) and has yet to write the word */
};

/* What a look at the word of a lock led to, if to no error. */
enum pi_result { PI_TAKEN, PI_QUEUED, PI_LOOK_AGAIN };

/* futex_pi.c */
long futex_lock_pi(u32 __user *address, unsigned flags, const struct futex_deadline *deadline,
                   bool try_only);
long futex_unlock_pi(u32 __user *address, unsigned flags);
void futex_pi_exit(void);
/* Does anybody wait for the lock @key? */
bool futex_pi_has_waiters(const struct mm_futex_key *key);
/*
 * futex_pi_proxy: take the lock at @address for the task of @self, which sleeps in a bucket, or
 * queue it there.
 * => the bucket's lock is held; *@word is what the lock's word holds, before and after
 * => enum pi_result; -EFAULT: fault in and look again; -EDEADLK, -ESRCH, -EPERM
 */
int futex_pi_proxy(struct pi_waiter *self, u32 __user *address, u32 *word, struct task *owner);
/* futex_pi_await: sleep until a lock that @self is queued for is its own. => as futex_lock_pi */
long futex_pi_await(struct pi_waiter *self, u32 __user *address,
                    const struct futex_deadline *deadline);

/* futex_robust.c */
void futex_robust_exit(struct abi_robust_list_head __user *head);
