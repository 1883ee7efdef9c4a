/*
 * epoll_ctl(2): watches are added, changed and removed. They are counted per user, the one who made
 * the instance.
 */
#include "epoll_internal.h"

#include <abi/errno.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

#define WATCH_COST 256ul /* bytes that one is reckoned for */

static u64 max_user_watches; /* (a) */

static const struct sysctl settings[] = {
    {.name = "max_user_watches",
     .kind = SYSCTL_ULONG,
     .value = &max_user_watches,
     .maximum = INT64_MAX},
    {0},
};

/* Watches may take a twenty-fifth of memory, as on Linux. */
void epoll_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs/epoll", settings);

    max_user_watches = frames_total_count() / 25 * PAGE_SIZE / WATCH_COST;
    sysctl_register(&table);
}

void epoll_uncharge(struct epoll *epoll)
{
    user_account_uncharge(&epoll->account->nr_epoll_watches);
}

static u32 wanted_events(const struct vfs_context *context, u32 events)
{
    if (!credentials_capable(context->credentials, CAP_BLOCK_SUSPEND))
        events &= ~EPOLLWAKEUP;
    return events | EPOLLERR | EPOLLHUP;
}

static void item_report(struct epoll_item *item)
{
    if (epoll_item_poll(item) != 0 && epoll_item_make_ready(item))
        wake_key(&item->epoll->queue, EPOLLIN | EPOLLRDNORM);
}

/* => epoll_mutex and epoll.lock held */
static int item_add(struct epoll *epoll, struct file *file, int fd, u32 events, u64 data)
{
    struct epoll_item *item;
    int err;

    if (!user_account_charge(&epoll->account->nr_epoll_watches, (s64)READ_ONCE(max_user_watches)))
        return -ENOSPC;
    item = kzalloc(sizeof(*item), ALLOC_WAIT);
    if (item == NULL) {
        epoll_uncharge(epoll);
        return -ENOMEM;
    }
    item->epoll = epoll;
    item->file = file;
    item->fd = fd;
    item->events = events;
    item->data = data;
    list_init(&item->ready_link);
    epoll_item_insert(epoll, item);
    err = epoll_paths_check(epoll, file) ? epoll_item_register(item) : -EINVAL;
    if (err == 0)
        item_report(item);
    else
        epoll_item_destroy(item);
    return err;
}

static void item_change(struct epoll_item *item, u32 events, u64 data)
{
    struct epoll *epoll = item->epoll;
    irqflags_t flags = spin_lock_irqsave(&epoll->ready_lock);

    item->events = events;
    item->data = data;
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
    item_report(item);
}

/* What EPOLLEXCLUSIVE allows (epoll_ctl(2)). */
static int exclusive_check(int operation, const struct epoll_event *event,
                           const struct file *target)
{
    if (operation == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
        return 0;
    if (operation == EPOLL_CTL_MOD)
        return -EINVAL;
    if (epoll_of(target) != NULL || (event->events & ~EPOLL_EXCLUSIVE_OK))
        return -EINVAL;
    return 0;
}

static int control_locked(const struct vfs_context *context, struct epoll *epoll, int operation,
                          struct file *target, int fd, const struct epoll_event *event)
{
    struct epoll_item *item = epoll_item_find(epoll, target, fd);

    switch (operation) {
    case EPOLL_CTL_ADD:
        if (item != NULL)
            return -EEXIST;
        return item_add(epoll, target, fd, wanted_events(context, event->events), event->data);
    case EPOLL_CTL_MOD:
        if (item == NULL)
            return -ENOENT;
        if (item->events & EPOLLEXCLUSIVE)
            return -EINVAL;
        item_change(item, wanted_events(context, event->events), event->data);
        return 0;
    case EPOLL_CTL_DEL:
        if (item == NULL)
            return -ENOENT;
        epoll_item_destroy(item);
        return 0;
    default:
        return -EINVAL;
    }
}

static int control_target(const struct vfs_context *context, struct file *file, int operation,
                          struct file *target, int fd, const struct epoll_event *event)
{
    struct epoll *epoll = epoll_of(file);
    int err;

    if (target->ops->poll == NULL)
        return -EPERM;
    if (epoll == NULL || file == target)
        return -EINVAL;
    err = exclusive_check(operation, event, target);
    if (err != 0)
        return err;
    mutex_lock(&epoll_mutex);
    if (operation == EPOLL_CTL_ADD)
        err = epoll_nesting_check(epoll, target);
    if (err == 0) {
        mutex_lock(&epoll->lock);
        err = control_locked(context, epoll, operation, target, fd, event);
        mutex_unlock(&epoll->lock);
    }
    mutex_unlock(&epoll_mutex);
    return err;
}

int epoll_control(const struct vfs_context *context, struct file *epoll, int operation, int fd,
                  const struct epoll_event *event)
{
    struct file *target = fd_get(context->files, fd);
    int err;

    if (target == NULL)
        return -EBADF;
    err = control_target(context, epoll, operation, target, fd, event);
    file_put(target);
    return err;
}

const struct file *epoll_watched(struct file *file, int fd, u32 index)
{
    struct epoll *epoll = epoll_of(file);
    const struct file *found = ERR_PTR(-ENOENT);
    struct epoll_item *item;

    if (epoll == NULL)
        return ERR_PTR(-EINVAL);
    mutex_lock(&epoll->lock);
    rb_for_each (item, &epoll->items, node) {
        if (item->fd == fd && index-- == 0) {
            found = item->file;
            break;
        }
    }
    mutex_unlock(&epoll->lock);
    return found;
}
