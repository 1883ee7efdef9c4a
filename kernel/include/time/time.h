/*
 * Clocks and timers. All times are nanoseconds; CLOCK_REALTIME is monotonic plus an offset.
 *
 * A struct timer is the caller's storage; its function runs in interrupt context on the CPU that armed it, with no
 * timer lock held; it may re-arm itself. timer_cancel returns after the function is not running anywhere.
 */
#pragma once

#include <lib/rbtree.h>
#include <lib/types.h>

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS     1000000ull
#define NS_PER_US     1000ull

u64 time_monotonic_ns(void);
u64 time_boottime_ns(void);
s64 time_realtime_ns(void);              /* since 1970 UTC */
s64 time_realtime_seconds(void);
int time_set_realtime(s64 ns) __must_check; /* shifts the offset; -EINVAL out of range; timers on the realtime clock are re-evaluated */
s64 time_realtime_offset(void);          /* realtime = monotonic + offset */
/* A hook run after the realtime clock was set (timerfd CANCEL_ON_SET, vDSO data). */
void time_set_change_hook(void (*hook)(void));

struct timer {
    struct rb_node node; /* (queue lock) */
    u64 deadline;        /* monotonic ns */
    void (*function)(struct timer *timer);
    u32 cpu;             /* queue it is on */
    u32 state;           /* (queue lock) idle, queued, running */
};
void timer_init(struct timer *timer, void (*function)(struct timer *timer));
void timer_set(struct timer *timer, u64 deadline); /* arm or move */
bool timer_cancel(struct timer *timer);            /* true: it was armed; may spin while it runs elsewhere; never from its own function */
bool timer_try_cancel(struct timer *timer);        /* true: it will not run (was armed, now idle) */
bool timer_is_armed(const struct timer *timer);

/* The tick upcall: run due timers, the scheduler's tick, program the next event. Interrupts off. */
void time_tick(void);
/* Re-program this CPU's event after the scheduler's needs changed. */
void time_reprogram(void);
void time_init(void);         /* CPU 0, before threads */
void time_init_cpu(void);     /* each CPU */

/* Sleep until @deadline. 0; -ERESTARTSYS when a signal is pending. */
int sleep_until_interruptible(u64 deadline) __must_check;
void sleep_until(u64 deadline);
