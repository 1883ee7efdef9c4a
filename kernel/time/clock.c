/*
 * The clocks: monotonic from the hardware, realtime as an offset to it.
 *
 * The offset is one word, read and written whole, so reading a clock takes no lock.
 */
#include <abi/errno.h>
#include <arch/time.h>
#include <arch/vdso.h>
#include <kern/panic.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <time/time.h>

#include "timer_internal.h"

#define COARSE_NS                                                                                  \
    4000000ull /* what clock_getres(2) says of the COARSE clocks (250 ticks a second) */
#define CHANGE_HOOKS_MAX     4
#define REALTIME_SECONDS_MAX 8277292036ll /* Linux: the end of 64-bit nanoseconds less 30 years */

static s64 realtime_offset;                          /* (a) */
static void (*change_hooks[CHANGE_HOOKS_MAX])(void); /* (I) after boot */

u64 time_monotonic_ns(void)
{
    return arch_clock_ns();
}

u64 time_boottime_ns(void)
{
    return arch_clock_ns();
}

s64 time_realtime_offset(void)
{
    return READ_ONCE(realtime_offset);
}

s64 time_realtime_ns(void)
{
    return (s64)arch_clock_ns() + READ_ONCE(realtime_offset);
}

s64 time_realtime_seconds(void)
{
    return time_realtime_ns() / (s64)NS_PER_SECOND;
}

void realtime_init(void)
{
    WRITE_ONCE(realtime_offset, arch_rtc_read() * (s64)NS_PER_SECOND - (s64)arch_clock_ns());
    if (realtime_offset < 0)
        realtime_offset = 0; /* no battery clock: 1970 */
    arch_vdso_update(realtime_offset, COARSE_NS);
}

void time_add_change_hook(void (*hook)(void))
{
    for (unsigned i = 0; i < CHANGE_HOOKS_MAX; i++) {
        if (change_hooks[i] == NULL) {
            change_hooks[i] = hook;
            return;
        }
    }
    panic("too many hooks on the realtime clock");
}

int time_set_realtime(s64 ns)
{
    s64 offset = ns - (s64)arch_clock_ns();

    if (ns < 0 || ns / (s64)NS_PER_SECOND >= REALTIME_SECONDS_MAX || offset < 0)
        return -EINVAL;
    WRITE_ONCE(realtime_offset, offset);
    arch_vdso_update(offset, COARSE_NS);
    clock_adjustment_clear();
    memory_barrier();
    clock_timers_realtime_changed();
    for (unsigned i = 0; i < CHANGE_HOOKS_MAX && change_hooks[i] != NULL; i++)
        change_hooks[i]();
    return 0;
}

bool clock_is_realtime(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

int clock_get(int clock, s64 *ns)
{
    switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = (s64)arch_clock_ns();
        return 0;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI: /* like Linux until somebody tells it the leap seconds */
        *ns = time_realtime_ns();
        return 0;
    case CLOCK_MONOTONIC_COARSE:
        *ns = (s64)(arch_clock_ns() / COARSE_NS * COARSE_NS);
        return 0;
    case CLOCK_REALTIME_COARSE:
        *ns = (s64)(arch_clock_ns() / COARSE_NS * COARSE_NS) + READ_ONCE(realtime_offset);
        return 0;
    default:
        return -EINVAL;
    }
}

int clock_resolution(int clock, u64 *ns)
{
    s64 unused;
    int error = clock_get(clock, &unused);

    if (error)
        return error;
    *ns = clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME_COARSE ? COARSE_NS : 1;
    return 0;
}

bool clock_can_sleep(int clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        return true;
    default:
        return false;
    }
}
