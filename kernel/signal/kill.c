/*
 * kill(2) and its family: finding the targets and asking whether they may be reached.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <proc/credentials.h>
#include <proc/session.h>
#include <vfs/cred.h>

/* The credentials of a process are those of its leader, or of any task once the leader has exited.
 */
static bool credentials_allow(struct process *process)
{
    const struct credentials *mine = current_task()->vfs.credentials;
    struct task *task = process_get_task(process);
    const struct credentials *theirs;
    bool allowed;

    if (task == NULL)
        return true; /* a zombie: nothing arrives anyway */
    theirs = task_get_credentials(task);
    allowed = mine->euid == theirs->suid || mine->euid == theirs->uid ||
              mine->uid == theirs->suid || mine->uid == theirs->uid;
    credentials_put(theirs);
    task_put(task);
    return allowed;
}

static bool same_session(struct process *process)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    bool same = process->group != NULL && process->group->session == self->group->session;

    process_tree_unlock(flags);
    return same;
}

int signal_permission(struct process *process, int signal)
{
    if (process == current_process() || credentials_allow(process) || capable(CAP_KILL))
        return 0;
    return signal == SIGCONT && same_session(process) ? 0 : -EPERM;
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

static void broadcast_one(struct broadcast *broadcast, struct process *process,
                          const struct abi_siginfo *info)
{
    int error = send_checked(process, NULL, info);

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

/* Is @process a member of group @number (0: not asked)? */
static bool in_group(struct process *process, int number)
{
    irqflags_t flags = process_tree_lock();
    bool member = process->group != NULL && process_group_number(process->group) == number;

    process_tree_unlock(flags);
    return member;
}

static long kill_group(int number, const struct abi_siginfo *info)
{
    struct broadcast broadcast = {0};
    struct process *process;

    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;

        if (in_group(process, number))
            broadcast_one(&broadcast, process, info);
        process_put(process);
        process = process_next(next);
    }
    return broadcast_result(&broadcast);
}

/* Everybody but pid 1 and the caller. */
static long kill_all(const struct abi_siginfo *info)
{
    struct broadcast broadcast = {0};
    struct process *process;

    for (process = process_next(2); process != NULL;) {
        int next = process_id(process) + 1;

        if (process != current_process())
            broadcast_one(&broadcast, process, info);
        process_put(process);
        process = process_next(next);
    }
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
