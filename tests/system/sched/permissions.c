/*
 * Scheduling calls: policies and priorities that are refused, permissions with RLIMIT_RTPRIO,
 * RLIMIT_NICE and CAP_SYS_NICE, sched_setattr's structure, reset on fork, affinity, intervals,
 * priorities of processes, groups and users.
 */

#include "test.h"

#include <sched.h>
#include <sys/resource.h>

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t clamp_min, clamp_max;
    char more[16];
};

static long set(int policy, int priority)
{
    struct sched_param parameter = {.sched_priority = priority};
    return syscall(SYS_sched_setscheduler, 0, policy, &parameter);
}

static long set_attributes(struct attributes attributes)
{
    if (attributes.size == 0)
        attributes.size = 48;
    return syscall(SYS_sched_setattr, 0, &attributes, 0);
}

static void now(const char *label)
{
    struct attributes is = {0};
    struct sched_param parameter = {.sched_priority = -7};
    long policy = syscall(SYS_sched_getscheduler, 0);
    must(syscall(SYS_sched_getparam, 0, &parameter));
    must(syscall(SYS_sched_getattr, 0, &is, 56, 0));
    say("%s: policy %lx priority %d nice %d; size %u policy %u flags %llx nice %d priority %u",
        label, policy, parameter.sched_priority, getpriority(PRIO_PROCESS, 0), is.size, is.policy,
        (unsigned long long)is.flags, is.nice, is.priority);
}

static void limits(int which, int value)
{
    struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    must(setrlimit(which, &limit));
}

static void policies(void)
{
    static const int tries[][2] = {
        {0, 0},  {0, 1},  {1, 0},  {1, 1},          {1, 99},         {1, 100},       {1, -1},
        {2, 50}, {3, 0},  {3, 1},  {4, 0},          {5, 0},          {5, 5},         {6, 0},
        {7, 0},  {-1, 0}, {99, 0}, {0x40000001, 5}, {0x40000000, 0}, {0x20000001, 5}};
    for (unsigned i = 0; i < COUNT_OF(tries); i++) {
        char label[50];
        snprintf(label, sizeof(label), "policy %x priority %d", (unsigned)tries[i][0], tries[i][1]);
        if (call(label, set(tries[i][0], tries[i][1])) == 0)
            now("  now");
    }
    must(set(SCHED_OTHER, 0));
    struct sched_param parameter = {.sched_priority = 5};
    call("setparam of OTHER, 5", syscall(SYS_sched_setparam, 0, &parameter));
    call("setparam null", syscall(SYS_sched_setparam, 0, NULL));
    call("setparam of nobody", syscall(SYS_sched_setparam, 999999, &parameter));
    call("setparam of -1", syscall(SYS_sched_setparam, -1, &parameter));
    call("getparam null", syscall(SYS_sched_getparam, 0, NULL));
    call("getparam bad", syscall(SYS_sched_getparam, 0, 8));
    call("getscheduler of -1", syscall(SYS_sched_getscheduler, -1));
    call("getscheduler of nobody", syscall(SYS_sched_getscheduler, 999999));
    call("setscheduler null", syscall(SYS_sched_setscheduler, 0, 0, NULL));
    call("setscheduler bad", syscall(SYS_sched_setscheduler, 0, 0, 8));
    for (int policy = -1; policy < 8; policy++)
        say("policy %d: %d to %d", policy, sched_get_priority_min(policy),
            sched_get_priority_max(policy));
    struct timespec interval = {9, 9};
    call("interval of OTHER", sched_rr_get_interval(0, &interval));
    yes("a few milliseconds", interval.tv_sec == 0 && interval.tv_nsec > 0);
    must(set(SCHED_RR, 5));
    call("interval of RR", sched_rr_get_interval(0, &interval));
    say("%ld %ld", interval.tv_sec, interval.tv_nsec);
    must(set(SCHED_FIFO, 5));
    call("interval of FIFO", sched_rr_get_interval(0, &interval));
    say("%ld %ld", interval.tv_sec, interval.tv_nsec);
    call("interval of nobody", sched_rr_get_interval(999999, &interval));
    call("interval of -1", sched_rr_get_interval(-1, &interval));
    call("interval to nowhere", sched_rr_get_interval(0, (void *)8));
    must(set(SCHED_OTHER, 0));
}

