/*
 * Waiting for descriptors: poll(2), select(2), epoll(7), eventfd, timerfd.
 */
#include <abi/poll.h>
#include <abi/time.h>
#include <abi/utsname.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <signal/signal.h>
#include <time/time.h>
#include <vfs/event.h>
#include <vfs/poll.h>

#include "sys.h"

static u64 deadline_of_ms(int ms)
{
    if (ms < 0)
        return WAIT_FOREVER;
    return ms == 0 ? 0 : sys_deadline((s64)ms * (s64)NS_PER_MS);
}

static u64 deadline_of_ns(s64 ns)
{
    return ns == 0 ? 0 : sys_deadline(ns);
}

static s64 time_left(u64 deadline)
{
    u64 now = time_monotonic_ns();

    return deadline > now ? (s64)(deadline - now) : 0;
}

#define POLL_FEW 4 /* so many descriptors need no allocation */

/* With room for @nr descriptors at @fds. */
static inline long poll_at(struct pollfd *fds, struct pollfd __user *user, unsigned nr,
                           u64 deadline)
{
    long result = copy_from_user(fds, user, (size_t)nr * sizeof(*fds));

    if (!result)
        result = vfs_poll(vfs_current(), fds, nr, deadline);
    for (unsigned i = 0; result >= 0 && i < nr; i++)
        if (put_user(fds[i].revents, &user[i].revents))
            result = -EFAULT;
    return result;
}

static __noinline long poll_many(struct pollfd __user *user, unsigned nr, u64 deadline)
{
    struct pollfd *fds = kmalloc((size_t)nr * sizeof(*fds), ALLOC_WAIT);
    long result;

    if (!fds)
        return -ENOMEM;
    result = poll_at(fds, user, nr, deadline);
    kfree(fds);
    return result;
}

static long poll_until(struct pollfd __user *user, unsigned nr, u64 deadline)
{
    struct pollfd few[POLL_FEW] __uncleared;

    if (nr > rlimit_current(RLIMIT_NOFILE))
        return -EINVAL;
    return nr > POLL_FEW ? poll_many(user, nr, deadline) : poll_at(few, user, nr, deadline);
}

static long poll_restart(struct restart_block *restart)
{
    long result = poll_until((struct pollfd __user *)restart->argument[0],
                             (unsigned)restart->argument[1], restart->argument[2]);

    return result == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : result;
}

static __noinline long poll_later(void __user *fds, unsigned nr, u64 deadline)
{
    u64 again[5] = {(u64)fds, nr, deadline};

    return signal_restart_block(poll_restart, again);
}

/* Interrupted, it goes on with the time that is left, not with the whole timeout again. */
long sys_poll(void __user *fds, unsigned nr, int timeout)
{
    u64 deadline = deadline_of_ms(timeout);
    long result = poll_until(fds, nr, deadline);

    return unlikely(result == -ERESTARTNOHAND) ? poll_later(fds, nr, deadline) : result;
}

int sys_begin_mask(const u64 __user *mask, size_t size)
{
    u64 set;
    int error;

    if (!mask)
        return 0;
    error = sys_read_sigset(mask, size, &set);
    if (!error)
        signal_set_temporary_mask(set);
    return error;
}

static void end_mask(const u64 __user *mask, long result)
{
    if (mask)
        signal_end_temporary_mask(result == -ERESTARTNOHAND || result == -EINTR);
}

/* => *deadline: WAIT_FOREVER without @timeout */
static int read_deadline(const struct abi_timespec __user *timeout, u64 *deadline)
{
    int error;
    s64 ns;

    *deadline = WAIT_FOREVER;
    if (!timeout)
        return 0;
    error = sys_read_timespec(timeout, &ns);
    if (!error)
        *deadline = deadline_of_ns(ns);
    return error;
}

/* STICKY_TIMEOUTS of personality(2): the timeout stays what it was. */
static bool tells_time_left(void)
{
    return !(current_task()->personality & STICKY_TIMEOUTS);
}

