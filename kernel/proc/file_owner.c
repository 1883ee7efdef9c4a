/*
 * SIGIO: the signal that a file with O_ASYNC sends to the process or group that fcntl(F_SETOWN)
 * named.
 *
 * A file becomes ready under locks of any rank, or in an interrupt; the tree lock may not be taken
 * there. So the notification is put off to a work item.
 */
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <abi/signal.h>
#include <kmem/kmalloc.h>
#include <proc/session.h>
#include <proc/task.h>
#include <sched/work.h>
#include <signal/signal.h>
#include <vfs/file.h>

#include "proc_internal.h"

struct notification {
    struct work work; /* first */
    struct file_owner owner;
    int fd;
    unsigned events;
};

/* si_code and si_band by the first event that fits (fcntl(2), F_SETSIG). */
static void fill_poll(struct abi_siginfo *info, unsigned events)
{
    static const struct {
        unsigned event, band;
        int code;
    } kinds[] = {
        {POLLMSG, POLLIN | POLLRDNORM | POLLMSG, POLL_MSG},
        {POLLIN, POLLIN | POLLRDNORM, POLL_IN},
        {POLLOUT, POLLOUT | POLLWRNORM | POLLWRBAND, POLL_OUT},
        {POLLHUP, POLLHUP | POLLERR, POLL_HUP},
        {~0u, POLLERR, POLL_ERR},
    };
    size_t i = 0;

    while (!(kinds[i].event & events))
        i++;
    info->code = kinds[i].code;
    info->poll.band = kinds[i].band;
}

static void fill_info(const struct notification *notification, struct abi_siginfo *info)
{
    bool urgent = notification->events == FILE_URGENT;

    signal_info_kernel(info, urgent ? SIGURG : SIGIO);
    if (notification->owner.signal == 0 || urgent)
        return;
    info->signo = notification->owner.signal;
    info->poll.fd = notification->fd;
    fill_poll(info, notification->events);
}

/* The owner's identity when it was set decides, as for kill(2) (fcntl(2)). */
static bool may_signal(const struct file_owner *owner, struct process *process)
{
    struct task *task = process_get_task(process);
    const struct credentials *theirs;
    bool allowed;

    if (task == NULL)
        return false;
    theirs = task_get_credentials(task);
    allowed = owner->euid == 0 || owner->euid == theirs->suid || owner->euid == theirs->uid ||
              owner->uid == theirs->suid || owner->uid == theirs->uid;
    credentials_put(theirs);
    task_put(task);
    return allowed;
}

static void send_to_group(const struct notification *notification, const struct abi_siginfo *info)
{
    struct process_group *group = process_group_find(notification->owner.id);

    if (group == NULL)
        return;
    signal_group_info(group, info);
    process_group_put(group);
}

static void notify(struct work *work)
{
    struct notification *notification = container_of(work, struct notification, work);
    const struct file_owner *owner = &notification->owner;
    struct abi_siginfo info;
    struct process *process;

    fill_info(notification, &info);
    if (owner->type == F_OWNER_PGRP) {
        send_to_group(notification, &info);
    } else {
        process = process_find(owner->id);
        if (process != NULL && may_signal(owner, process))
            (void)signal_send_process(process, &info);
        if (process != NULL)
            process_put(process);
    }
    kfree(notification);
}

void notify_file_owner(const struct file_owner *owner, int fd, unsigned events)
{
    struct notification *notification;

    if (owner->id == 0)
        return;
    notification = kzalloc(sizeof(*notification), ALLOC_ATOMIC);
    if (notification == NULL)
        return; /* SIGIO says "look again", and a later event says it too */
    work_init(&notification->work, notify);
    notification->owner = *owner;
    notification->fd = fd;
    notification->events = events;
    (void)work_queue(&notification->work);
}