static void structure(void)
{
    struct attributes zero = {.size = 48}, out;

    call("size 47", set_attributes((struct attributes){.size = 47}));
    call("size 0", syscall(SYS_sched_setattr, 0, &(struct attributes){.size = 0}, 0));
    call("size 56", set_attributes((struct attributes){.size = 56}));
    call("size 64, zeros", set_attributes((struct attributes){.size = 64}));
    call("size 64, not zeros",
         set_attributes((struct attributes){.size = 64, .more = "xxxxxxxxxxx"}));
    call("size 4097", set_attributes((struct attributes){.size = 4097}));
    call("null", syscall(SYS_sched_setattr, 0, NULL, 0));
    call("flags of the call", syscall(SYS_sched_setattr, 0, &zero, 1));
    call("pid -1", syscall(SYS_sched_setattr, -1, &zero, 0));
    call("nobody", syscall(SYS_sched_setattr, 999999, &zero, 0));
    call("policy 7", set_attributes((struct attributes){.policy = 7}));
    call("policy -1", set_attributes((struct attributes){.policy = (uint32_t)-1}));
    call("flag 0x80", set_attributes((struct attributes){.flags = 0x80}));
    call("nice 5", set_attributes((struct attributes){.nice = 5}));
    now("nice 5");
    call("nice 50", set_attributes((struct attributes){.nice = 50}));
    now("nice 50");
    call("FIFO 7, nice 3",
         set_attributes((struct attributes){.policy = 1, .priority = 7, .nice = 3}));
    now("FIFO");
    call("keep params",
         set_attributes((struct attributes){.policy = 2, .flags = 0x10, .priority = 9}));
    now("RR kept");
    call("keep policy",
         set_attributes((struct attributes){.policy = 0, .flags = 0x08, .priority = 9}));
    now("policy kept");
    call("keep all",
         set_attributes((struct attributes){.policy = 0, .flags = 0x18, .priority = 2}));
    now("all kept");
    call("reset on fork",
         set_attributes((struct attributes){.policy = 1, .flags = 1, .priority = 2}));
    now("reset on fork");
    call("OTHER", set_attributes((struct attributes){0}));
    now("OTHER");
    call("deadline 0", set_attributes((struct attributes){.policy = 6}));
    call("clamp 2000",
         set_attributes((struct attributes){.size = 56, .flags = 0x20, .clamp_min = 2000}));
    call("get, size 47", syscall(SYS_sched_getattr, 0, &out, 47, 0));
    call("get, size 48", syscall(SYS_sched_getattr, 0, &out, 48, 0));
    say("size %u", out.size);
    call("get, size 56", syscall(SYS_sched_getattr, 0, &out, 56, 0));
    say("size %u", out.size);
    call("get, size 64", syscall(SYS_sched_getattr, 0, &out, 64, 0));
    say("size %u clamp %u %u", out.size, out.clamp_min, out.clamp_max);
    call("get, flags", syscall(SYS_sched_getattr, 0, &out, 48, 1));
    call("get, size 5000", syscall(SYS_sched_getattr, 0, &out, 5000, 0));
    call("get, null", syscall(SYS_sched_getattr, 0, NULL, 48, 0));
    call("get, pid -1", syscall(SYS_sched_getattr, -1, &out, 48, 0));
}

static void forked(void)
{
    now("child");
}

static void reset_on_fork(void)
{
    must(set(0x40000001, 10));
    now("parent");
    in_child("fork", forked);
    must(set(SCHED_OTHER | 0x40000000, 0));
    must(setpriority(PRIO_PROCESS, 0, -5));
    now("parent");
    in_child("fork", forked);
    must(set(SCHED_BATCH | 0x40000000, 0));
    must(setpriority(PRIO_PROCESS, 0, 5));
    in_child("fork, batch, nice 5", forked);
    must(set(SCHED_OTHER, 0));
    must(setpriority(PRIO_PROCESS, 0, 0));
}

static void user_without_limits(void)
{
    limits(RLIMIT_RTPRIO, 0);
    limits(RLIMIT_NICE, 0);
    become_user();
    call("FIFO 1", set(SCHED_FIFO, 1));
    call("RR 0", set(SCHED_RR, 0));
    call("BATCH", set(SCHED_BATCH, 0));
    call("IDLE", set(SCHED_IDLE, 0));
    call("OTHER after IDLE", set(SCHED_OTHER, 0));
    call("reset on fork", set(SCHED_IDLE | 0x40000000, 0));
    call("and no more", set(SCHED_IDLE, 0));
    now("then");
    call("nice 5", setpriority(PRIO_PROCESS, 0, 5));
    call("nice 4", setpriority(PRIO_PROCESS, 0, 4));
    call("nice 100", setpriority(PRIO_PROCESS, 0, 100));
    call("nice of init", setpriority(PRIO_PROCESS, 1, 19));
    call("policy of init", syscall(SYS_sched_setscheduler, 1, 3, &(struct sched_param){0}));
    call("what init has", syscall(SYS_sched_getscheduler, 1));
    unsigned long mask = 1;
    call("affinity of init", syscall(SYS_sched_setaffinity, 1, 8, &mask));
    call("attributes: nice 0", set_attributes((struct attributes){.policy = 5}));
}

