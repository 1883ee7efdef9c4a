/* sched_* and priorities: policies, ranges, affinity, nice, getpriority. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

#include <sys/resource.h>

static void body(void)
{
    become_user();
    call("nice 5", setpriority(PRIO_PROCESS, 0, 5));
    call("nice 3 as a user", setpriority(PRIO_PROCESS, 0, 3));
    call("of root's", setpriority(PRIO_PROCESS, getppid(), 3));
    struct sched_param param = {1};
    call("FIFO as a user", syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param));
}

/* Of a user without kernel threads, which root has. */
static void user_priority(void)
{
    become_user();
    call("user", syscall(SYS_getpriority, PRIO_USER, 0));
    setpriority(PRIO_PROCESS, 0, 3);
    call("nicer", syscall(SYS_getpriority, PRIO_USER, 0));
}

int main(void)
{
    struct sched_param param = {0};
    cpu_set_t set;
    struct timespec interval;

    call("policy", syscall(SYS_sched_getscheduler, 0));
    call("of nobody", syscall(SYS_sched_getscheduler, 999999));
    for (int policy = 0; policy < 7; policy++)
        say("policy %d: %d..%d", policy, sched_get_priority_min(policy),
            sched_get_priority_max(policy));
    call("yield", sched_yield());
    call("getparam", syscall(SYS_sched_getparam, 0, &param));
    say("priority %d", param.sched_priority);
    call("batch", syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &param));
    call("policy", syscall(SYS_sched_getscheduler, 0));
    call("other", syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param));
    param.sched_priority = 5;
    call("other with priority", syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param));
    call("policy 9", syscall(SYS_sched_setscheduler, 0, 9, &param));
    call("interval", sched_rr_get_interval(0, &interval));
    yes("affinity", sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_ISSET(0, &set));
    yes("raw length", syscall(SYS_sched_getaffinity, 0, 128, &set) >= 8);
    call("odd length", syscall(SYS_sched_getaffinity, 0, 7, &set));
    CPU_ZERO(&set);
    call("empty set", sched_setaffinity(0, sizeof(set), &set));
    CPU_SET(0, &set);
    call("only CPU 0", sched_setaffinity(0, sizeof(set), &set));
    yes("running there", sched_getcpu() == 0);
    call("nice 10", setpriority(PRIO_PROCESS, 0, 10));
    call("getpriority raw", syscall(SYS_getpriority, PRIO_PROCESS, 0));
    call("nice 100", setpriority(PRIO_PROCESS, 0, 100));
    call("getpriority raw", syscall(SYS_getpriority, PRIO_PROCESS, 0));
    call("nice -100 as root", setpriority(PRIO_PROCESS, 0, -100));
    call("getpriority raw", syscall(SYS_getpriority, PRIO_PROCESS, 0));
    call("back", setpriority(PRIO_PROCESS, 0, 0));
    call("unknown which", syscall(SYS_getpriority, 9, 0));
    call("nobody", syscall(SYS_getpriority, PRIO_PROCESS, 999999));
    call("group", syscall(SYS_getpriority, PRIO_PGRP, 0));
    in_child("user", body);
    in_child("priority of a user", user_priority);
    return 0;
}
