/*
 * Resource limits and usage (getrlimit(2), getrusage(2)), and nice values.
 */
#pragma once

#include <abi/time.h>

#define RLIMIT_CPU        0
#define RLIMIT_FSIZE      1
#define RLIMIT_DATA       2
#define RLIMIT_STACK      3
#define RLIMIT_CORE       4
#define RLIMIT_RSS        5
#define RLIMIT_NPROC      6
#define RLIMIT_NOFILE     7
#define RLIMIT_MEMLOCK    8
#define RLIMIT_AS         9
#define RLIMIT_LOCKS      10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE   12
#define RLIMIT_NICE       13
#define RLIMIT_RTPRIO     14
#define RLIMIT_RTTIME     15
#define NR_RLIMITS        16

#define RLIM_INFINITY (~0ul)

struct abi_rlimit {
    u64 current;
    u64 maximum;
};

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1
#define RUSAGE_BOTH     (-2) /* wait4's sum; not an argument of getrusage */

struct abi_rusage {
    struct abi_timeval user_time;
    struct abi_timeval system_time;
    s64 max_resident; /* KiB */
    s64 shared_text, data, stack;
    s64 minor_faults, major_faults;
    s64 swaps;
    s64 blocks_in, blocks_out;
    s64 messages_sent, messages_received;
    s64 signals;
    s64 voluntary_switches, involuntary_switches;
};
_Static_assert(sizeof(struct abi_rusage) == 144, "getrusage(2)");

struct abi_tms {
    s64 user, system, children_user, children_system; /* clock ticks */
};

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2