/* The caller was not told what is left of its time: begun again it would wait for all of it. */
static long without_restart(long result)
{
    return result == -ERESTARTNOHAND ? -EINTR : result;
}

static long tell_time_left(struct abi_timespec __user *timeout, u64 deadline, long result)
{
    if (!timeout || (tells_time_left() && !sys_write_timespec(timeout, time_left(deadline))))
        return result;
    return without_restart(result);
}

long sys_ppoll(void __user *fds, unsigned nr, struct abi_timespec __user *timeout, u64 __user *mask,
               size_t size)
{
    u64 deadline;
    long result = read_deadline(timeout, &deadline);

    if (!result)
        result = sys_begin_mask(mask, size);
    if (result)
        return result;
    result = poll_until(fds, nr, deadline);
    end_mask(mask, result);
    return tell_time_left(timeout, deadline, result);
}

/* Bytes of a bit set of @nr descriptors: whole longs. */
static size_t set_bytes(unsigned nr)
{
    return (nr + 63) / 64 * 8;
}

static int read_set(unsigned long *set, const void __user *user, size_t bytes)
{
    if (user)
        return copy_from_user(set, user, bytes);
    memset(set, 0, bytes);
    return 0;
}

static long select_until(int nr, void __user *read, void __user *write, void __user *except,
                         u64 deadline)
{
    struct vfs_context *context = vfs_current();
    unsigned count = min((unsigned)nr, fd_capacity(context->files));
    size_t bytes = set_bytes(count);
    struct select_sets sets;
    unsigned long *storage;
    long result = -EFAULT;

    if (nr < 0)
        return -EINVAL;
    storage = kmalloc(max(bytes, (size_t)8) * 3, ALLOC_WAIT);
    if (!storage)
        return -ENOMEM;
    sets.read = storage;
    sets.write = storage + bytes / 8;
    sets.except = storage + bytes / 8 * 2;
    if (!read_set(sets.read, read, bytes) && !read_set(sets.write, write, bytes) &&
        !read_set(sets.except, except, bytes))
        result = vfs_select(context, count, &sets, deadline);
    if (result >= 0 && ((read && copy_to_user(read, sets.read, bytes)) ||
                        (write && copy_to_user(write, sets.write, bytes)) ||
                        (except && copy_to_user(except, sets.except, bytes))))
        result = -EFAULT;
    kfree(storage);
    return result;
}

long sys_select(int nr, void __user *read, void __user *write, void __user *except,
                void __user *timeout)
{
    struct abi_timeval value;
    u64 deadline = WAIT_FOREVER;
    long result;

    if (timeout) {
        s64 ns;

        if (copy_from_user(&value, timeout, sizeof(value)))
            return -EFAULT;
        if (value.seconds < 0 || value.microseconds < 0)
            return -EINVAL;
        if (mul_overflow(value.seconds, (s64)NS_PER_SECOND, &ns) ||
            add_overflow(ns, value.microseconds * (s64)NS_PER_US, &ns))
            ns = INT64_MAX;
        deadline = deadline_of_ns(ns);
    }
    result = select_until(nr, read, write, except, deadline);
    if (timeout) {
        s64 left = time_left(deadline);

        value.seconds = left / (s64)NS_PER_SECOND;
        value.microseconds = left % (s64)NS_PER_SECOND / (s64)NS_PER_US;
        if (!tells_time_left() || copy_to_user(timeout, &value, sizeof(value)))
            return without_restart(result);
    }
    return result;
}

long sys_pselect6(int nr, void __user *read, void __user *write, void __user *except,
                  struct abi_timespec __user *timeout, void __user *mask_and_size)
{
    struct sys_mask_argument sixth = {0};
    u64 deadline;
    long result;

    if (mask_and_size && copy_from_user(&sixth, mask_and_size, sizeof(sixth)))
        return -EFAULT;
    result = read_deadline(timeout, &deadline);
    if (!result)
        result = sys_begin_mask(sixth.mask, sixth.size);
    if (result)
        return result;
    result = select_until(nr, read, write, except, deadline);
    end_mask(sixth.mask, result);
    return tell_time_left(timeout, deadline, result);
}

