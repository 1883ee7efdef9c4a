/*
 * Clocks, sleeping and timers: clock_gettime(2), nanosleep(2), setitimer(2), timer_create(2) and
 * their families.
 */
#include <abi/resource.h>
#include <abi/signal.h>
#include <abi/time.h>
#include <abi/timex.h>
#include <proc/accounting.h>
#include <proc/credentials.h>
#include <proc/timers.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <time/time.h>
#include <vfs/cred.h>

#include "sys.h"

long sys_clock_gettime(int clock, struct abi_timespec __user *user)
{
    s64 ns;
    int error;

    if (likely(clock == CLOCK_MONOTONIC))
        return sys_write_timespec(user, (s64)time_monotonic_ns());
    error = clock_read(clock, &ns);
    return error ? error : sys_write_timespec(user, ns);
}

long sys_clock_settime(int clock, struct abi_timespec __user *user)
{
    s64 ns;
    int error;

    if (clock != CLOCK_REALTIME)
        return -EINVAL;
    error = sys_read_timespec(user, &ns);
    if (error)
        return error;
    if (!capable(CAP_SYS_TIME))
        return -EPERM;
    return time_set_realtime(ns);
}

long sys_clock_getres(int clock, struct abi_timespec __user *user)
{
    u64 ns;
    s64 now;
    int error;

    /* The CPU-time clocks, of others too, count in ns. */
    if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
        error = clock_read(clock, &now);
        ns = 1;
    } else {
        error = clock_resolution(clock, &ns);
    }
    if (error)
        return error;
    return user ? sys_write_timespec(user, (s64)ns) : 0;
}

long sys_time(void __user *user)
{
    s64 seconds = time_realtime_seconds();

    if (user && put_user(seconds, (s64 __user *)user))
        return -EFAULT;
    return seconds;
}

long sys_gettimeofday(void __user *user, void __user *user_zone)
{
    s64 ns = time_realtime_ns();
    struct abi_timeval now = {
        .seconds = ns / (s64)NS_PER_SECOND,
        .microseconds = ns % (s64)NS_PER_SECOND / (s64)NS_PER_US,
    };
    struct abi_timezone zone = {0};

    if (user && copy_to_user(user, &now, sizeof(now)))
        return -EFAULT;
    if (user_zone && copy_to_user(user_zone, &zone, sizeof(zone)))
        return -EFAULT;
    return 0;
}

long sys_settimeofday(void __user *user, void __user *user_zone)
{
    struct abi_timeval now;
    struct abi_timezone zone;

    if (user && copy_from_user(&now, user, sizeof(now)))
        return -EFAULT;
    if (user_zone && copy_from_user(&zone, user_zone, sizeof(zone)))
        return -EFAULT;
    if (user && (now.seconds < 0 || (u64)now.microseconds > 1000000))
        return -EINVAL;
    if (!capable(CAP_SYS_TIME))
        return -EPERM;
    /* The kernel keeps no time zone: one that is not UTC is refused, not forgotten. */
    if (user_zone && (zone.minutes_west || zone.dst_time))
        return -EINVAL;
    if (!user)
        return 0;
    if (now.seconds > INT64_MAX / (s64)NS_PER_SECOND - 1)
        return -EINVAL;
    return time_set_realtime(now.seconds * (s64)NS_PER_SECOND + now.microseconds * (s64)NS_PER_US);
}

long sys_adjtimex(void __user *user)
{
    struct abi_timex request;
    long result;

    if (copy_from_user(&request, user, sizeof(request)))
        return -EFAULT;
    result = clock_adjust(&request, capable(CAP_SYS_TIME));
    return copy_to_user(user, &request, sizeof(request)) ? -EFAULT : result;
}

/* Only the realtime clock can be adjusted; a negative number whose low bits are 3 names a clock by
 * a descriptor. */
static long adjust(int clock, struct abi_timex *request)
{
    s64 now;

    if (clock == CLOCK_REALTIME)
        return clock_adjust(request, capable(CAP_SYS_TIME));
    if (clock < 0)
        return (clock & 7) == 3 ? -EINVAL : -EOPNOTSUPP;
    return clock_read(clock, &now) == 0 ? -EOPNOTSUPP : -EINVAL;
}

