/*
 * Waiting on a word of user memory, and waking.
 *
 * A waiter is taken off its bucket by whoever wakes it; the store to waiter.queued is the waker's
 * last access. A requeue changes waiter.bucket under the locks of both buckets.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <lib/hash.h>
#include <lib/list.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <signal/signal.h>

#include "futex_internal.h"

#define NR_BUCKETS 256

struct futex_bucket {
    struct spinlock lock;
    u32 nr_waiters;           /* (a) announced, a little before and after they are in the list */
    struct list_head waiters; /* (lock) */
} __aligned(64);

static struct futex_bucket buckets[NR_BUCKETS];

static struct futex_bucket *bucket_of(const struct mm_futex_key *key)
{
    return &buckets[hash_pair((u64)(uintptr_t)key->space, key->offset) % NR_BUCKETS];
}

static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
    struct futex_bucket *first = a < b ? a : b;
    struct futex_bucket *second = a < b ? b : a;

    spin_lock(&first->lock);
    if (first != second)
        spin_lock_nested(&second->lock);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
    if (a != b)
        spin_unlock(&b->lock);
    spin_unlock(&a->lock);
}

int futex_key_get(const u32 __user *address, bool shared, struct mm_futex_key *key)
{
    struct mm *mm = current_task()->mm;

    if (!is_aligned((vaddr_t)address, sizeof(u32)))
        return -EINVAL;
    if (!user_range_ok(address, sizeof(u32)))
        return -EFAULT;
    if (shared) {
        int error = mm_futex_key_get(mm, (vaddr_t)address, true, key);

        key->shared = true;
        return error;
    }
    *key = (struct mm_futex_key){.space = mm, .offset = (vaddr_t)address};
    return 0;
}

int futex_fault_in(const u32 __user *address, bool write)
{
    u32 value;

    if (!write)
        return copy_from_user(&value, address, sizeof(value));
    return mm_populate(current_task()->mm, align_down((vaddr_t)address, PAGE_SIZE), PAGE_SIZE, true)
               ? -EFAULT
               : 0;
}

static void wake_for_alarm(struct clock_timer *timer)
{
    thread_wake(container_of(timer, struct futex_alarm, timer)->thread);
}

void futex_alarm_set(struct futex_alarm *alarm, const struct futex_deadline *deadline)
{
    alarm->armed = deadline->present;
    if (!deadline->present)
        return;
    alarm->thread = current_thread();
    clock_timer_init(&alarm->timer, deadline->clock, wake_for_alarm);
    clock_timer_set(&alarm->timer, deadline->time);
}

void futex_alarm_cancel(struct futex_alarm *alarm)
{
    if (alarm->armed)
        clock_timer_cancel(&alarm->timer);
}

bool futex_deadline_passed(const struct futex_deadline *deadline)
{
    s64 now;

    return deadline->present && clock_get(deadline->clock, &now) == 0 && now >= deadline->time;
}

int futex_enqueue_if_equal(struct futex_waiter *waiter, u32 __user *address, unsigned flags,
                           u32 value)
{
    for (;;) {
        int error = futex_key_get(address, flags & FUTEX_SHARED, &waiter->key);
        struct futex_bucket *bucket;
        u32 found;

        if (error)
            return error;
        bucket = bucket_of(&waiter->key);
        fetch_add(&bucket->nr_waiters, 1);
        spin_lock(&bucket->lock);
        error = copy_from_user_nofault(&found, address, sizeof(found));
        if (!error && found == value) {
            waiter->bucket = bucket;
            waiter->queued = true;
            list_add_tail(&waiter->link, &bucket->waiters);
            spin_unlock(&bucket->lock);
            return 0;
        }
        spin_unlock(&bucket->lock);
        fetch_sub(&bucket->nr_waiters, 1);
        if (!error)
            return -EAGAIN;
        error = futex_fault_in(address, false);
        if (error)
            return error;
    }
}

/* => bucket lock held; the waiter must not be touched any more after */
static void dequeue_locked(struct futex_waiter *waiter)
{
    list_remove(&waiter->link);
    fetch_sub(&waiter->bucket->nr_waiters, 1);
    store_release(&waiter->queued, false);
}

/*
 * Dequeue first: a waiter that was woken and still finds itself queued would go to sleep again, for
 * good. It may then return, and even exit, before it is woken here; its thread is freed after a
 * grace period, which cannot end while this CPU holds a spin lock.
 */
