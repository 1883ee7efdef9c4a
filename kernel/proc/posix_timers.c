/*
 * timer_create(2) and its family. Timers on the wall clocks have a struct timer each; those on CPU
 * clocks are looked at by the process's watch (interval_timers.c).
 */
#include <proc/timers.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <proc/accounting.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <signal/signal.h>
#include <vfs/user_account.h>

#include "timers_internal.h"

/* A timer whose signal nobody takes does not expire more often than this: a user's period of a
 * nanosecond must not occupy a processor with interrupts. */
#define IGNORED_PERIOD_MIN (4 * NS_PER_MS)

#define LOCK_ATTEMPTS 100

static bool clock_is_realtime(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM;
}

/*
 * The CPU time of another process. Its lock is of the same rank as that of the timer's owner, and
 * it may have a timer on the owner's time; so the lock is only tried, and the last answer must do
 * where that fails (the watch looks again).
 */
static u64 other_process_ns(struct posix_timer *timer)
{
    struct process_totals totals;

    for (unsigned attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        if (!spin_trylock(&timer->clock_process->lock))
            continue;
        process_totals_get_locked(timer->clock_process, &totals);
        spin_unlock(&timer->clock_process->lock);
        timer->clock_process_ns = totals.user_ns + totals.system_ns;
        break;
    }
    return timer->clock_process_ns;
}

u64 posix_timer_now(struct posix_timer *timer)
{
    struct process_totals totals;
    s64 now;

    if (timer->clock_task != NULL)
        return task_cpu_ns(timer->clock_task);
    if (timer->clock_process != NULL)
        return other_process_ns(timer);
    if (clock_is_cpu(timer->clock)) {
        process_totals_get_locked(timer->process, &totals);
        return totals.user_ns + totals.system_ns;
    }
    return clock_read(timer->counts_on, &now) == 0 ? (u64)now : 0;
}

/* Start the machinery for a deadline that was just set. => process.lock held */
static void arm(struct posix_timer *timer)
{
    u64 deadline = timer->deadline;

    if (deadline == 0 || timer->notify == SIGEV_NONE) /* read_setting tells what is asked for */
        return;
    if (clock_is_cpu(timer->clock)) {
        cpu_watch_arm(timer->process);
        return;
    }
    if (clock_is_realtime(timer->counts_on)) {
        s64 offset = time_realtime_offset();

        deadline = (s64)deadline > offset ? deadline - (u64)offset : 1;
    }
    timer_set(&timer->timer, deadline);
}

/* Set a periodic timer to its next moment after @now. Returns the periods that were passed over. */
static u64 skip_periods(struct posix_timer *timer, u64 now)
{
    u64 periods;

    if (now < timer->deadline)
        return 0;
    periods = (now - timer->deadline) / timer->interval + 1;
    /* Both are at most INT64_MAX, so it cannot wrap; but it must stay a time of a clock. */
    timer->deadline = min(timer->deadline + periods * timer->interval, (u64)INT64_MAX);
    return periods;
}

void posix_timer_expire(struct posix_timer *timer, u64 now)
{
    struct abi_siginfo info = {.signo = timer->signal, .code = SI_TIMER};
    int result;

    info.timer.id = timer->id;
    info.timer.value = timer->value;
    timer->overrun = 0;
    result = signal_send_locked(timer->process, timer->target, &info);
    if (result == 0) {
        timer->is_waiting = true;
        if (timer->interval == 0)
            timer->deadline = 0;
        else
            timer->overrun = (s64)skip_periods(timer, now) - 1;
        return;
    }
    /* Ignored, or no room in the queue: nobody will take it. */
    if (timer->interval == 0)
        timer->deadline = 0;
    else
        (void)skip_periods(timer,
                           timer->interval < IGNORED_PERIOD_MIN ? now + IGNORED_PERIOD_MIN : now);
}

static void fired(struct timer *inner)
{
    struct posix_timer *timer = container_of(inner, struct posix_timer, timer);
    struct process *process = timer->process;
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    u64 now = posix_timer_now(timer);

    if (timer->deadline != 0 && now >= timer->deadline && !timer->is_waiting)
        posix_timer_expire(timer, now);
    if (timer->deadline != 0 && !timer->is_waiting)
        arm(timer); /* the clock was set back, or the next period */
    spin_unlock_irqrestore(&process->lock, flags);
}

/* => process.lock held */
static struct posix_timer *find(struct process *process, int id)
{
    struct posix_timer *timer = process->posix_timers;

    while (timer != NULL && timer->id != id)
        timer = timer->next;
    return timer;
}

