/*
 * What adjtimex(2) reads and changes of the realtime clock.
 *
 * The clock can be moved at once (ADJ_SETOFFSET). Its rate is the hardware's and is not steered:
 * what would need that (slewing, another frequency or tick, the phase-locked loop, leap seconds,
 * TAI) is refused with EOPNOTSUPP. The rest is what programs tell each other through the kernel:
 * whether somebody keeps the clock synchronous, and how far off it may be. That error grows until
 * it is told again; at its limit the clock counts as not synchronous.
 */
#include <abi/errno.h>
#include <abi/timex.h>
#include <kern/spinlock.h>
#include <time/time.h>

#include "timer_internal.h"

#define TICK_US            10000
#define TICK_MIN_US        9000
#define TICK_MAX_US        11000
#define ERROR_MAX_US       16000000
#define ERROR_GROWTH_US    500 /* a second */
#define FREQUENCY_MAX      (500ll << 16)
#define FREQUENCY_WORD_MAX (INT64_MAX / 65536000) /* what Linux's arithmetic can hold */
#define CONSTANT_MAX       10
#define MICRO_CONSTANT     4 /* what is added to a constant given for microseconds */
#define STATUS_SETTABLE    (STA_UNSYNC | STA_FREQHOLD)

static struct {
    struct spinlock lock;
    s32 status;                        /* (lock) STA_* */
    s64 constant;                      /* (lock) */
    s64 maximum_error, estimate_error; /* (lock) us, at @told */
    u64 told;                          /* (lock) monotonic ns */
} adjustment = {
    .lock = SPINLOCK_INIT(LOCK_RANK_CLOCK_ADJUST),
    .status = STA_UNSYNC,
    .constant = 2,
    .maximum_error = ERROR_MAX_US,
    .estimate_error = ERROR_MAX_US,
};

void clock_adjustment_clear(void)
{
    spin_lock(&adjustment.lock);
    adjustment.status |= STA_UNSYNC;
    adjustment.maximum_error = ERROR_MAX_US;
    adjustment.estimate_error = ERROR_MAX_US;
    spin_unlock(&adjustment.lock);
}

static int check_offset(const struct abi_timex *request)
{
    s64 limit = (s64)(request->modes & ADJ_NANO ? NS_PER_SECOND : NS_PER_SECOND / NS_PER_US);

    return request->time.microseconds < 0 || request->time.microseconds >= limit ? -EINVAL : 0;
}

/* What Linux refuses, in its order. */
static int check(const struct abi_timex *request, bool privileged)
{
    u32 modes = request->modes;
    bool only_reads = modes & ADJ_ADJTIME ? modes & ADJ_OFFSET_READONLY : modes == 0;

    if (!only_reads && !privileged)
        return -EPERM;
    if (!(modes & ADJ_ADJTIME) && (modes & ADJ_TICK) &&
        (request->tick < TICK_MIN_US || request->tick > TICK_MAX_US))
        return -EINVAL;
    if (modes & ADJ_SETOFFSET) {
        if (!privileged)
            return -EPERM;
        if (check_offset(request))
            return -EINVAL;
    }
    if ((modes & ADJ_FREQUENCY) &&
        (request->frequency > FREQUENCY_WORD_MAX || request->frequency < -FREQUENCY_WORD_MAX))
        return -EINVAL;
    return 0;
}

/* Is something asked for that takes another rate of the clock? ADJ_OFFSET is not: it is for the
 * loop, which is off. */
static bool asks_for_rate(const struct abi_timex *request)
{
    u32 modes = request->modes;

    if (modes & ADJ_ADJTIME)
        return !(modes & ADJ_OFFSET_READONLY) && request->offset != 0;
    if ((modes & ADJ_STATUS) && (request->status & ~(STATUS_SETTABLE | STA_RONLY)))
        return true;
    return ((modes & ADJ_FREQUENCY) && request->frequency != 0) ||
           ((modes & ADJ_TICK) && request->tick != TICK_US) ||
           ((modes & ADJ_TAI) && request->constant > 0);
}

