/*
 * pidfd_open(2): files that stand for processes. The file keeps the struct process, so its number
 * cannot come to mean another process.
 */
#include <proc/pidfd.h>

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/printf.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/file.h>
#include <vfs/poll.h>

static unsigned pidfd_poll(struct file *file, struct poll_table *table)
{
    struct process *process = file->private;

    poll_wait(file, &process->exit_wait, table);
    return READ_ONCE(process->state) != PROCESS_ALIVE ? EPOLLIN | EPOLLRDNORM : 0;
}

static void pidfd_release(struct file *file)
{
    process_put(file->private);
}

static size_t pidfd_describe(struct file *file, char *buffer, size_t size)
{
    struct process *process = file->private;
    int number = READ_ONCE(process->state) == PROCESS_REAPED ? -1 : process_id(process);

    return scnprintf(buffer, size, "Pid:\t%d\nNSpid:\t%d\n", number, number);
}

static const struct file_ops pidfd_ops = {
    .poll = pidfd_poll,
    .release = pidfd_release,
    .describe = pidfd_describe,
};

struct file *pidfd_create(struct process *process, int flags)
{
    struct file *file = file_create_pseudo("[pidfd]", 0, &pidfd_ops, process_get(process),
                                           O_RDWR | (u32)(flags & O_NONBLOCK));

    if (IS_ERR(file))
        process_put(process);
    return file;
}

struct file *pidfd_open(int number, int flags)
{
    struct process *process;
    struct task *task;
    struct file *file;

    if ((flags & ~O_NONBLOCK) || number <= 0)
        return ERR_PTR(-EINVAL);
    process = process_find(number);
    if (process == NULL) {
        task = task_find(number);
        if (task == NULL)
            return ERR_PTR(-ESRCH);
        task_put(task); /* only the leader's number stands for the process */
        return ERR_PTR(-EINVAL);
    }
    file = pidfd_create(process, flags);
    process_put(process);
    return file;
}

struct process *pidfd_process(struct file *file)
{
    return file->ops == &pidfd_ops ? file->private : NULL;
}

int pidfd_send_signal(struct process *process, const struct abi_siginfo *info)
{
    int error;

    if (info->signo < 0 || info->signo > NR_SIGNALS)
        return -EINVAL;
    if (READ_ONCE(process->state) == PROCESS_REAPED)
        return -ESRCH;
    error = signal_permission(process, info->signo);
    if (error || info->signo == 0)
        return error;
    return signal_send_process(process, info);
}