long sys_clock_adjtime(int clock, void __user *user)
{
    struct abi_timex request;
    long result;

    if (copy_from_user(&request, user, sizeof(request)))
        return -EFAULT;
    result = adjust(clock, &request);
    if (result >= 0 && copy_to_user(user, &request, sizeof(request)))
        return -EFAULT;
    return result;
}

/* What a sleep interrupted at @deadline still had to go. */
static long write_remaining(struct abi_timespec __user *user, u64 deadline)
{
    u64 now = time_monotonic_ns();

    return sys_write_timespec(user, deadline > now ? (s64)(deadline - now) : 0);
}

/* Sleep on the monotonic clock; restartable, remaining time to the pointer in argument 1. */
static long sleep_restart(struct restart_block *restart)
{
    u64 deadline = restart->argument[0];
    struct abi_timespec __user *remaining = (struct abi_timespec __user *)restart->argument[1];
    u64 again[5] = {deadline, (u64)remaining};

    if (!sleep_until_interruptible(deadline))
        return 0;
    if (remaining && write_remaining(remaining, deadline))
        return -EFAULT;
    return signal_restart_block(sleep_restart, again);
}

static long sleep_for(s64 ns, struct abi_timespec __user *remaining)
{
    struct restart_block start = {.argument = {sys_deadline(ns), (u64)remaining}};

    return sleep_restart(&start);
}

long sys_nanosleep(struct abi_timespec __user *user, struct abi_timespec __user *remaining)
{
    s64 ns;
    int error = sys_read_timespec(user, &ns);

    return error ? error : sleep_for(ns, remaining);
}

/*
 * CPU-time clocks: sleep until enough has been used, looking again when it could have been at the
 * earliest.
 */
static long sleep_on_cpu_clock(int clock, s64 until)
{
    s64 now;

    for (;;) {
        int error = clock_read(clock, &now);

        if (error)
            return error;
        if (now >= until)
            return 0;
        if (sleep_until_interruptible(sys_deadline(until - now)))
            return -ERESTARTNOHAND;
    }
}

long sys_clock_nanosleep(int clock, int flags, struct abi_timespec __user *user,
                         struct abi_timespec __user *remaining)
{
    bool absolute = flags & TIMER_ABSTIME;
    s64 ns, now;
    int error;

    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return -EOPNOTSUPP;
    if (clock >= 0 && clock != CLOCK_PROCESS_CPUTIME_ID && !clock_can_sleep(clock))
        return clock_resolution(clock, &(u64){0}) ? -EINVAL : -EOPNOTSUPP;
    error = sys_read_timespec(user, &ns);
    if (error)
        return error;
    if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID) {
        error = clock_read(clock, &now);
        if (error)
            return error;
        if (!absolute && add_overflow(now, ns, &ns))
            ns = INT64_MAX;
        return sleep_on_cpu_clock(clock, ns);
    }
    if (!absolute)
        return sleep_for(ns, remaining);
    error = clock_sleep_until(clock, ns);
    return error == -ERESTARTSYS ? -ERESTARTNOHAND : error;
}

static struct abi_timeval timeval_of(u64 ns)
{
    return (struct abi_timeval){
        .seconds = (s64)(ns / NS_PER_SECOND),
        .microseconds = (s64)(ns % NS_PER_SECOND / NS_PER_US),
    };
}

static int write_itimer(struct abi_itimerval __user *user, u64 value, u64 interval)
{
    struct abi_itimerval out = {.interval = timeval_of(interval), .value = timeval_of(value)};

    return copy_to_user(user, &out, sizeof(out));
}

static bool timeval_valid(const struct abi_timeval *value)
{
    return value->seconds >= 0 && (u64)value->microseconds < 1000000;
}

static u64 timeval_ns(const struct abi_timeval *value)
{
    s64 ns;

    if (mul_overflow(value->seconds, (s64)NS_PER_SECOND, &ns) ||
        add_overflow(ns, value->microseconds * (s64)NS_PER_US, &ns))
        return INT64_MAX;
    return (u64)ns;
}