static int move(const struct abi_timex *request)
{
    s64 unit = (s64)(request->modes & ADJ_NANO ? 1 : NS_PER_US);
    s64 ns;

    if (mul_overflow(request->time.seconds, (s64)NS_PER_SECOND, &ns) ||
        add_overflow(ns, request->time.microseconds * unit, &ns) ||
        add_overflow(ns, time_realtime_ns(), &ns))
        return -EINVAL;
    return time_set_realtime(ns);
}

/* => lock held */
static void change(const struct abi_timex *request)
{
    u32 modes = request->modes;

    if (modes & ADJ_STATUS)
        adjustment.status = (adjustment.status & STA_RONLY) | (request->status & STATUS_SETTABLE);
    if (modes & ADJ_NANO)
        adjustment.status |= STA_NANO;
    if (modes & ADJ_MICRO)
        adjustment.status &= ~STA_NANO;
    if (modes & ADJ_MAXERROR) {
        adjustment.maximum_error = request->maximum_error;
        adjustment.told = time_monotonic_ns();
    }
    if (modes & ADJ_ESTERROR)
        adjustment.estimate_error = request->estimate_error;
    if (modes & ADJ_TIMECONST)
        adjustment.constant =
            min(max(request->constant, 0ll) + (adjustment.status & STA_NANO ? 0 : MICRO_CONSTANT),
                (s64)CONSTANT_MAX);
}

/* Nobody has told the error for a while: it has grown. => lock held */
static void let_error_grow(void)
{
    u64 now = time_monotonic_ns();
    u64 seconds = (now - adjustment.told) / NS_PER_SECOND;

    adjustment.told += seconds * NS_PER_SECOND;
    if (seconds > ERROR_MAX_US / ERROR_GROWTH_US)
        seconds = ERROR_MAX_US / ERROR_GROWTH_US;
    if (seconds == 0)
        return;
    adjustment.maximum_error = min(adjustment.maximum_error, (s64)ERROR_MAX_US);
    adjustment.maximum_error += (s64)seconds * ERROR_GROWTH_US;
    if (adjustment.maximum_error > ERROR_MAX_US) {
        adjustment.maximum_error = ERROR_MAX_US;
        adjustment.status |= STA_UNSYNC;
    }
}

/* => lock held */
static void describe(struct abi_timex *request)
{
    s64 now = time_realtime_ns();

    request->offset = 0;
    request->frequency = 0;
    request->maximum_error = adjustment.maximum_error;
    request->estimate_error = adjustment.estimate_error;
    request->status = adjustment.status;
    request->constant = adjustment.constant;
    request->precision = 1;
    request->tolerance = FREQUENCY_MAX;
    request->tick = TICK_US;
    request->tai = 0;
    request->pps_frequency = 0;
    request->pps_jitter = 0;
    request->pps_shift = 0;
    request->pps_stability = 0;
    request->pps_jitters = 0;
    request->pps_calibrations = 0;
    request->pps_errors = 0;
    request->pps_exceeded = 0;
    request->time.seconds = now / (s64)NS_PER_SECOND;
    request->time.microseconds = now % (s64)NS_PER_SECOND;
    if (!(adjustment.status & STA_NANO))
        request->time.microseconds /= (s64)NS_PER_US;
}

int clock_adjust(struct abi_timex *request, bool privileged)
{
    int result = check(request, privileged);

    if (!result && asks_for_rate(request))
        result = -EOPNOTSUPP;
    if (!result && (request->modes & ADJ_SETOFFSET))
        result = move(request);
    if (result)
        return result;
    spin_lock(&adjustment.lock);
    let_error_grow();
    if (!(request->modes & ADJ_ADJTIME))
        change(request);
    describe(request);
    result = adjustment.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
    spin_unlock(&adjustment.lock);
    return result;
}
