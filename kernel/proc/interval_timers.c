/*
 * alarm(2) and setitimer(2), and the watch over CPU time that ITIMER_VIRTUAL, ITIMER_PROF,
 * RLIMIT_CPU, RLIMIT_RTTIME and timers on CPU clocks share.
 *
 * The watch is a timer on the wall clock, set to the earliest moment at which the process can have
 * used the CPU time that is missing to its nearest deadline; then it looks, and is set again. A
 * process that sleeps is looked at in vain now and then; one that runs never pays at its switches.
 *
 * Timer functions run in interrupts and take process.lock; so nobody waits for one with that lock
 * held. One that was called off while it started finds its deadline gone.
 */
#include <proc/timers.h>

#include <abi/errno.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <proc/accounting.h>
#include <signal/signal.h>

#include "timers_internal.h"

#define WATCH_PERIOD_MIN NS_PER_MS
#define NEVER            (~0ull)

static void send_kernel_signal(struct process *process, int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    (void)signal_send_locked(process, NULL, &info);
}

/* The first deadline of a periodic @timer after @now, which is not before its last one. */
static u64 next_deadline(const struct interval_timer *timer, u64 now)
{
    return timer->deadline + timer->interval * ((now - timer->deadline) / timer->interval + 1);
}

/* If @timer is due at @now: move it on and signal. => process.lock held */
static void expire_interval(struct process *process, struct interval_timer *timer, u64 now,
                            int signal)
{
    if (timer->deadline == 0 || now < timer->deadline)
        return;
    if (timer->interval == 0)
        timer->deadline = 0;
    else
        timer->deadline = next_deadline(timer, now);
    send_kernel_signal(process, signal);
}

/* A periodic ITIMER_REAL is set again when its signal is taken (interval_timer_continue), so that a
 * short period cannot occupy a processor with interrupts. */
