/*
 * The futex system call: decode the operation and the timeout.
 *
 * An operation honours FUTEX_CLOCK_REALTIME or refuses it with ENOSYS, as Linux does.
 */
#include <abi/errno.h>
#include <abi/time.h>
#include <arch/user.h>
#include <ipc/futex.h>
#include <time/time.h>

#include "futex_internal.h"

static bool takes_timeout(int command)
{
    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI ||
           command == FUTEX_LOCK_PI2 || command == FUTEX_WAIT_REQUEUE_PI;
}

static bool takes_realtime_flag(int command)
{
    return command == FUTEX_WAIT_BITSET || command == FUTEX_WAIT_REQUEUE_PI ||
           command == FUTEX_LOCK_PI2;
}

int futex_deadline_set(struct futex_deadline *deadline, const struct abi_timespec *time, int clock)
{
    if (time->seconds < 0 || (u64)time->nanoseconds >= NS_PER_SECOND)
        return -EINVAL;
    deadline->present = true;
    deadline->clock = clock;
    if (mul_overflow(time->seconds, (s64)NS_PER_SECOND, &deadline->time) ||
        add_overflow(deadline->time, time->nanoseconds, &deadline->time))
        deadline->time = INT64_MAX;
    return 0;
}

/* => -EFAULT, -EINVAL. Only FUTEX_WAIT's timeout is relative. */
static int read_deadline(const struct abi_timespec __user *timeout, int command, bool realtime,
                         struct futex_deadline *deadline)
{
    struct abi_timespec time;
    int error;

    deadline->present = timeout != NULL;
    if (timeout == NULL)
        return 0;
    error = copy_from_user(&time, timeout, sizeof(time));
    if (!error)
        error = futex_deadline_set(deadline, &time,
                                   realtime || command == FUTEX_LOCK_PI ? CLOCK_REALTIME
                                                                        : CLOCK_MONOTONIC);
    if (error)
        return error;
    if (command == FUTEX_WAIT &&
        add_overflow(deadline->time, (s64)time_monotonic_ns(), &deadline->time))
        deadline->time = INT64_MAX;
    return 0;
}

long futex_call(u32 __user *address, int operation, u32 value,
                const struct abi_timespec __user *timeout, u32 __user *address2, u32 value3)
{
    int command = operation & FUTEX_COMMAND_MASK;
    bool realtime = operation & FUTEX_CLOCK_REALTIME;
    unsigned flags =
        (operation & FUTEX_PRIVATE_FLAG ? 0 : FUTEX_SHARED) | (realtime ? FUTEX_REALTIME : 0);
    struct futex_deadline deadline = {0};
    int value2 = (int)(uintptr_t)timeout;
    int error;

    if (takes_timeout(command)) {
        error = read_deadline(timeout, command, realtime, &deadline);
        if (error)
            return error;
    }
    if (realtime && !takes_realtime_flag(command))
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
        return futex_wait(address, flags, value, &deadline, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
        return futex_wait(address, flags, value, &deadline, value3);
    case FUTEX_WAKE:
        return futex_wake(address, flags & FUTEX_SHARED, (int)value, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return futex_wake(address, flags & FUTEX_SHARED, (int)value, value3);
    case FUTEX_REQUEUE:
        return futex_requeue(address, address2, flags, (int)value, value2, NULL);
    case FUTEX_CMP_REQUEUE:
        return futex_requeue(address, address2, flags, (int)value, value2, &value3);
    case FUTEX_CMP_REQUEUE_PI:
        return futex_requeue_pi(address, address2, flags, (int)value, value2, value3);
    case FUTEX_WAIT_REQUEUE_PI:
        return futex_wait_requeue_pi(address, address2, flags, value, &deadline,
                                     FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_OP:
        return futex_wake_op(address, address2, flags, (int)value, value2, value3);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        return futex_lock_pi(address, flags, &deadline, false);
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(address, flags, &deadline, true);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(address, flags);
    default:
        return -ENOSYS;
    }
}

void futex_task_exit(struct abi_robust_list_head __user *head)
{
    if (head != NULL)
        futex_robust_exit(head);
    futex_pi_exit();
}