static void wake_locked(struct futex_waiter *waiter)
{
    struct thread *thread = waiter->thread;

    dequeue_locked(waiter);
    thread_wake(thread);
}

/* The waiter gives up. => false: it was woken before */
static bool leave(struct futex_waiter *waiter)
{
    while (load_acquire(&waiter->queued)) {
        struct futex_bucket *bucket = load_acquire(&waiter->bucket);
        bool queued;

        spin_lock(&bucket->lock);
        if (waiter->bucket != bucket) { /* requeued meanwhile */
            spin_unlock(&bucket->lock);
            continue;
        }
        queued = waiter->queued;
        if (queued)
            dequeue_locked(waiter);
        spin_unlock(&bucket->lock);
        return queued;
    }
    return false;
}

int futex_leave(struct futex_waiter *waiters, unsigned nr)
{
    int woken = -EAGAIN;

    for (unsigned i = 0; i < nr; i++) {
        if (!leave(&waiters[i]))
            woken = (int)i;
    }
    return woken;
}

static bool all_are_queued(const struct futex_waiter *waiters, unsigned nr)
{
    while (nr > 0 && load_acquire(&waiters[nr - 1].queued))
        nr--;
    return nr == 0;
}

int futex_sleep(struct futex_waiter *waiters, unsigned nr, const struct futex_deadline *deadline)
{
    struct futex_alarm alarm;
    int result = 0, woken;

    futex_alarm_set(&alarm, deadline);
    thread_set_state(THREAD_INTERRUPTIBLE);
    while (all_are_queued(waiters, nr)) {
        if (futex_deadline_passed(deadline)) {
            result = -ETIMEDOUT;
            break;
        }
        if (thread_signal_interrupts(waiters->thread, THREAD_INTERRUPTIBLE)) {
            result = -ERESTARTSYS;
            break;
        }
        schedule();
        thread_set_state(THREAD_INTERRUPTIBLE);
    }
    WRITE_ONCE(waiters->thread->state, THREAD_RUNNABLE);
    futex_alarm_cancel(&alarm);
    woken = futex_leave(waiters, nr);
    return woken >= 0 ? woken : result;
}

static long continue_wait(struct restart_block *restart)
{
    struct futex_deadline deadline = {
        .present = true,
        .clock = (restart->argument[4] & FUTEX_REALTIME) ? CLOCK_REALTIME : CLOCK_MONOTONIC,
        .time = (s64)restart->argument[2],
    };

    return futex_wait((u32 __user *)restart->argument[0], (unsigned)restart->argument[4],
                      (u32)restart->argument[1], &deadline, (u32)restart->argument[3]);
}

long futex_wait(u32 __user *address, unsigned flags, u32 value,
                const struct futex_deadline *deadline, u32 bitset)
{
    struct futex_waiter waiter = {.thread = current_thread(), .bitset = bitset};
    int error;

    if (bitset == 0)
        return -EINVAL;
    waiter.thread->wait_channel = __builtin_return_address(0);
    error = futex_enqueue_if_equal(&waiter, address, flags, value);
    if (error)
        return error;
    error = futex_sleep(&waiter, 1, deadline);
    if (error == -ERESTARTSYS && deadline->present) {
        u64 arguments[5] = {(u64)(uintptr_t)address, value, (u64)deadline->time, bitset, flags};

        return signal_restart_block(continue_wait, arguments);
    }
    return error;
}

/* => bucket lock held. Wake up to @nr waiters on @key (at least one, as Linux does for @nr 0). */
static int wake_key_locked(struct futex_bucket *bucket, const struct mm_futex_key *key, int nr,
                           u32 bitset)
{
    struct futex_waiter *waiter, *following;
    int woken = 0;

    list_for_each_entry_safe (waiter, following, &bucket->waiters, link) {
        if (!futex_key_is_equal(&waiter->key, key) || !(waiter->bitset & bitset))
            continue;
        wake_locked(waiter);
        if (++woken >= nr)
            break;
    }
    return woken;
}

static bool nobody_waits(const struct futex_bucket *bucket)
{
    memory_barrier(); /* the caller's change of the word comes before */
    return READ_ONCE(bucket->nr_waiters) == 0;
}

long futex_wake(u32 __user *address, bool shared, int nr, u32 bitset)
{
    struct futex_bucket *bucket;
    struct mm_futex_key key;
    int result;

    if (bitset == 0)
        return -EINVAL;
    result = futex_key_get(address, shared, &key);
    if (result)
        return result;
    bucket = bucket_of(&key);
    if (nobody_waits(bucket))
        return 0;
    spin_lock(&bucket->lock);
    result = wake_key_locked(bucket, &key, nr, bitset);
    spin_unlock(&bucket->lock);
    return result;
}

