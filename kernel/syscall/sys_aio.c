/*
 * Asynchronous input and output: io_setup(2) and its family.
 */
#include <abi/time.h>
#include <proc/aio.h>
#include <sched/wait.h>
#include <signal/signal.h>
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

/* Nothing is checked: a time before now never ends, and what does not fit wraps around.
 * => -EFAULT */
static int read_deadline(const struct abi_timespec __user *user, u64 *deadline)
{
    struct abi_timespec wanted;
    s64 ns;

    *deadline = WAIT_FOREVER;
    if (user == NULL)
        return 0;
    if (copy_from_user(&wanted, user, sizeof(wanted)) != 0)
        return -EFAULT;
    ns = wanted.seconds >= INT64_MAX / (s64)NS_PER_SECOND
             ? INT64_MAX
             : (s64)((u64)wanted.seconds * NS_PER_SECOND + (u64)wanted.nanoseconds);
    if (ns >= 0)
        *deadline = ns == 0 ? 0 : sys_deadline(ns);
    return 0;
}

long sys_io_getevents(unsigned long context, long least, long most, void __user *events,
                      struct abi_timespec __user *timeout)
{
    u64 deadline;
    int err = read_deadline(timeout, &deadline);

    return err != 0 ? err : aio_get_events(context, least, most, events, deadline);
}

/* Unlike poll, a signal that is pending is delivered under the mask also when there are events. */
static long end_wait(const u64 __user *mask, long result)
{
    bool interrupted = signal_pending();

    if (mask != NULL)
        signal_end_temporary_mask(interrupted);
    return interrupted && (result == 0 || result == -EINTR) ? -ERESTARTNOHAND : result;
}

long sys_io_pgetevents(unsigned long context, long least, long most, void __user *events,
                       struct abi_timespec __user *timeout, void __user *mask_and_size)
{
    struct sys_mask_argument sixth = {0};
    u64 deadline;
    int err = read_deadline(timeout, &deadline);

    if (err == 0 && mask_and_size != NULL)
        err = copy_from_user(&sixth, mask_and_size, sizeof(sixth));
    if (err == 0)
        err = sys_begin_mask(sixth.mask, sixth.size);
    if (err != 0)
        return err;
    return end_wait(sixth.mask, aio_get_events(context, least, most, events, deadline));
}
