/*
 * Times as they cross the boundary: timespec to ns and back, and what a relative timeout means on
 * the monotonic clock.
 */
#include <abi/time.h>
#include <time/time.h>

#include "sys.h"

int sys_read_timespec(const struct abi_timespec __user *user, s64 *ns)
{
    struct abi_timespec value;
    int error = copy_from_user(&value, user, sizeof(value));

    if (error)
        return error;
    if (value.seconds < 0 || (u64)value.nanoseconds >= NS_PER_SECOND)
        return -EINVAL;
    if (mul_overflow(value.seconds, (s64)NS_PER_SECOND, ns) ||
        add_overflow(*ns, value.nanoseconds, ns))
        *ns = INT64_MAX;
    return 0;
}

int sys_write_timespec(struct abi_timespec __user *user, s64 ns)
{
    s64 seconds, nanoseconds;

    if (likely(ns >= 0)) {
        seconds = (s64)((u64)ns / NS_PER_SECOND);
        nanoseconds = (s64)((u64)ns % NS_PER_SECOND);
    } else {
        seconds = ~(~ns / (s64)NS_PER_SECOND);
        nanoseconds = ns - seconds * (s64)NS_PER_SECOND;
    }
    return put_user_pair((u64)seconds, (u64)nanoseconds, user);
}

u64 sys_deadline(s64 ns)
{
    u64 deadline = time_monotonic_ns() + (u64)ns;

    return deadline > (u64)INT64_MAX ? (u64)INT64_MAX : deadline;
}
