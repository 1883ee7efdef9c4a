/*
 * Scheduling parameters of tasks by number, with the permissions of sched(7), setpriority(2),
 * sched_setaffinity(2).
 */
#pragma once

#include <lib/types.h>

#define SCHEDULING_KEEP_POLICY (-1)

struct scheduling_state {
    int policy, priority, nice;
    bool reset_on_fork;
    u64 round_robin_ns;
};

/* Task 0 is the caller. => -EINVAL (negative number, policy, priority), -ESRCH, -EPERM */
int scheduling_get(int pid, struct scheduling_state *state) __must_check;
/* @policy may carry SCHED_RESET_ON_FORK; SCHEDULING_KEEP_POLICY: only the priority changes. */
int scheduling_set(int pid, int policy, int priority) __must_check;
int scheduling_set_nice_of_task(int pid, int nice) __must_check;

/* setpriority and getpriority: PRIO_PROCESS, PRIO_PGRP, PRIO_USER. => -EINVAL, -ESRCH, -EPERM,
 * -EACCES */
int scheduling_set_nice(int which, int who, int nice) __must_check;
int scheduling_get_nice(int which, int who, int *nice) __must_check;

/* Masks have a bit for each CPU. => -EINVAL: no CPU of the mask is there */
int scheduling_set_affinity(int pid, u64 mask) __must_check;
int scheduling_get_affinity(int pid, u64 *mask) __must_check;

/* ioprio_set(2), ioprio_get(2): IOPRIO_WHO_*. => get: the class and level; -EINVAL, -ESRCH, -EPERM
 */
/* May the caller have @priority? -EINVAL, -EPERM */
int io_priority_check(int priority) __must_check;
int io_priority_set(int which, int who, int priority) __must_check;
int io_priority_get(int which, int who) __must_check;
