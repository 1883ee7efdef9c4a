/*
 * Waiting on a word of user memory, and waking: by real-time priority, then in order of arrival.
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

static struct futex_bucket buckets[NR_BUCKETS];

struct futex_bucket *futex_bucket_of(const struct mm_futex_key *key)
{
    return &buckets[hash_pair((u64)(uintptr_t)key->space, key->offset) % NR_BUCKETS];
}

void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
    struct futex_bucket *first = a < b ? a : b;
    struct futex_bucket *second = a < b ? b : a;

    spin_lock(&first->lock);
    if (first != second)
        spin_lock_nested(&second->lock);
}

void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
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
        int error = futex_fault_in(address, false);

        if (!error)
            error = mm_futex_key_get(mm, (vaddr_t)address, true, key);
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

void futex_waiter_init(struct futex_waiter *waiter, u32 bitset, struct pi_waiter *pi)
{
    struct thread *thread = current_thread();

    *waiter = (struct futex_waiter){
        .thread = thread, .priority = READ_ONCE(thread->priority), .bitset = bitset, .pi = pi};
}

void futex_insert(struct futex_bucket *bucket, struct futex_waiter *waiter)
{
    struct list_head *next = &bucket->waiters;
    struct futex_waiter *other;

    if (waiter->priority > 0) {
        list_for_each_entry (other, &bucket->waiters, link) {
            if (other->priority >= waiter->priority)
                continue;
            next = &other->link;
            break;
        }
    }
    list_add_tail(&waiter->link, next);
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
        bucket = futex_bucket_of(&waiter->key);
        fetch_add(&bucket->nr_waiters, 1);
        spin_lock(&bucket->lock);
        error = copy_from_user_nofault(&found, address, sizeof(found));
        if (!error && found == value) {
            waiter->bucket = bucket;
            waiter->queued = true;
            futex_insert(bucket, waiter);
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
void futex_wake_waiter_locked(struct futex_waiter *waiter)
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
    struct futex_waiter waiter;
    int error;

    if (bitset == 0)
        return -EINVAL;
    futex_waiter_init(&waiter, bitset, NULL);
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

int futex_wake_key_locked(struct futex_bucket *bucket, const struct mm_futex_key *key, int nr,
                          u32 bitset)
{
    struct futex_waiter *waiter, *following;
    int woken = 0;

    list_for_each_entry_safe (waiter, following, &bucket->waiters, link) {
        if (!futex_key_is_equal(&waiter->key, key))
            continue;
        if (waiter->pi != NULL)
            return -EINVAL;
        if (!(waiter->bitset & bitset))
            continue;
        futex_wake_waiter_locked(waiter);
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
    bucket = futex_bucket_of(&key);
    if (!nobody_waits(bucket)) {
        spin_lock(&bucket->lock);
        result = futex_wake_key_locked(bucket, &key, nr, bitset);
        spin_unlock(&bucket->lock);
    }
    return result == 0 && futex_pi_has_waiters(&key) ? -EINVAL : result;
}

bool futex_has_plain_waiters(const struct mm_futex_key *key)
{
    struct futex_bucket *bucket = futex_bucket_of(key);
    struct futex_waiter *waiter;
    bool found = false;

    if (nobody_waits(bucket))
        return false;
    spin_lock(&bucket->lock);
    list_for_each_entry (waiter, &bucket->waiters, link)
        found |= futex_key_is_equal(&waiter->key, key);
    spin_unlock(&bucket->lock);
    return found;
}

void futex_init(void)
{
    for (unsigned i = 0; i < NR_BUCKETS; i++) {
        spin_lock_init(&buckets[i].lock, LOCK_RANK_FUTEX);
        list_init(&buckets[i].waiters);
    }
}
