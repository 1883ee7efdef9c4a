/*
 * Clocks, timers, sleeping.
 *
 * 1. All times are nanoseconds. The monotonic clock is the hardware's; there is no suspend, so the
 * boot-time clock is the same. The realtime clock is monotonic plus an offset that
 * time_set_realtime changes.
 * 2. A struct timer is the caller's storage; its function runs in interrupt context, normally on
 * the CPU that armed it, with no timer lock held; it may arm its timer again. timer_cancel returns
 * after the function is not running anywhere: never hold a lock across it that the function takes.
 * 3. A struct clock_timer is a timer on any clock; one on the realtime clock follows when that is
 * set.
 */
#pragma once

#include <abi/time.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS     1000000ull
#define NS_PER_US     1000ull

u64 time_monotonic_ns(void);
u64 time_boottime_ns(void);
s64 time_realtime_ns(void); /* since 1970 UTC */
s64 time_realtime_seconds(void);
s64 time_realtime_offset(void); /* realtime = monotonic + offset */

/*
 * time_set_realtime: => -EINVAL when @ns is before 1970 or before the machine's uptime, as Linux
 * Timers on the realtime clock are re-evaluated, then the change hooks run.
 */
int time_set_realtime(s64 ns) __must_check;
/*
 * clock_adjust: adjtimex(2) of the realtime clock; fills @request with how things are then.
 * => @privileged: the caller has CAP_SYS_TIME
 * => TIME_OK or TIME_ERROR; -EPERM, -EINVAL; -EOPNOTSUPP: it would take another rate of the clock
 */
struct abi_timex;
int clock_adjust(struct abi_timex *request, bool privileged) __must_check;
/* A hook run after the realtime clock was set (timerfd CANCEL_ON_SET, vDSO data); may take spin
 * locks. */
void time_add_change_hook(void (*hook)(void));

/*
 * The clocks that belong to no process: CLOCK_REALTIME, MONOTONIC, MONOTONIC_RAW, both COARSE,
 * BOOTTIME, both ALARM, TAI.
 * => clock_get: nanoseconds; -EINVAL for any other
 * => clock_resolution: as clock_getres(2)
 * => clock_can_sleep: clock_nanosleep(2) and timer_create(2) take it
 */
int clock_get(int clock, s64 *ns) __must_check;
int clock_resolution(int clock, u64 *ns) __must_check;
bool clock_can_sleep(int clock);

struct timer {
    struct rb_node node; /* (queue lock) */
    u64 deadline;        /* (queue lock) monotonic ns */
    void (*function)(struct timer *timer);
    u32 cpu;   /* (queue lock of that CPU) queue it is or was on */
    u32 armed; /* (queue lock) */
};

void timer_init(struct timer *timer, void (*function)(struct timer *timer));
void timer_set(struct timer *timer, u64 deadline); /* arm or move; one in the past fires at once */
/* true: it was armed; spins while its function runs elsewhere; never from its own function */
bool timer_cancel(struct timer *timer);
/* true: it was armed and will not run; else it is idle, or its function may be running */
bool timer_try_cancel(struct timer *timer);
bool timer_is_armed(const struct timer *timer);

struct clock_timer {
    struct timer timer;
    struct list_head link; /* (list lock) among the armed timers of the realtime clock */
    s64 expiry;            /* (list lock) ns of @clock */
    int clock;             /* (I) */
    void (*function)(struct clock_timer *timer);
};

/* => @clock: one that clock_can_sleep */
void clock_timer_init(struct clock_timer *timer, int clock,
                      void (*function)(struct clock_timer *timer));
void clock_timer_set(struct clock_timer *timer, s64 expiry); /* absolute */
bool clock_timer_cancel(struct clock_timer *timer);          /* as timer_cancel */

/*
 * timer_forward: for periodic timers: move *@expiry by whole intervals beyond @now.
 * => returns how many intervals (0: *@expiry is in the future); @interval is not 0
 */
u64 timer_forward(s64 *expiry, u64 interval, s64 now);

/* The tick upcall: run due timers, the scheduler's tick, program the next event. Interrupts off. */
void time_tick(void);
/* Program this CPU's event if the scheduler's needs came nearer. Interrupts off. */
void time_reprogram(void);
void time_init(void); /* CPU 0, after sched_init, before the first sleep; needs no allocation */

/*
 * Sleep until @deadline (monotonic ns; ~0: for ever).
 * => interruptible: -ERESTARTSYS when a signal is pending before the time is over
 */
int sleep_until_interruptible(u64 deadline) __must_check;
void sleep_until(u64 deadline);

/* Sleep until @clock shows @deadline, wherever it is set to meanwhile. 0; -ERESTARTSYS; -EINVAL:
 * not such a clock. */
int clock_sleep_until(int clock, s64 deadline) __must_check;
