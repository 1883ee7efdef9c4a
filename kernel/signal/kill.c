/*
 * kill(2) and its family: finding the targets and asking whether they may be reached.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <proc/credentials.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <vfs/cred.h>

/* The credentials of a process are those of its leader, or of any task once the leader has exited.
 */
static bool credentials_allow(struct process *process)
{
    const struct credentials *mine = current_task()->vfs.credentials, *theirs;
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    const struct task *task = process->leader;
    bool allowed = true; /* a zombie: nothing arrives anyway */

    if (task == NULL)
        task = list_first_entry_or_null(&process->tasks, struct task, process_link);
    if (task != NULL) {
        theirs = task->vfs.credentials;
        allowed = mine->euid == theirs->suid || mine->euid == theirs->uid ||
                  mine->uid == theirs->suid || mine->uid == theirs->uid;
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return allowed;
}

static bool may_send(struct process *process)
{
    return process == current_process() || credentials_allow(process) || capable(CAP_KILL);
}

/* SIGCONT may go to the whole session. => tree lock held */
static bool may_continue(const struct process *process, int signal)
{
    return signal == SIGCONT && process->group != NULL &&
           process->group->session == current_process()->group->session;
}

int signal_permission(struct process *process, int signal)
{
    irqflags_t flags;
    bool allowed;

    if (may_send(process))
        return 0;
    flags = process_tree_lock();
    allowed = may_continue(process, signal);
    process_tree_unlock(flags);
    return allowed ? 0 : -EPERM;
}

static int send_checked(struct process *process, struct task *task, const struct abi_siginfo *info)
{
    int error = signal_permission(process, info->signo);

    if (error || info->signo == 0)
        return error;
    return task != NULL ? signal_send_task(task, info) : signal_send_process(process, info);
}

/* Outcome of sending to many: success if one got it, else the first refusal, else ESRCH. */
struct broadcast {
    bool found, sent;
    int error;
};

/* => tree lock held */
static void broadcast_one(struct broadcast *broadcast, struct process *process,
                          const struct abi_siginfo *info)
{
    int error = may_send(process) || may_continue(process, info->signo) ? 0 : -EPERM;

    if (!error && info->signo != 0)
        error = signal_send_process(process, info);
    broadcast->found = true;
    if (!error)
        broadcast->sent = true;
    else if (broadcast->error == 0)
        broadcast->error = error;
}

static long broadcast_result(const struct broadcast *broadcast)
{
    if (!broadcast->found)
        return -ESRCH;
    return broadcast->sent ? 0 : broadcast->error;
}

/* All members, under one hold of the tree lock: one that forks meanwhile did so before, and its
 * child is among them, or finds the signal pending first (insert_task). */
static long kill_group(int number, const struct abi_siginfo *info)
{
    struct broadcast broadcast = {0};
    irqflags_t flags = process_tree_lock();
    struct pid *pid = pid_find(number);
    struct process *process;

    if (pid != NULL && pid->group != NULL) {
        list_for_each_entry (process, &pid->group->members, group_link)
            broadcast_one(&broadcast, process, info);
    }
    process_tree_unlock(flags);
    return broadcast_result(&broadcast);
}

/* Everybody but pid 1 and the caller, likewise. */
static long kill_all(const struct abi_siginfo *info)
{
    struct broadcast broadcast = {0};
    irqflags_t flags = process_tree_lock();

    for (int number = pid_next(2); number != 0; number = pid_next(number + 1)) {
        struct process *process = pid_find(number)->process;

        if (process != NULL && process != current_process())
            broadcast_one(&broadcast, process, info);
    }
    process_tree_unlock(flags);
    /* Those that may not be reached do not count here (kill(2)). */
    if (broadcast.error == -EPERM)
        broadcast.sent = true;
    return broadcast_result(&broadcast);
}

static int own_group(void)
{
    struct process_group *group = process_group_get_current();
    int number = process_group_number(group);

    process_group_put(group);
    return number;
}

/* To any process, or to several. Out of line: who sends to itself saves no registers for it. */
static __noinline long kill_others(int pid, const struct abi_siginfo *info)
{
    struct process *process;
    struct task *task;
    long result;

    if (pid == -1)
        return kill_all(info);
    if (pid <= 0)
        return kill_group(pid == 0 ? own_group() : -pid, info);
    process = process_find(pid);
    if (process == NULL) {
        task = task_find(pid); /* any task's number names its process (kill(2) on Linux) */
        if (task == NULL)
            return -ESRCH;
        process = process_get(task->process);
        task_put(task);
    }
    result = send_checked(process, NULL, info);
    process_put(process);
    return result;
}

long signal_kill(int pid, const struct abi_siginfo *info)
{
    struct process *self = current_process();

    if (info->signo < 0 || info->signo > NR_SIGNALS)
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid != process_id(self))
        return kill_others(pid, info);
    /* This needs no permission, and will not go meanwhile. */
    return info->signo != 0 ? signal_send_process(self, info) : 0;
}

long signal_kill_task(int process_number, int task_number, const struct abi_siginfo *info)
{
    struct task *task;
    long result = -ESRCH;

    if (info->signo < 0 || info->signo > NR_SIGNALS || task_number <= 0)
        return -EINVAL;
    task = task_find(task_number);
    if (task == NULL)
        return -ESRCH;
    if (process_number <= 0 || process_id(task->process) == process_number)
        result = send_checked(task->process, task, info);
    task_put(task);
    return result;
}
