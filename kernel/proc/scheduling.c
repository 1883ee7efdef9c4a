/*
 * Who may change how a task is scheduled: its owner, within RLIMIT_NICE and RLIMIT_RTPRIO;
 * CAP_SYS_NICE anything.
 */
#include <proc/scheduling.h>

#include <abi/errno.h>
#include <abi/sched.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/session.h>
#include <proc/accounting.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <vfs/cred.h>

#include "proc_internal.h"

/* The task @pid means, referenced; NULL: none. */
static struct task *task_of(int pid)
{
    return pid ? task_find(pid) : task_get(current_task());
}

/* Is the current task's effective user the real or effective user of @task? */
static bool same_user(struct task *task)
{
    const struct credentials *theirs = task_get_credentials(task);
    u32 euid = current_task()->vfs.credentials->euid;
    bool same = theirs != NULL && (theirs->uid == euid || theirs->euid == euid);

    if (theirs != NULL)
        credentials_put(theirs);
    return same;
}

static bool may_change(struct task *task)
{
    return same_user(task) || capable(CAP_SYS_NICE);
}

/* RLIMIT_NICE counts from 20 (nice 20) down: limit 1..40 means nice 19..-20. */
static bool nice_is_allowed(struct task *task, int nice)
{
    return nice >= task->thread.nice || (u64)(20 - nice) <= rlimit_of(task->process, RLIMIT_NICE) ||
           capable(CAP_SYS_NICE);
}

int scheduling_get(int pid, struct scheduling_state *state)
{
    struct task *task;

    if (pid < 0)
        return -EINVAL;
    task = task_of(pid);
    if (task == NULL)
        return -ESRCH;
    state->policy = task->thread.user_policy;
    state->priority = task->thread.user_priority;
    state->nice = task->thread.nice;
    state->reset_on_fork = task->thread.reset_on_fork;
    state->round_robin_ns = sched_round_robin_interval(&task->thread);
    task_put(task);
    return 0;
}

static bool is_realtime(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool priority_fits(int policy, int priority)
{
    if (is_realtime(policy))
        return priority >= 1 && priority <= 99;
    return (policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE) &&
           priority == 0;
}

/* What a task without CAP_SYS_NICE may do to itself and its user's tasks. */
static bool change_is_allowed(struct task *task, int policy, int priority, bool reset_on_fork)
{
    const struct thread *thread = &task->thread;

    if (is_realtime(policy)) {
        u64 limit = rlimit_of(task->process, RLIMIT_RTPRIO);

        if (policy != thread->user_policy && limit == 0)
            return false;
        if (priority > thread->user_priority && (u64)priority > limit)
            return false;
    }
    if (thread->user_policy == SCHED_IDLE && policy != SCHED_IDLE &&
        !nice_is_allowed(task, thread->nice - 1))
        return false;
    if (thread->reset_on_fork && !reset_on_fork)
        return false;
    return same_user(task);
}

static int change(struct task *task, int policy, int priority)
{
    bool reset_on_fork = task->thread.reset_on_fork;

    if (policy == SCHEDULING_KEEP_POLICY) {
        policy = task->thread.user_policy;
    } else {
        reset_on_fork = policy & SCHED_RESET_ON_FORK;
        policy &= ~SCHED_RESET_ON_FORK;
    }
    if (!priority_fits(policy, priority))
        return -EINVAL;
    if (!capable(CAP_SYS_NICE) && !change_is_allowed(task, policy, priority, reset_on_fork))
        return -EPERM;
    return sched_set_policy(&task->thread, policy, priority, reset_on_fork);
}

int scheduling_set(int pid, int policy, int priority)
{
    struct task *task;
    int error;

    if (pid < 0)
        return -EINVAL;
    task = task_of(pid);
    if (task == NULL)
        return -ESRCH;
    error = change(task, policy, priority);
    if (error == 0 && is_realtime(task->thread.user_policy)) {
        /* RLIMIT_RTTIME begins. */
        WRITE_ONCE(task->thread.awake_since, thread_cpu_cycles(&task->thread));
        process_cpu_watch_update(task->process);
    }
    task_put(task);
    return error;
}

static int set_nice(struct task *task, int nice)
{
    if (!may_change(task))
        return -EPERM;
    if (!nice_is_allowed(task, nice))
        return -EACCES;
    sched_set_nice(&task->thread, nice);
    return 0;
}

int scheduling_set_nice_of_task(int pid, int nice)
{
    struct task *task = task_of(pid);
    int error;

    if (task == NULL)
        return -ESRCH;
    error = set_nice(task, nice);
    task_put(task);
    return error;
}

/* Is @process one of those that (@which, @who) name? */
static bool is_named(struct process *process, int which, int who)
{
    const struct credentials *credentials;
    struct task *task;
    irqflags_t flags;
    bool named;

    if (which == PRIO_PGRP) {
        flags = process_tree_lock();
        named = process->group != NULL && process_group_number(process->group) == who;
        process_tree_unlock(flags);
        return named;
    }
    task = process_get_task(process);
    if (task == NULL)
        return false;
    credentials = task_get_credentials(task);
    named = credentials != NULL && credentials->uid == (u32)who;
    if (credentials != NULL)
        credentials_put(credentials);
    task_put(task);
    return named;
}

/* Do @visit to every task of every process named; -ESRCH when there is none. The worst error wins.
 */
static int for_each_named(int which, int who, int (*visit)(struct task *task, int *value),
                          int *value)
{
    struct process *process;
    int result = -ESRCH;

    for (int number = 1; (process = process_next(number)) != NULL; process_put(process)) {
        struct task *task;

        number = process_id(process) + 1;
        if (!is_named(process, which, who))
            continue;
        for (int next = 1; (task = process_next_task(process, next)) != NULL; task_put(task)) {
            int error = visit(task, value);

            next = task_id(task) + 1;
            if (result == -ESRCH || error)
                result = error;
        }
    }
    return result;
}

static int visit_set(struct task *task, int *nice)
{
    return set_nice(task, *nice);
}

static int visit_get(struct task *task, int *nice)
{
    *nice = min(*nice, task->thread.nice);
    return 0;
}

int task_visit_named(int which, int who, int (*visit)(struct task *task, int *value), int *value)
{
    struct task *task;
    int error;

    if (which == PRIO_PROCESS) {
        task = task_of(who);
        if (task == NULL)
            return -ESRCH;
        error = visit(task, value);
        task_put(task);
        return error;
    }
    if (which == PRIO_PGRP && who == 0)
        who = (int)session_get_group(0);
    else if (which == PRIO_USER && who == 0)
        who = (int)current_task()->vfs.credentials->uid;
    else if (which != PRIO_PGRP && which != PRIO_USER)
        return -EINVAL;
    return for_each_named(which, who, visit, value);
}

int scheduling_set_nice(int which, int who, int nice)
{
    return task_visit_named(which, who, visit_set, &nice);
}

int scheduling_get_nice(int which, int who, int *nice)
{
    *nice = 19;
    return task_visit_named(which, who, visit_get, nice);
}

int scheduling_set_affinity(int pid, u64 mask)
{
    struct task *task = task_of(pid);
    int error = -EPERM;

    if (task == NULL)
        return -ESRCH;
    if (may_change(task))
        error = sched_set_affinity(&task->thread, mask & sched_online_cpus());
    task_put(task);
    return error;
}

int scheduling_get_affinity(int pid, u64 *mask)
{
    struct task *task = task_of(pid);

    if (task == NULL)
        return -ESRCH;
    *mask = task->thread.allowed_cpus & sched_online_cpus();
    task_put(task);
    return 0;
}