static void real_timer_fired(struct timer *timer)
{
    struct process *process = container_of(timer, struct process, real_timer);
    struct interval_timer *real = &process->intervals[ITIMER_REAL];
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    if (real->deadline != 0 && time_monotonic_ns() < real->deadline) {
        timer_set(timer, real->deadline);
    } else if (real->deadline != 0 && !real->is_waiting) {
        send_kernel_signal(process, SIGALRM);
        real->is_waiting = real->interval != 0;
        if (!real->is_waiting)
            real->deadline = 0;
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

/* SIGALRM was taken. => no lock held */
static void interval_timer_continue(void)
{
    struct process *process = current_process();
    struct interval_timer *real = &process->intervals[ITIMER_REAL];
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    if (real->is_waiting) {
        real->is_waiting = false;
        real->deadline = next_deadline(real, time_monotonic_ns());
        timer_set(&process->real_timer, real->deadline);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

void timer_signal_taken(struct abi_siginfo *info)
{
    if (info->code == SI_TIMER)
        posix_timer_continue(info);
    if (info->signo == SIGALRM)
        interval_timer_continue();
}

/* RLIMIT_CPU: SIGXCPU each second past the soft limit, SIGKILL at the hard one. Returns the next
 * moment to look. */
static u64 check_cpu_limit(struct process *process, u64 used)
{
    const struct abi_rlimit *limit = &process->rlimits[RLIMIT_CPU];
    u64 seconds = used / NS_PER_SECOND;

    if (limit->current == RLIM_INFINITY)
        return NEVER;
    if (limit->maximum != RLIM_INFINITY && seconds >= limit->maximum) {
        send_kernel_signal(process, SIGKILL);
        return NEVER;
    }
    if (seconds >= limit->current && seconds >= process->cpu_warned) {
        process->cpu_warned = seconds + 1;
        send_kernel_signal(process, SIGXCPU);
    }
    return max(process->cpu_warned, max(limit->current, 1ul)) * NS_PER_SECOND;
}

/* The most CPU time that a real-time task of @process has used since it slept; false: it has none.
 */
static bool realtime_used(struct process *process, u64 *most)
{
    struct task *task;
    bool any = false;

    *most = 0;
    list_for_each_entry (task, &process->tasks, process_link) {
        int policy = READ_ONCE(task->thread.user_policy);
        u64 since = arch_cycles_to_ns(READ_ONCE(task->thread.awake_since));
        u64 used = task_cpu_ns(task);

        if (policy != SCHED_FIFO && policy != SCHED_RR)
            continue;
        any = true;
        if (used > since)
            *most = max(*most, used - since);
    }
    return any;
}

/* RLIMIT_RTTIME: SIGXCPU at the soft limit, which moves on by a second each time; SIGKILL at the
 * hard one. Returns the CPU time that is missing to the next. => process.lock held */
static u64 check_realtime_limit(struct process *process)
{
    struct abi_rlimit *limit = &process->rlimits[RLIMIT_RTTIME];
    u64 most, next;

    if (limit->current == RLIM_INFINITY || !realtime_used(process, &most))
        return NEVER;
    if (limit->maximum != RLIM_INFINITY && most / NS_PER_US >= limit->maximum) {
        send_kernel_signal(process, SIGKILL);
        return NEVER;
    }
    if (most / NS_PER_US >= limit->current) {
        limit->current += NS_PER_SECOND / NS_PER_US;
        send_kernel_signal(process, SIGXCPU);
    }
    next = min(limit->current, limit->maximum);
    return next < NEVER / NS_PER_US ? next * NS_PER_US - most : NEVER;
}

static void nearer(u64 *missing, u64 deadline, u64 now)
{
    if (deadline != 0 && deadline != NEVER)
        *missing = min(*missing, deadline > now ? deadline - now : 0);
}

/* @used: the CPU time of @process; asked for once, for it costs a look at every task. */
static u64 missing_of_posix_timers(struct process *process, u64 used)
{
    struct posix_timer *timer;
    u64 missing = NEVER;

    for (timer = process->posix_timers; timer != NULL; timer = timer->next) {
        u64 now;

        if (!clock_is_cpu(timer->clock) || timer->notify == SIGEV_NONE || timer->deadline == 0 ||
            timer->is_waiting)
            continue;
        now = timer->clock_task == NULL && timer->clock_process == NULL ? used
                                                                        : posix_timer_now(timer);
        if (now >= timer->deadline)
            posix_timer_expire(timer, now);
        nearer(&missing, timer->deadline, now);
    }
    return missing;
}

/* Look at all deadlines. Returns the least CPU time that is missing to one. => process.lock held */
static u64 look(struct process *process)
{
    struct interval_timer *intervals = process->intervals;
    struct process_totals totals;
    u64 used, missing, limit;

    process_totals_get_locked(process, &totals);
    used = totals.user_ns + totals.system_ns;
    expire_interval(process, &intervals[ITIMER_VIRTUAL], totals.user_ns, SIGVTALRM);
    expire_interval(process, &intervals[ITIMER_PROF], used, SIGPROF);
    limit = check_cpu_limit(process, used);
    missing = missing_of_posix_timers(process, used);
    nearer(&missing, intervals[ITIMER_VIRTUAL].deadline, totals.user_ns);
    nearer(&missing, intervals[ITIMER_PROF].deadline, used);
    nearer(&missing, limit, used);
    return min(missing, check_realtime_limit(process));
}

void cpu_watch_arm(struct process *process)
{
    u64 missing, at_once;

    ASSERT_HELD(&process->lock);
    if (process->nr_live == 0) /* process_timers_exit has called the timer off, or will */
        return;
    missing = look(process);
    if (missing == NEVER)
        return;
    at_once = max(min(process->nr_tasks, cpu_count()), 1u);
    timer_set(&process->cpu_timer, time_monotonic_ns() + max(missing / at_once, WATCH_PERIOD_MIN));
}

static void cpu_timer_fired(struct timer *timer)
{
    struct process *process = container_of(timer, struct process, cpu_timer);
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    cpu_watch_arm(process);
    spin_unlock_irqrestore(&process->lock, flags);
}

void process_cpu_watch_hurry_locked(struct process *process)
{
    ASSERT_HELD(&process->lock);
    if (timer_is_armed(&process->cpu_timer))
        cpu_watch_arm(process);
}

void process_cpu_watch_update(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    cpu_watch_arm(process);
    spin_unlock_irqrestore(&process->lock, flags);
}

void process_cpu_watch_restart(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    process->cpu_warned = 0;
    cpu_watch_arm(process);
    spin_unlock_irqrestore(&process->lock, flags);
}

static u64 interval_clock(struct process *process, int which)
{
    struct process_totals totals;

    if (which == ITIMER_REAL)
        return time_monotonic_ns();
    process_totals_get_locked(process, &totals);
    return which == ITIMER_VIRTUAL ? totals.user_ns : totals.user_ns + totals.system_ns;
}

/* What is left; never 0 for a timer that is on (setitimer(2)). */
static u64 remaining(const struct interval_timer *timer, u64 now)
{
    if (timer->deadline == 0 || timer->is_waiting)
        return 0;
    return timer->deadline > now ? timer->deadline - now : NS_PER_US;
}

int interval_timer_get(int which, u64 *value, u64 *interval)
{
    struct process *process = current_process();
    irqflags_t flags;

    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    flags = spin_lock_irqsave(&process->lock);
    *value = remaining(&process->intervals[which], interval_clock(process, which));
    *interval = process->intervals[which].interval;
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

int interval_timer_set(int which, u64 value, u64 interval, u64 *old_value, u64 *old_interval)
{
    struct process *process = current_process();
    struct interval_timer *timer;
    irqflags_t flags;
    u64 now;

    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    timer = &process->intervals[which];
    flags = spin_lock_irqsave(&process->lock);
    now = interval_clock(process, which);
    *old_value = remaining(timer, now);
    *old_interval = timer->interval;
    timer->deadline = value != 0 ? now + value : 0;
    /* Off is off: the interval of a timer on real time is forgotten with it, others keep it. */
    timer->interval = value == 0 && which == ITIMER_REAL ? 0 : interval;
    timer->is_waiting = false;
    if (value != 0 && which == ITIMER_REAL)
        timer_set(&process->real_timer, timer->deadline);
    else if (value != 0)
        cpu_watch_arm(process);
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

void process_timers_init(struct process *process)
{
    timer_init(&process->real_timer, real_timer_fired);
    timer_init(&process->cpu_timer, cpu_timer_fired);
}

static void delete_posix_timers(struct process *process)
{
    struct posix_timer *timer;

    while ((timer = READ_ONCE(process->posix_timers)) != NULL) {
        if (posix_timer_delete(timer->id))
            break;
    }
}

void process_timers_exec(struct process *process)
{
    delete_posix_timers(process);
}

void process_timers_exit(struct process *process)
{
    irqflags_t flags;

    delete_posix_timers(process);
    flags = spin_lock_irqsave(&process->lock);
    for (int i = 0; i < 3; i++)
        process->intervals[i] = (struct interval_timer){0};
    process->rlimits[RLIMIT_CPU] = (struct abi_rlimit){RLIM_INFINITY, RLIM_INFINITY};
    process->rlimits[RLIMIT_RTTIME] = (struct abi_rlimit){RLIM_INFINITY, RLIM_INFINITY};
    spin_unlock_irqrestore(&process->lock, flags);
    timer_cancel(&process->real_timer);
    timer_cancel(&process->cpu_timer);
}
