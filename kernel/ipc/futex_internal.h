/*
 * What the files of futex ask of each other.
 */
#pragma once

#include <ipc/futex.h>
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

struct futex_bucket;

/* A thread that waits for one word; with futex_waitv it has one of these for each. */
struct futex_waiter {
    struct list_head link; /* (bucket lock) */
    struct mm_futex_key key;
    struct futex_bucket *bucket; /* (bucket lock of the old one) */
    struct thread *thread;       /* (I) */
    u32 bitset;                  /* (I) */
    bool queued;                 /* (bucket lock, read by the waiter) */
};

/*
 * futex_enqueue_if_equal: be in the list of the word's waiters if it holds @value.
 * => waiter.thread and .bitset are set
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

/* From a time as the program gave it. => -EINVAL */
int futex_deadline_set(struct futex_deadline *deadline, const struct abi_timespec *time, int clock);

long futex_wait(u32 __user *address, unsigned flags, u32 value,
                const struct futex_deadline *deadline, u32 bitset);
long futex_requeue(u32 __user *from, u32 __user *to, unsigned flags, int nr_wake, int nr_requeue,
                   const u32 *expected);
long futex_wake_op(u32 __user *address, u32 __user *address2, unsigned flags, int nr_wake,
                   int nr_wake2, u32 operation);

/* futex_pi.c */
long futex_lock_pi(u32 __user *address, unsigned flags, const struct futex_deadline *deadline,
                   bool try_only);
long futex_unlock_pi(u32 __user *address, unsigned flags);
void futex_pi_exit(void);

/* futex_robust.c */
void futex_robust_exit(struct abi_robust_list_head __user *head);