long sys_epoll_create1(unsigned long flags)
{
    if (flags & ~(unsigned long)EPOLL_CLOEXEC)
        return -EINVAL;
    return sys_install(epoll_create(), (int)flags);
}

long sys_epoll_create(int size)
{
    return size <= 0 ? -EINVAL : sys_install(epoll_create(), 0);
}

long sys_epoll_ctl(int epoll, int operation, int fd, void __user *user)
{
    struct epoll_event event = {0};

    if (operation != EPOLL_CTL_DEL && copy_from_user(&event, user, sizeof(event)))
        return -EFAULT;
    return WITH_FILE(epoll, file, epoll_control(vfs_current(), file, operation, fd, &event));
}

static long wait_epoll(int epoll, struct epoll_event __user *events, int max, u64 deadline)
{
    if (max <= 0 || max > (int)(INT32_MAX / sizeof(*events)))
        return -EINVAL;
    if (!user_range_ok(events, (size_t)max * sizeof(*events)))
        return -EFAULT;
    return WITH_FILE(epoll, file, epoll_wait(file, events, max, deadline));
}

long sys_epoll_wait(int epoll, void __user *events, int max, int timeout)
{
    return wait_epoll(epoll, events, max, deadline_of_ms(timeout));
}

long sys_epoll_pwait(int epoll, void __user *events, int max, int timeout, u64 __user *mask,
                     size_t size)
{
    long result = sys_begin_mask(mask, size);

    if (result)
        return result;
    result = wait_epoll(epoll, events, max, deadline_of_ms(timeout));
    end_mask(mask, result);
    return result;
}

long sys_epoll_pwait2(int epoll, void __user *events, int max, struct abi_timespec __user *timeout,
                      u64 __user *mask, size_t size)
{
    u64 deadline;
    long result = read_deadline(timeout, &deadline);

    if (!result)
        result = sys_begin_mask(mask, size);
    if (result)
        return result;
    result = wait_epoll(epoll, events, max, deadline);
    end_mask(mask, result);
    return result;
}

long sys_eventfd2(unsigned count, unsigned long flags)
{
    return sys_install(eventfd_create(count, (int)flags), flags & EFD_CLOEXEC ? O_CLOEXEC : 0);
}

long sys_eventfd(unsigned count)
{
    return sys_eventfd2(count, 0);
}

long sys_timerfd_create(int clock, unsigned long flags)
{
    return sys_install(timerfd_create(clock, (int)flags), flags & TFD_CLOEXEC ? O_CLOEXEC : 0);
}

static int read_setting(struct timer_setting *setting, const struct abi_itimerspec __user *user)
{
    s64 interval, value;
    int error = sys_read_timespec(&user->interval, &interval);

    if (!error)
        error = sys_read_timespec(&user->value, &value);
    if (!error)
        *setting = (struct timer_setting){.interval = (u64)interval, .value = (u64)value};
    return error;
}

static int write_setting(struct abi_itimerspec __user *user, const struct timer_setting *setting)
{
    int error = sys_write_timespec(&user->interval, (s64)setting->interval);

    return error ? error : sys_write_timespec(&user->value, (s64)setting->value);
}

long sys_timerfd_settime(int fd, unsigned long flags, void __user *user, void __user *user_old)
{
    struct timer_setting setting, old;
    long result = read_setting(&setting, user);

    if (result)
        return result;
    if (flags & ~(unsigned long)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    result = WITH_FILE(fd, file, timerfd_set(file, (int)flags, &setting, &old));
    return result || !user_old ? result : write_setting(user_old, &old);
}

long sys_timerfd_gettime(int fd, void __user *user)
{
    struct timer_setting setting;
    long result = WITH_FILE(fd, file, timerfd_get(file, &setting));

    return result ? result : write_setting(user, &setting);
}