long sys_getitimer(int which, void __user *user)
{
    u64 value, interval;
    int error = interval_timer_get(which, &value, &interval);

    return error ? error : write_itimer(user, value, interval);
}

long sys_setitimer(int which, void __user *user, void __user *user_old)
{
    struct abi_itimerval setting = {0};
    u64 value, interval;
    int error;

    if (user && copy_from_user(&setting, user, sizeof(setting)))
        return -EFAULT;
    if (!timeval_valid(&setting.value) || !timeval_valid(&setting.interval))
        return -EINVAL;
    error = interval_timer_set(which, timeval_ns(&setting.value), timeval_ns(&setting.interval),
                               &value, &interval);
    if (!error && user_old)
        error = write_itimer(user_old, value, interval);
    return error;
}

long sys_alarm(unsigned seconds)
{
    u64 value, interval;
    int error = interval_timer_set(ITIMER_REAL, seconds * NS_PER_SECOND, 0, &value, &interval);

    if (error)
        return error;
    /* Rounded to seconds, but a timer that is set never reads as 0. */
    seconds = (unsigned)((value + NS_PER_SECOND / 2) / NS_PER_SECOND);
    return value && !seconds ? 1 : (long)seconds;
}

long sys_timer_create(int clock, void __user *user_event, void __user *user_id)
{
    struct abi_sigevent event;
    int id;
    int error;

    if (user_event && copy_from_user(&event, user_event, sizeof(event)))
        return -EFAULT;
    error = posix_timer_create(clock, user_event ? &event : NULL, &id);
    if (error)
        return error;
    if (put_user(id, (int __user *)user_id)) {
        error = posix_timer_delete(id);
        return error ? error : -EFAULT;
    }
    return 0;
}

static int write_itimerspec(struct abi_itimerspec __user *user, u64 value, u64 interval)
{
    int error = sys_write_timespec(&user->interval, (s64)interval);

    return error ? error : sys_write_timespec(&user->value, (s64)value);
}

long sys_timer_settime(int id, int flags, void __user *user, void __user *user_old)
{
    struct abi_itimerspec __user *setting = user;
    u64 old_value, old_interval;
    s64 value, interval;
    int error;

    if (!user)
        return -EINVAL;
    error = sys_read_timespec(&setting->interval, &interval);
    if (!error)
        error = sys_read_timespec(&setting->value, &value);
    if (!error)
        error = posix_timer_set(id, flags & TIMER_ABSTIME, (u64)value, (u64)interval, &old_value,
                                &old_interval);
    if (!error && user_old)
        error = write_itimerspec(user_old, old_value, old_interval);
    return error;
}

long sys_timer_gettime(int id, void __user *user)
{
    u64 value, interval;
    int error = posix_timer_get(id, &value, &interval);

    return error ? error : write_itimerspec(user, value, interval);
}

long sys_timer_getoverrun(int id)
{
    return posix_timer_overrun(id);
}

long sys_timer_delete(int id)
{
    return posix_timer_delete(id);
}

long sys_times(void __user *user)
{
    struct abi_rusage self, children;
    struct abi_tms tms;
    int error = rusage_get(RUSAGE_SELF, &self);

    if (!error)
        error = rusage_get(RUSAGE_CHILDREN, &children);
    if (error)
        return error;
    if (user) {
        tms.user = (s64)ns_to_clock_ticks(timeval_ns(&self.user_time));
        tms.system = (s64)ns_to_clock_ticks(timeval_ns(&self.system_time));
        tms.children_user = (s64)ns_to_clock_ticks(timeval_ns(&children.user_time));
        tms.children_system = (s64)ns_to_clock_ticks(timeval_ns(&children.system_time));
        if (copy_to_user(user, &tms, sizeof(tms)))
            return -EFAULT;
    }
    return (long)ns_to_clock_ticks(time_boottime_ns());
}

long sys_getrusage(int who, void __user *user)
{
    struct abi_rusage usage;
    int error = rusage_get(who, &usage);

    return error ? error : copy_to_user(user, &usage, sizeof(usage));
}