void posix_timer_continue(struct abi_siginfo *info)
{
    struct process *process = current_process();
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct posix_timer *timer = find(process, info->timer.id);

    if (timer != NULL && timer->is_waiting) {
        timer->is_waiting = false;
        if (timer->interval != 0 && timer->deadline != 0) {
            timer->overrun += (s64)skip_periods(timer, posix_timer_now(timer));
            arm(timer);
        }
        timer->overrun_last = (int)min(timer->overrun, (s64)INT32_MAX);
        info->timer.overrun = timer->overrun_last;
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

static int check_clock(int clock)
{
    s64 ns;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
        return 0;
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
        return -EOPNOTSUPP;
    case CLOCK_REALTIME_ALARM: /* the machine never sleeps, so nothing has to wake it */
    case CLOCK_BOOTTIME_ALARM:
        return capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
    default:
        if (clock < 0 && (clock & (CPU_CLOCK_KIND | CPU_CLOCK_THREAD)) == CPU_CLOCK_KIND)
            return -EOPNOTSUPP; /* the clock of a descriptor */
        return clock_read(clock, &ns);
    }
}

static int check_event(const struct abi_sigevent *event, struct task **target)
{
    struct task *task;

    *target = NULL;
    if (event->notify == SIGEV_NONE)
        return 0;
    if (event->signo < 1 || event->signo > NR_SIGNALS)
        return -EINVAL;
    if (event->notify == SIGEV_SIGNAL || event->notify == SIGEV_THREAD)
        return 0;
    if (event->notify != SIGEV_THREAD_ID)
        return -EINVAL;
    task = task_find(event->thread_id);
    if (task == NULL)
        return -EINVAL;
    if (task->process != current_process()) {
        task_put(task);
        return -EINVAL;
    }
    *target = task;
    return 0;
}

/* From here on another task may delete it. @value_is_id: its signals carry that. => its id */
static int insert(struct process *process, struct posix_timer *timer, bool value_is_id)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    int id;

    timer->id = process->next_timer_id;
    while (find(process, timer->id) != NULL)
        timer->id = (timer->id + 1) & INT32_MAX;
    id = timer->id;
    process->next_timer_id = (id + 1) & INT32_MAX;
    if (value_is_id)
        timer->value.integer = id;
    timer->next = process->posix_timers;
    process->posix_timers = timer;
    spin_unlock_irqrestore(&process->lock, flags);
    return id;
}

/* Each timer holds a place in the user's signal queue (timer_create(2): EAGAIN). It is that user's
 * until it goes, whoever the process has become by then. */
static bool charge(struct posix_timer *timer, struct user_account *account)
{
    s64 nr = fetch_add(&account->nr_signals, 1) + 1;

    if ((u64)nr <= rlimit_current(RLIMIT_SIGPENDING)) {
        timer->account = user_account_get(account);
        return true;
    }
    fetch_sub(&account->nr_signals, 1);
    return false;
}

/* Find whose CPU time @timer is to count, if not its own process's. => -EINVAL: it is gone */
static int set_cpu_clock(struct posix_timer *timer, int clock)
{
    int number = clock < 0 ? ~(clock >> 3) : 0;

    if (!clock_is_cpu(clock))
        return 0;
    if (clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & CPU_CLOCK_THREAD))) {
        timer->clock_task = number == 0 ? task_get(current_task()) : task_find(number);
        return timer->clock_task != NULL ? 0 : -EINVAL;
    }
    if (number == 0 || number == process_id(timer->process))
        return 0;
    timer->clock_process = process_find(number);
    return timer->clock_process != NULL ? 0 : -EINVAL;
}

static void release(struct posix_timer *timer)
{
    if (timer->clock_process != NULL)
        process_put(timer->clock_process);
    if (timer->clock_task != NULL)
        task_put(timer->clock_task);
    if (timer->target != NULL)
        task_put(timer->target);
    fetch_sub(&timer->account->nr_signals, 1);
    user_account_put(timer->account);
    kfree(timer);
}

int posix_timer_create(int clock, const struct abi_sigevent *event, int *id)
{
    struct abi_sigevent standard = {.signo = SIGALRM, .notify = SIGEV_SIGNAL};
    struct task *self = current_task();
    struct posix_timer *timer;
    struct task *target;
    int error = check_clock(clock);

    if (!error)
        error = check_event(event != NULL ? event : &standard, &target);
    if (error)
        return error;
    timer = kzalloc(sizeof(*timer), ALLOC_WAIT);
    if (timer == NULL || !charge(timer, self->account)) {
        kfree(timer);
        if (target != NULL)
            task_put(target);
        return -EAGAIN;
    }
    if (event == NULL)
        event = &standard;
    timer->process = self->process;
    timer->clock = clock;
    timer->counts_on = clock;
    timer->target = target;
    error = set_cpu_clock(timer, clock);
    if (error) {
        release(timer);
        return error;
    }
    timer->notify = event->notify;
    timer->signal = event->signo;
    timer->value = event->value;
    timer_init(&timer->timer, fired);
    *id = insert(self->process, timer, event == &standard);
    return 0;
}

