/*
 * futex_waitv(2): waiting on several words at once.
 *
 * Each word has a waiter of its own in its bucket, all of the same thread (futex.h 1, 2). Whoever
 * wakes one ends the sleep; the others are then taken back, and of those that were woken meanwhile
 * the last is what the call answers.
 */
#include <abi/errno.h>
#include <abi/time.h>
#include <arch/user.h>
#include <ipc/futex.h>
#include <kmem/kmalloc.h>
#include <sched/sched.h>

#include "futex_internal.h"

static int check_word(const struct abi_futex_waitv *word)
{
    if ((word->flags & ~(FUTEX_32 | FUTEX_PRIVATE_FLAG)) || word->reserved)
        return -EINVAL;
    return word->flags & FUTEX_32 ? 0 : -EINVAL;
}

static int read_words(struct abi_futex_waitv *words, const struct abi_futex_waitv __user *user,
                      unsigned nr)
{
    for (unsigned i = 0; i < nr; i++) {
        int error = copy_from_user(&words[i], &user[i], sizeof(words[i]));

        if (!error)
            error = check_word(&words[i]);
        if (error)
            return error;
    }
    return 0;
}

static u32 __user *address_of(const struct abi_futex_waitv *word)
{
    return (u32 __user *)word->address;
}

static unsigned flags_of(const struct abi_futex_waitv *word)
{
    return word->flags & FUTEX_PRIVATE_FLAG ? 0 : FUTEX_SHARED;
}

/* Addresses are looked at before any value, as Linux does. => -EFAULT, -EINVAL */
static int check_addresses(const struct abi_futex_waitv *words, unsigned nr)
{
    struct mm_futex_key key;
    int error = 0;

    for (unsigned i = 0; i < nr && !error; i++)
        error = futex_key_get(address_of(&words[i]), flags_of(&words[i]) & FUTEX_SHARED, &key);
    return error;
}

static long wait_for_one(const struct abi_futex_waitv *words, struct futex_waiter *waiters,
                         unsigned nr, const struct futex_deadline *deadline)
{
    int error = check_addresses(words, nr);

    for (unsigned i = 0; i < nr && !error; i++) {
        futex_waiter_init(&waiters[i], FUTEX_BITSET_MATCH_ANY, NULL);
        error = futex_enqueue_if_equal(&waiters[i], address_of(&words[i]), flags_of(&words[i]),
                                       (u32)words[i].value);
        if (error) {
            int woken = futex_leave(waiters, i);

            return woken >= 0 ? woken : error;
        }
    }
    return error ? error : futex_sleep(waiters, nr, deadline);
}

static int read_deadline(struct futex_deadline *deadline, const struct abi_timespec __user *timeout,
                         int clock)
{
    struct abi_timespec time;
    int error;

    if (timeout == NULL)
        return 0;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return -EINVAL;
    error = copy_from_user(&time, timeout, sizeof(time));
    return error ? error : futex_deadline_set(deadline, &time, clock);
}

long futex_waitv(const struct abi_futex_waitv __user *user, unsigned nr, unsigned flags,
                 const struct abi_timespec __user *timeout, int clock)
{
    struct futex_deadline deadline = {0};
    struct futex_waiter *waiters;
    struct abi_futex_waitv *words;
    long result;

    if (flags || nr == 0 || nr > FUTEX_WAITV_MAX || user == NULL)
        return -EINVAL;
    result = read_deadline(&deadline, timeout, clock);
    if (result)
        return result;
    words = kmalloc(nr * sizeof(*words), ALLOC_WAIT);
    waiters = kzalloc(nr * sizeof(*waiters), ALLOC_WAIT);
    result = words && waiters ? read_words(words, user, nr) : -ENOMEM;
    if (!result) {
        current_thread()->wait_channel = __builtin_return_address(0);
        result = wait_for_one(words, waiters, nr, &deadline);
    }
    kfree(waiters);
    kfree(words);
    return result;
}