/* => both bucket locks held */
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
        if (++done <= nr_wake) {
            wake_locked(waiter);
            continue;
        }
        waiter->key = *to_key;
        if (from == to)
            continue;
        list_move_tail(&waiter->link, &to->waiters);
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
        from_bucket = bucket_of(&from_key);
        to_bucket = bucket_of(&to_key);
        lock_two(from_bucket, to_bucket);
        if (expected == NULL)
            break;
        result = copy_from_user_nofault(&found, from, sizeof(found));
        if (!result)
            break;
        unlock_two(from_bucket, to_bucket);
        result = futex_fault_in(from, false);
        if (result)
            return result;
    }
    if (expected != NULL && found != *expected)
        result = -EAGAIN;
    else
        result = requeue_locked(from_bucket, &from_key, to_bucket, &to_key, nr_wake, nr_requeue);
    unlock_two(from_bucket, to_bucket);
    return result;
}

/* The word after the operation of FUTEX_WAKE_OP; -ENOSYS for an unknown one. */
static int apply_operation(u32 encoded, u32 old, u32 *new)
{
    u32 argument = (u32)((s32)(encoded << 8) >> 20);

    if (encoded >> 31)
        argument = 1u << (argument & 31);
    switch (encoded >> 28 & 7) {
    case 0:
        *new = argument;
        return 0;
    case 1:
        *new = old + argument;
        return 0;
    case 2:
        *new = old | argument;
        return 0;
    case 3:
        *new = old & ~argument;
        return 0;
    case 4:
        *new = old ^ argument;
        return 0;
    default:
        return -ENOSYS;
    }
}

/* Does the old value satisfy the comparison? -ENOSYS for an unknown one. */
static int compare_operation(u32 encoded, u32 old)
{
    s32 argument = (s32)(encoded << 20) >> 20;
    s32 value = (s32)old;

    switch (encoded >> 24 & 15) {
    case 0:
        return value == argument;
    case 1:
        return value != argument;
    case 2:
        return value < argument;
    case 3:
        return value <= argument;
    case 4:
        return value > argument;
    case 5:
        return value >= argument;
    default:
        return -ENOSYS;
    }
}

/* Change the word at @address atomically, without faulting. => *old; -EFAULT, -ENOSYS */
static int change_word(u32 __user *address, u32 encoded, u32 *old)
{
    u32 expected, new;
    int error = copy_from_user_nofault(old, address, sizeof(*old));

    while (!error) {
        expected = *old;
        error = apply_operation(encoded, expected, &new);
        if (!error)
            error = user_compare_exchange_nofault(old, address, expected, new);
        if (!error && *old == expected)
            return 0;
    }
    return error;
}

long futex_wake_op(u32 __user *address, u32 __user *address2, unsigned flags, int nr_wake,
                   int nr_wake2, u32 operation)
{
    struct futex_bucket *bucket, *bucket2;
    struct mm_futex_key key, key2;
    int result, condition;
    u32 old;

    for (;;) {
        result = futex_key_get(address, flags & FUTEX_SHARED, &key);
        if (!result)
            result = futex_key_get(address2, flags & FUTEX_SHARED, &key2);
        if (result)
            return result;
        bucket = bucket_of(&key);
        bucket2 = bucket_of(&key2);
        lock_two(bucket, bucket2);
        result = change_word(address2, operation, &old);
        if (!result)
            break;
        unlock_two(bucket, bucket2);
        if (result == -EFAULT)
            result = futex_fault_in(address2, true);
        if (result)
            return result;
    }
    condition = compare_operation(operation, old);
    result = condition;
    if (condition >= 0)
        result = wake_key_locked(bucket, &key, nr_wake, FUTEX_BITSET_MATCH_ANY);
    if (condition > 0)
        result += wake_key_locked(bucket2, &key2, nr_wake2, FUTEX_BITSET_MATCH_ANY);
    unlock_two(bucket, bucket2);
    return result;
}

void futex_init(void)
{
    for (unsigned i = 0; i < NR_BUCKETS; i++) {
        spin_lock_init(&buckets[i].lock, LOCK_RANK_FUTEX);
        list_init(&buckets[i].waiters);
    }
}
