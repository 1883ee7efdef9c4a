/*
 * Times and clocks as user programs see them (clock_gettime(2), timer_create(2), setitimer(2)).
 */
#pragma once

#include <lib/types.h>

struct abi_timespec {
    s64 seconds;
    s64 nanoseconds;
};

struct abi_timeval {
    s64 seconds;
    s64 microseconds;
};

struct abi_itimerspec {
    struct abi_timespec interval;
    struct abi_timespec value;
};

struct abi_itimerval {
    struct abi_timeval interval;
    struct abi_timeval value;
};

struct abi_timezone {
    s32 minutes_west;
    s32 dst_time;
};

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_REALTIME_ALARM     8
#define CLOCK_BOOTTIME_ALARM     9
#define CLOCK_TAI                11

#define TIMER_ABSTIME 1

#define TFD_TIMER_ABSTIME       1
#define TFD_TIMER_CANCEL_ON_SET 2
#define TFD_IOC_SET_TICKS       0x40085400u
#define TFD_CLOEXEC             02000000
#define TFD_NONBLOCK            00004000

#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

#define CLOCK_TICKS_PER_SECOND 100 /* AT_CLKTCK, times(2), /proc/PID/stat */
