/*
 * Moving waiters from one word to another without waking them (a condition variable's broadcast).
 *
 * To a priority-inheriting lock only those are moved who said so when they began to wait
 * (FUTEX_WAIT_REQUEUE_PI), and only to the lock they named. The first may find the lock free, which
 * is then its own; the others wait for it. Such a waiter leaves its bucket either way, and learns
 * from its pi_waiter which of the two it was.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>

#include "futex_internal.h"

/* => both bucket locks held; -EINVAL: one waits to be moved to a lock */
static int requeue_locked(struct futex_bucket *from, const struct mm_futex_key *from_key,
                          struct futex_bucket *to, const struct mm_futex_key *to_key, int nr_wake,
                          int nr_requeue)
{
    struct futex_waiter *waiter, *following;
    int done = 0;

    list_for_each_entry_safe (waiter, following, &from->waiters, link) {
        if (done - nr_wake >= nr_requeue)
            break;
        if (!futex_key_is_equal(&waiter->key, from_key))
            continue;
        if (waiter->pi != NULL)
            return -EINVAL;
        if (++done <= nr_wake) {
            futex_wake_waiter_locked(waiter);
            continue;
        }
        waiter->key = *to_key;
        if (from == to)
            continue;
        list_remove(&waiter->link);
        futex_insert(to, waiter);
        fetch_sub(&from->nr_waiters, 1);
        fetch_add(&to->nr_waiters, 1);
        store_release(&waiter->bucket, to);
    }
    return done;
}

long futex_requeue(u32 __user *from, u32 __user *to, unsigned flags, int nr_wake, int nr_requeue,
                   const u32 *expected)
{
    struct futex_bucket *from_bucket, *to_bucket;
    struct mm_futex_key from_key, to_key;
    u32 found = 0;
    int result;

    if (nr_wake < 0 || nr_requeue < 0)
        return -EINVAL;
    for (;;) {
        result = futex_key_get(from, flags & FUTEX_SHARED, &from_key);
        if (!result)
            result = futex_key_get(to, flags & FUTEX_SHARED, &to_key);
        if (result)
            return result;
        from_bucket = futex_bucket_of(&from_key);
        to_bucket = futex_bucket_of(&to_key);
        futex_lock_two(from_bucket, to_bucket);
        if (expected == NULL)
            break;
        result = copy_from_user_nofault(&found, from, sizeof(found));
        if (!result)
            break;
        futex_unlock_two(from_bucket, to_bucket);
        result = futex_fault_in(from, false);
        if (result)
            return result;
    }
    if (expected != NULL && found != *expected)
        result = -EAGAIN;
    else
        result = requeue_locked(from_bucket, &from_key, to_bucket, &to_key, nr_wake, nr_requeue);
    futex_unlock_two(from_bucket, to_bucket);
    return result;
}

/* What FUTEX_CMP_REQUEUE_PI is asked for, and how far it is. */
struct pi_move {
    struct mm_futex_key from_key, to_key;
    u32 __user *to;
    u32 word;           /* what @to holds */
    struct task *owner; /* whom that names, or NULL; referenced */
    s64 wanted;         /* so many are to be moved */
    int done;
};

/* => both bucket locks held; enum pi_result, -EINVAL, and as futex_pi_proxy */
static int move_to_lock(struct pi_move *move, struct futex_bucket *from)
{
    struct futex_waiter *waiter, *following;

    list_for_each_entry_safe (waiter, following, &from->waiters, link) {
        int result;

        if (move->done >= move->wanted)
            break;
        if (!futex_key_is_equal(&waiter->key, &move->from_key))
            continue;
        if (waiter->pi == NULL || !futex_key_is_equal(&waiter->pi->key, &move->to_key))
            return -EINVAL;
        result = futex_pi_proxy(waiter->pi, move->to, &move->word, move->owner);
        if (result < 0 || result == PI_LOOK_AGAIN)
            return result;
        move->done++;
        if (result == PI_TAKEN) { /* the others wait for this one */
            if (move->owner != NULL)
                task_put(move->owner);
            move->owner = waiter->pi->task;
            task_get(move->owner);
        }
        futex_wake_waiter_locked(waiter);
    }
    return 0;
}

/* One attempt with the words as they are now. => as move_to_lock; -EAGAIN: not the expected value
 */
static int try_to_move(struct pi_move *move, u32 __user *from, unsigned flags, u32 expected)
{
    struct futex_bucket *from_bucket, *to_bucket;
    u32 found;
    int result = futex_key_get(from, flags & FUTEX_SHARED, &move->from_key);

    if (!result)
        result = futex_key_get(move->to, flags & FUTEX_SHARED, &move->to_key);
    if (!result && futex_key_is_equal(&move->from_key, &move->to_key))
        result = -EINVAL;
    if (!result)
        result = get_user(move->word, move->to);
    if (result)
        return result;
    if (move->word & FUTEX_TID_MASK)
        move->owner = task_find((int)(move->word & FUTEX_TID_MASK));
    from_bucket = futex_bucket_of(&move->from_key);
    to_bucket = futex_bucket_of(&move->to_key);
    futex_lock_two(from_bucket, to_bucket);
    result = copy_from_user_nofault(&found, from, sizeof(found));
    if (result)
        result = PI_LOOK_AGAIN; /* the caller faults it in */
    else
        result = found == expected ? move_to_lock(move, from_bucket) : -EAGAIN;
    futex_unlock_two(from_bucket, to_bucket);
    if (move->owner != NULL)
        task_put(move->owner);
    move->owner = NULL;
    return result;
}

long futex_requeue_pi(u32 __user *from, u32 __user *to, unsigned flags, int nr_wake, int nr_requeue,
                      u32 expected)
{
    struct pi_move move = {.to = to, .wanted = (s64)nr_wake + nr_requeue};
    int result;

    if (from == to || nr_wake != 1 || nr_requeue < 0)
        return -EINVAL;
    do {
        result = try_to_move(&move, from, flags, expected);
        if (result == -EFAULT || result == PI_LOOK_AGAIN) {
            result = futex_fault_in(from, false);
            if (!result)
                result = futex_fault_in(to, true);
            if (!result)
                result = PI_LOOK_AGAIN;
        }
        if (result == PI_LOOK_AGAIN) { /* perhaps until an owner has ended */
            if (thread_flag(current_thread(), THREAD_KILL_PENDING))
                return -ERESTARTNOINTR;
            sched_yield_current();
        }
    } while (result == PI_LOOK_AGAIN);
    return result < 0 ? result : move.done;
}

long futex_wait_requeue_pi(u32 __user *from, u32 __user *to, unsigned flags, u32 value,
                           const struct futex_deadline *deadline, u32 bitset)
{
    struct pi_waiter pi = {.task = current_task()};
    struct futex_waiter waiter;
    long result;

    if (from == to || bitset == 0)
        return -EINVAL;
    result = futex_key_get(to, flags & FUTEX_SHARED, &pi.key);
    if (result)
        return result;
    list_init(&pi.link);
    futex_waiter_init(&waiter, bitset, &pi);
    waiter.thread->wait_channel = __builtin_return_address(0);
    result = futex_enqueue_if_equal(&waiter, from, flags, value);
    if (result)
        return result;
    result = futex_sleep(&waiter, 1, deadline);
    if (result < 0)
        return result == -ERESTARTSYS ? -ERESTARTNOINTR : result;
    thread_set_state(THREAD_INTERRUPTIBLE);
    result = futex_pi_await(&pi, to, deadline);
    return result == -ERESTARTNOINTR ? -EWOULDBLOCK : result; /* the first word is not as it was */
}
