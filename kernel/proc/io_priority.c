/*
 * ioprio_set(2), ioprio_get(2): a number that each task keeps and hands to its children. No store
 * here has a queue that it could order.
 */
#include <proc/scheduling.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/sched.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <sched/thread.h>

#include "proc_internal.h"

#define CLASS_SHIFT 13
#define LEVEL_MASK  7 /* other bits below the class are kept and mean nothing */

enum io_class { CLASS_NONE, CLASS_REALTIME, CLASS_BEST_EFFORT, CLASS_IDLE };

int io_priority_check(int priority)
{
    switch (priority >> CLASS_SHIFT) {
    case CLASS_REALTIME:
        if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
            return -EPERM;
        return 0;
    case CLASS_BEST_EFFORT:
    case CLASS_IDLE:
        return 0;
    case CLASS_NONE:
        return (priority & LEVEL_MASK) == 0 ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int visit_set(struct task *task, int *priority)
{
    const struct credentials *mine = current_task()->vfs.credentials;
    const struct credentials *theirs = task_get_credentials(task);
    bool may = capable(CAP_SYS_NICE);

    if (theirs != NULL) {
        may |= theirs->uid == mine->euid || theirs->uid == mine->uid;
        credentials_put(theirs);
    }
    if (!may)
        return -EPERM;
    __atomic_store_n(&task->io_priority, (u16)*priority, __ATOMIC_RELAXED);
    return 0;
}

/* Without a class of its own a task's niceness decides. */
static int effective(const struct task *task)
{
    int priority = __atomic_load_n(&task->io_priority, __ATOMIC_RELAXED);
    int policy = task->thread.user_policy;
    int class = CLASS_BEST_EFFORT;

    if (priority >> CLASS_SHIFT != CLASS_NONE)
        return priority;
    if (policy == SCHED_IDLE)
        class = CLASS_IDLE;
    else if (policy == SCHED_FIFO || policy == SCHED_RR)
        class = CLASS_REALTIME;
    return class << CLASS_SHIFT | (task->thread.nice + 20) / 5;
}

static int visit_own(struct task *task, int *priority)
{
    *priority = __atomic_load_n(&task->io_priority, __ATOMIC_RELAXED);
    return 0;
}

static int visit_best(struct task *task, int *priority)
{
    int found = effective(task);

    if (*priority < 0 || found < *priority)
        *priority = found;
    return 0;
}

/* IOPRIO_WHO_PROCESS is 1 where PRIO_PROCESS is 0, and so on. */
int io_priority_set(int which, int who, int priority)
{
    int err = io_priority_check(priority);

    if (err != 0)
        return err;
    return which < 1 ? -EINVAL : task_visit_named(which - 1, who, visit_set, &priority);
}

int io_priority_get(int which, int who)
{
    int priority = -1;
    int err;

    if (which < 1)
        return -EINVAL;
    err = task_visit_named(which - 1, who, which == 1 ? visit_own : visit_best, &priority);
    return err != 0 ? err : priority;
}