/* What is left until the next expiry. => process.lock held */
static void read_setting(struct posix_timer *timer, u64 *value, u64 *interval)
{
    u64 now = posix_timer_now(timer);
    u64 deadline = timer->deadline;
    /* One on a CPU clock that tells nobody is off after its first expiry (so Linux has it). */
    bool is_off = clock_is_cpu(timer->clock) && timer->notify == SIGEV_NONE;

    *interval = timer->interval;
    if (deadline != 0 && timer->interval != 0 && now >= deadline && !is_off)
        deadline += ((now - deadline) / timer->interval + 1) * timer->interval;
    if (deadline == 0)
        *value = 0;
    else
        *value = deadline > now ? deadline - now : timer->notify != SIGEV_NONE;
}

int posix_timer_get(int id, u64 *value, u64 *interval)
{
    struct process *process = current_process();
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct posix_timer *timer = find(process, id);

    if (timer != NULL)
        read_setting(timer, value, interval);
    spin_unlock_irqrestore(&process->lock, flags);
    return timer != NULL ? 0 : -EINVAL;
}

/* Before a timer on another process's time is set: what that is now. => -ESRCH: it is gone */
static int look_at_other_process(struct process *process, int id)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct posix_timer *timer = find(process, id);
    struct process *other = timer != NULL ? timer->clock_process : NULL;
    int number = other != NULL ? process_id(other) : 0;
    struct process *found;
    u64 ns;

    spin_unlock_irqrestore(&process->lock, flags);
    if (other == NULL)
        return 0;
    found = process_find(number);
    if (found == NULL)
        return -ESRCH;
    ns = process_cpu_ns(found);
    process_put(found);
    if (found != other)
        return -ESRCH;
    flags = spin_lock_irqsave(&process->lock);
    timer = find(process, id);
    if (timer != NULL && timer->clock_process == other)
        timer->clock_process_ns = ns;
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

int posix_timer_set(int id, bool absolute, u64 value, u64 interval, u64 *old_value,
                    u64 *old_interval)
{
    struct process *process = current_process();
    int error = look_at_other_process(process, id);
    struct posix_timer *timer;
    irqflags_t flags;
    u64 base;

    if (error)
        return error;
    flags = spin_lock_irqsave(&process->lock);
    timer = find(process, id);
    if (timer != NULL) {
        read_setting(timer, old_value, old_interval);
        timer->counts_on =
            !absolute && clock_is_realtime(timer->clock) ? CLOCK_MONOTONIC : timer->clock;
        base = absolute || value == 0 ? 0 : posix_timer_now(timer);
        if (add_overflow(base, value, &timer->deadline) || timer->deadline > INT64_MAX)
            timer->deadline = INT64_MAX;
        timer->interval = value != 0 ? interval : 0;
        timer->is_waiting = false;
        timer->overrun = 0;
        timer->overrun_last = 0;
        arm(timer);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return timer != NULL ? 0 : -EINVAL;
}

int posix_timer_overrun(int id)
{
    struct process *process = current_process();
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct posix_timer *timer = find(process, id);
    int overrun = timer != NULL ? timer->overrun_last : -EINVAL;

    spin_unlock_irqrestore(&process->lock, flags);
    return overrun;
}

int posix_timer_delete(int id)
{
    struct process *process = current_process();
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct posix_timer **link = &process->posix_timers;
    struct posix_timer *timer;

    while (*link != NULL && (*link)->id != id)
        link = &(*link)->next;
    timer = *link;
    if (timer != NULL) {
        *link = timer->next;
        timer->deadline = 0;
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (timer == NULL)
        return -EINVAL;
    timer_cancel(&timer->timer);
    release(timer);
    return 0;
}

void process_timers_clock_changed(void)
{
    struct posix_timer *timer;
    struct process *process;
    irqflags_t flags;

    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;

        flags = spin_lock_irqsave(&process->lock);
        for (timer = process->posix_timers; timer != NULL; timer = timer->next) {
            if (clock_is_realtime(timer->counts_on) && !timer->is_waiting)
                arm(timer);
        }
        spin_unlock_irqrestore(&process->lock, flags);
        process_put(process);
        process = process_next(next);
    }
}

/* The clocks of the caller's own CPU time, as the numbers that stand for any task's. */
static int general_clock(int clock)
{
    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        return CPU_CLOCK_OF_CALLER;
    return clock == CLOCK_THREAD_CPUTIME_ID ? CPU_CLOCK_OF_CALLER | CPU_CLOCK_THREAD : clock;
}

static void describe(const struct posix_timer *timer, struct posix_timer_description *description)
{
    *description = (struct posix_timer_description){
        .id = timer->id,
        .clock = general_clock(timer->clock),
        .signal = timer->signal,
        .notify = timer->notify,
        .value = timer->value,
        .target = timer->target != NULL ? task_id(timer->target) : process_id(timer->process),
    };
}

unsigned posix_timers_describe(struct process *process, struct posix_timer_description *out,
                               unsigned max)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    const struct posix_timer *timer;
    unsigned nr = 0;

    for (timer = process->posix_timers; timer != NULL; timer = timer->next) {
        if (nr < max)
            describe(timer, &out[nr]);
        nr++;
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return nr;
}
