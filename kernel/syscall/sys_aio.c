/*
 * Asynchronous input and output: io_setup(2) and its family.
 */
#include <abi/time.h>
#include <proc/aio.h>
#include <sched/wait.h>
#include <time/time.h>

#include "sys.h"

long sys_io_setup(unsigned nr, void __user *context)
{
    return aio_setup(nr, context);
}

long sys_io_destroy(unsigned long context)
{
    return aio_destroy(context);
}

long sys_io_submit(unsigned long context, long nr, void __user *requests)
{
    return aio_submit(context, nr, requests);
}

long sys_io_cancel(unsigned long context, void __user *request, void __user *result)
{
    (void)result;
    return aio_cancel(context, request);
}

long sys_io_getevents(unsigned long context, long least, long most, void __user *events,
                      struct abi_timespec __user *timeout)
{
    struct abi_timespec wanted;
    u64 deadline = WAIT_FOREVER;

    if (timeout != NULL && copy_from_user(&wanted, timeout, sizeof(wanted)) != 0)
        return -EFAULT;
    if (timeout != NULL) {
        s64 ns = wanted.seconds > INT64_MAX / (s64)NS_PER_SECOND - 1
                     ? INT64_MAX
                     : wanted.seconds * (s64)NS_PER_SECOND + wanted.nanoseconds;

        deadline = ns <= 0 ? 0 : sys_deadline(ns);
    }
    return aio_get_events(context, least, most, events, deadline);
}
