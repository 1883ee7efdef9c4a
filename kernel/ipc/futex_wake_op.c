/*
 * FUTEX_WAKE_OP: change a second word, wake on the first, and on the second if its old value says
 * so. The change is made under both bucket locks, without faulting.
 */
#include <abi/errno.h>
#include <arch/user.h>

#include "futex_internal.h"

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
        bucket = futex_bucket_of(&key);
        bucket2 = futex_bucket_of(&key2);
        futex_lock_two(bucket, bucket2);
        result = change_word(address2, operation, &old);
        if (!result)
            break;
        futex_unlock_two(bucket, bucket2);
        if (result == -EFAULT)
            result = futex_fault_in(address2, true);
        if (result)
            return result;
    }
    condition = compare_operation(operation, old);
    result = condition;
    if (condition >= 0)
        result = futex_wake_key_locked(bucket, &key, nr_wake, FUTEX_BITSET_MATCH_ANY);
    if (condition > 0 && result >= 0) {
        int second = futex_wake_key_locked(bucket2, &key2, nr_wake2, FUTEX_BITSET_MATCH_ANY);

        result = second < 0 ? second : result + second;
    }
    futex_unlock_two(bucket, bucket2);
    return result;
}
