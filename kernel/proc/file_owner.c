/*
 * SIGIO: the signal that a file with O_ASYNC sends to the thread, process or group that
 * fcntl(F_SETOWN) named.
 *
 * A file becomes ready under locks of any rank, or in an interrupt; the tree lock may not be taken
 * there. So notifications are noted and delivered by a work item. What says only "look again" is
 * noted once for each owner. What says more (F_SETSIG) is noted each time, in order; where that
 * becomes too much, it is "look again", as it is for an owner whose queue of signals is full.
 */
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <abi/signal.h>
#include <kern/spinlock.h>
#include <kmem/kmalloc.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <proc/task.h>
#include <sched/work.h>
#include <signal/signal.h>
#include <vfs/file.h>

#include "proc_internal.h"

#define DETAILED_MAX 4096

struct notification {
    struct list_head link; /* (pending.lock) */
    struct file_owner owner;
    int fd;
    unsigned events;
};

static void deliver(struct work *work);

static struct {
    struct spinlock lock;      /* unranked, taken below any other; interrupts off */
    struct list_head plain;    /* (lock) mostly one for an owner and a signal */
    struct list_head detailed; /* (lock) oldest first */
    unsigned nr_detailed;      /* (lock) */
    struct work work;
} pending = {
    .lock = SPINLOCK_INIT(LOCK_RANK_NONE),
    .plain = LIST_INIT(pending.plain),
    .detailed = LIST_INIT(pending.detailed),
    .work = WORK_INIT(deliver),
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

/* Does it say only "look again"? */
static bool is_plain(const struct notification *notification)
{
    return notification->owner.signal == 0 || notification->events == FILE_URGENT;
}

static void fill_info(const struct notification *notification, struct abi_siginfo *info)
{
    signal_info_kernel(info, notification->events == FILE_URGENT ? SIGURG : SIGIO);
    if (is_plain(notification))
        return;
    info->signo = notification->owner.signal;
    info->poll.fd = notification->fd;
    fill_poll(info, notification->events);
}

/* The owner's identity when it was set decides, as for kill(2) (fcntl(2)). */
static bool may_signal(const struct file_owner *owner, struct task *task)
{
    const struct credentials *theirs = task_get_credentials(task);
    bool allowed = owner->euid == 0 || owner->euid == theirs->suid || owner->euid == theirs->uid ||
                   owner->uid == theirs->suid || owner->uid == theirs->uid;

    credentials_put(theirs);
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

/* Where there is no room for what @info says, SIGIO goes instead (fcntl(2), F_SETSIG). */
static void send_to_process(const struct notification *notification, const struct abi_siginfo *info)
{
    struct process *process = process_find(notification->owner.id);
    struct task *task = process != NULL ? process_get_task(process) : NULL;

    if (task != NULL && may_signal(&notification->owner, task) &&
        signal_send_process(process, info) == -EAGAIN)
        signal_process(process, SIGIO);
    if (task != NULL)
        task_put(task);
    if (process != NULL)
        process_put(process);
}

static void send_to_thread(const struct notification *notification, const struct abi_siginfo *info)
{
    struct task *task = task_find(notification->owner.id);

    if (task == NULL)
        return;
    if (may_signal(&notification->owner, task) && signal_send_task(task, info) == -EAGAIN)
        signal_task(task, SIGIO);
    task_put(task);
}

static void notify(const struct notification *notification)
{
    struct abi_siginfo info;

    fill_info(notification, &info);
    switch (notification->owner.type) {
    case F_OWNER_PGRP:
        send_to_group(notification, &info);
        break;
    case F_OWNER_PID:
        send_to_process(notification, &info);
        break;
    default:
        send_to_thread(notification, &info);
    }
}

static void deliver(struct work *work __unused)
{
    struct list_head list = LIST_INIT(list);
    irqflags_t flags = spin_lock_irqsave(&pending.lock);

    list_splice_tail(&pending.detailed, &list);
    list_splice_tail(&pending.plain, &list);
    pending.nr_detailed = 0;
    spin_unlock_irqrestore(&pending.lock, flags);
    while (!list_is_empty(&list)) {
        struct notification *notification = list_first_entry(&list, struct notification, link);

        notify(notification);
        list_remove(&notification->link);
        kfree(notification);
    }
}

/* => pending.lock held */
static bool is_noted(const struct notification *wanted)
{
    const struct notification *noted;

    list_for_each_entry (noted, &pending.plain, link) {
        const struct file_owner *owner = &noted->owner;

        if (owner->id == wanted->owner.id && owner->type == wanted->owner.type &&
            owner->uid == wanted->owner.uid && owner->euid == wanted->owner.euid &&
            (noted->events == FILE_URGENT) == (wanted->events == FILE_URGENT))
            return true;
    }
    return false;
}

/* Is there nothing to be noted? Where there is too much already, @wanted becomes plain. */
static bool merge(struct notification *wanted)
{
    irqflags_t flags = spin_lock_irqsave(&pending.lock);
    bool merged;

    if (pending.nr_detailed >= DETAILED_MAX)
        wanted->owner.signal = 0;
    merged = is_plain(wanted) && is_noted(wanted);
    spin_unlock_irqrestore(&pending.lock, flags);
    return merged;
}

static void note(struct notification *notification)
{
    bool plain = is_plain(notification);
    irqflags_t flags = spin_lock_irqsave(&pending.lock);

    list_add_tail(&notification->link, plain ? &pending.plain : &pending.detailed);
    pending.nr_detailed += !plain;
    spin_unlock_irqrestore(&pending.lock, flags);
}

void notify_file_owner(const struct file_owner *owner, int fd, unsigned events)
{
    struct notification wanted = {.owner = *owner, .fd = fd, .events = events};
    struct notification *notification;

    if (owner->id == 0 || merge(&wanted))
        return;
    notification = kmalloc(sizeof(*notification), ALLOC_ATOMIC);
    if (notification == NULL)
        return; /* SIGIO says "look again", and a later event says it too */
    *notification = wanted;
    note(notification);
    (void)work_queue(&pending.work);
}

int file_owner_kinds(s32 number)
{
    irqflags_t flags = process_tree_lock();
    const struct pid *pid = pid_find(number);
    int kinds = 0;
    bool is_session = pid != NULL && pid->session != NULL;

    if (pid != NULL)
        kinds = (pid->task != NULL) << F_OWNER_TID | (pid->process != NULL) << F_OWNER_PID |
                (pid->group != NULL) << F_OWNER_PGRP;
    process_tree_unlock(flags);
    return kinds != 0 || is_session ? kinds : -ESRCH;
}