static void user_with_limits(void)
{
    limits(RLIMIT_RTPRIO, 10);
    limits(RLIMIT_NICE, 25);
    become_user();
    call("FIFO 10", set(SCHED_FIFO, 10));
    call("FIFO 11", set(SCHED_FIFO, 11));
    limits(RLIMIT_RTPRIO, 5);
    call("RR 10 with a limit of 5", set(SCHED_RR, 10));
    call("FIFO 10 again", set(SCHED_FIFO, 10));
    call("FIFO 6", set(SCHED_FIFO, 6));
    call("FIFO 4", set(SCHED_FIFO, 4));
    limits(RLIMIT_RTPRIO, 0);
    call("FIFO 3 with a limit of 0", set(SCHED_FIFO, 3));
    call("RR 3 with a limit of 0", set(SCHED_RR, 3));
    call("OTHER", set(SCHED_OTHER, 0));
    call("nice -5", setpriority(PRIO_PROCESS, 0, -5));
    call("nice -6", setpriority(PRIO_PROCESS, 0, -6));
    call("nice 10", setpriority(PRIO_PROCESS, 0, 10));
    call("nice -4", setpriority(PRIO_PROCESS, 0, -4));
    call("IDLE", set(SCHED_IDLE, 0));
    call("OTHER, nice is within the limit", set(SCHED_OTHER, 0));
}

static void priorities(void)
{
    call("which 3", setpriority(3, 0, 0));
    call("get which -1", syscall(SYS_getpriority, -1, 0));
    call("nobody", setpriority(PRIO_PROCESS, 999999, 0));
    call("get nobody", syscall(SYS_getpriority, PRIO_PROCESS, 999999));
    call("group of nobody", setpriority(PRIO_PGRP, 999999, 0));
    call("get group of nobody", syscall(SYS_getpriority, PRIO_PGRP, 999999));
    call("user of nothing", setpriority(PRIO_USER, 4242, 0));
    call("get user of nothing", syscall(SYS_getpriority, PRIO_USER, 4242));
    must(setsid());
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        pause();
        _exit(0);
    }
    call("child nice 7", setpriority(PRIO_PROCESS, (id_t)pid, 7));
    call("get mine", syscall(SYS_getpriority, PRIO_PROCESS, 0));
    call("get child's", syscall(SYS_getpriority, PRIO_PROCESS, pid));
    call("get group's", syscall(SYS_getpriority, PRIO_PGRP, 0));
    call("group nice -3", setpriority(PRIO_PGRP, 0, -3));
    call("get child's", syscall(SYS_getpriority, PRIO_PROCESS, pid));
    call("group nice -30", setpriority(PRIO_PGRP, 0, -30));
    call("get child's", syscall(SYS_getpriority, PRIO_PROCESS, pid));
    call("group nice 0", setpriority(PRIO_PGRP, 0, 0));
    must(kill(pid, SIGKILL));
    must(waitpid(pid, NULL, 0));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        must(setresuid(4242, 4242, 4242));
        must(setpriority(PRIO_PROCESS, 0, 3));
        call("own user", syscall(SYS_getpriority, PRIO_USER, 0));
        call("by number", syscall(SYS_getpriority, PRIO_USER, 4242));
        call("set own user", setpriority(PRIO_USER, 0, 9));
        call("own user", syscall(SYS_getpriority, PRIO_USER, 0));
        call("lower", setpriority(PRIO_USER, 0, 8));
        _exit(0);
    }
    must(waitpid(pid, NULL, 0));
}

static void affinity(void)
{
    unsigned long mask[32] = {0};

    call("get, size 7", syscall(SYS_sched_getaffinity, 0, 7, mask));
    call("get, size 12", syscall(SYS_sched_getaffinity, 0, 12, mask));
    yes("get, size 128", syscall(SYS_sched_getaffinity, 0, 128, mask) >= 8);
    call("get, nobody", syscall(SYS_sched_getaffinity, 999999, 128, mask));
    call("get, nowhere", syscall(SYS_sched_getaffinity, 0, 128, 8));
    mask[0] = 0;
    call("set none", syscall(SYS_sched_setaffinity, 0, 8, mask));
    mask[0] = 1ul << 63;
    call("set one that is not there", syscall(SYS_sched_setaffinity, 0, 8, mask));
    mask[0] = 1;
    call("set the first", syscall(SYS_sched_setaffinity, 0, 8, mask));
    call("set, size 1", syscall(SYS_sched_setaffinity, 0, 1, mask));
    call("set, size 0", syscall(SYS_sched_setaffinity, 0, 0, mask));
    call("set, size 256", syscall(SYS_sched_setaffinity, 0, 256, mask));
    call("set, nobody", syscall(SYS_sched_setaffinity, 999999, 8, mask));
    call("set, nowhere", syscall(SYS_sched_setaffinity, 0, 8, 8));
}

int main(void)
{
    policies();
    structure();
    reset_on_fork();
    in_child("user", user_without_limits);
    in_child("user with limits", user_with_limits);
    in_child("priorities", priorities);
    affinity();
    return 0;
}
