/*
 * Timers on any clock.
 *
 * Those on the realtime clock are on one list while armed: when the clock is set, their monotonic
 * deadlines are computed anew. The list lock ranks before the timer queues'.
 */
#include <arch/cpu.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <time/time.h>

#include "timer_internal.h"

static struct {
    struct spinlock lock;
    struct list_head armed; /* (lock) */
} realtime_timers = {
    .lock = SPINLOCK_INIT(LOCK_RANK_CLOCK_TIMER),
    .armed = LIST_INIT(realtime_timers.armed),
};

/* The monotonic moment at which @clock shows @expiry. */
static u64 monotonic_deadline(int clock, s64 expiry)
{
    s64 deadline = expiry;

    if (clock_is_realtime(clock) && sub_overflow(expiry, time_realtime_offset(), &deadline))
        deadline = expiry < 0 ? 0 : INT64_MAX;
    return deadline > 0 ? (u64)deadline : 0;
}

static void fired(struct timer *base)
{
    struct clock_timer *timer = container_of(base, struct clock_timer, timer);
    irqflags_t flags;
    u64 deadline;

    if (!clock_is_realtime(timer->clock)) {
        timer->function(timer);
        return;
    }
    flags = spin_lock_irqsave(&realtime_timers.lock);
    deadline = monotonic_deadline(timer->clock, timer->expiry);
    if (!list_is_linked(&timer->link)) { /* cancelled meanwhile */
        spin_unlock_irqrestore(&realtime_timers.lock, flags);
        return;
    }
    if (deadline > time_monotonic_ns()) { /* the clock was set back */
        timer_set(&timer->timer, deadline);
        spin_unlock_irqrestore(&realtime_timers.lock, flags);
        return;
    }
    list_remove(&timer->link);
    spin_unlock_irqrestore(&realtime_timers.lock, flags);
    timer->function(timer);
}

void clock_timer_init(struct clock_timer *timer, int clock,
                      void (*function)(struct clock_timer *timer))
{
    timer_init(&timer->timer, fired);
    list_init(&timer->link);
    timer->clock = clock;
    timer->function = function;
}

void clock_timer_set(struct clock_timer *timer, s64 expiry)
{
    irqflags_t flags;

    if (!clock_is_realtime(timer->clock)) {
        timer->expiry = expiry;
        timer_set(&timer->timer, monotonic_deadline(timer->clock, expiry));
        return;
    }
    flags = spin_lock_irqsave(&realtime_timers.lock);
    timer->expiry = expiry;
    if (!list_is_linked(&timer->link))
        list_add(&timer->link, &realtime_timers.armed);
    timer_set(&timer->timer, monotonic_deadline(timer->clock, expiry));
    spin_unlock_irqrestore(&realtime_timers.lock, flags);
}

bool clock_timer_cancel(struct clock_timer *timer)
{
    bool armed;
    irqflags_t flags;

    if (!clock_is_realtime(timer->clock))
        return timer_cancel(&timer->timer);
    flags = spin_lock_irqsave(&realtime_timers.lock);
    armed = list_is_linked(&timer->link);
    list_remove(&timer->link);
    spin_unlock_irqrestore(&realtime_timers.lock, flags);
    timer_cancel(&timer->timer);
    return armed;
}

void clock_timers_realtime_changed(void)
{
    irqflags_t flags = spin_lock_irqsave(&realtime_timers.lock);
    struct clock_timer *timer;

    list_for_each_entry (timer, &realtime_timers.armed, link)
        timer_set(&timer->timer, monotonic_deadline(timer->clock, timer->expiry));
    spin_unlock_irqrestore(&realtime_timers.lock, flags);
}

u64 timer_forward(s64 *expiry, u64 interval, s64 now)
{
    u64 intervals;

    if (*expiry > now)
        return 0;
    intervals = ((u64)now - (u64)*expiry) / interval + 1;
    if (add_overflow(*expiry, intervals * interval, expiry))
        *expiry = INT64_MAX;
    return intervals;
}
