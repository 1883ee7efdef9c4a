/*
 * Adjusting the clock as user programs see it (adjtimex(2), clock_adjtime(2)).
 */
#pragma once

#include <abi/time.h>
#include <lib/types.h>

struct abi_timex {
    u32 modes; /* ADJ_*: what to change */
    s64 offset;
    s64 frequency;      /* parts per million, 16 bits behind the point */
    s64 maximum_error;  /* us */
    s64 estimate_error; /* us */
    s32 status;         /* STA_* */
    s64 constant;
    s64 precision; /* us */
    s64 tolerance; /* as frequency */
    struct abi_timeval time;
    s64 tick; /* us between two ticks of 100 a second */
    s64 pps_frequency, pps_jitter;
    s32 pps_shift;
    s64 pps_stability, pps_jitters, pps_calibrations, pps_errors, pps_exceeded;
    s32 tai; /* seconds that TAI is ahead of UTC */
    s32 reserved[11];
};
_Static_assert(sizeof(struct abi_timex) == 208, "adjtimex(2)");

#define ADJ_OFFSET          0x0001
#define ADJ_FREQUENCY       0x0002
#define ADJ_MAXERROR        0x0004
#define ADJ_ESTERROR        0x0008
#define ADJ_STATUS          0x0010
#define ADJ_TIMECONST       0x0020
#define ADJ_TAI             0x0080
#define ADJ_SETOFFSET       0x0100
#define ADJ_MICRO           0x1000
#define ADJ_NANO            0x2000
#define ADJ_OFFSET_READONLY 0x2000 /* with ADJ_ADJTIME */
#define ADJ_TICK            0x4000
#define ADJ_ADJTIME         0x8000 /* as adjtime(3): the old-fashioned slewing */

#define STA_PLL      0x0001
#define STA_UNSYNC   0x0040
#define STA_FREQHOLD 0x0080
#define STA_CLOCKERR 0x1000
#define STA_NANO     0x2000
#define STA_RONLY    0xff00 /* the bits that the kernel alone sets */

#define TIME_OK    0
#define TIME_ERROR 5
