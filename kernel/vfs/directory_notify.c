/*
 * F_NOTIFY: a signal when something changes in a directory.
 *
 * A request belongs to a struct file and a descriptor table, and ends when that table closes a
 * descriptor of the file. It is a watch (watch.h) on the directory; the signal goes to the file's
 * owner (F_SETOWN, F_SETSIG). Without DN_MULTISHOT it ends with the first signal.
 *
 * Lock: watch_mutex.
 */
#include "directory_notify.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include "watch.h"

static s32 enabled = 1;

static const struct sysctl settings[] = {
    {.name = "dir-notify-enable", .value = &enabled},
    {0},
};

void directory_notify_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
}

struct request {
    struct watch watch;
    struct file *file;      /* (I) not referenced: its last descriptor ends the request */
    struct fd_table *table; /* (I) compared only */
    int fd;                 /* (watch_mutex) si_fd */
    u32 mask;               /* (watch_mutex) DN_* */
};

/* What is told as what. */
static const struct {
    u32 asked, event;
} kinds[] = {
    {DN_RENAME, WATCH_RENAMED},
    {DN_DELETE, IN_DELETE | IN_MOVED_FROM},
    {DN_CREATE, IN_CREATE | IN_MOVED_TO},
    {DN_MODIFY, IN_MODIFY},
    {DN_ACCESS, IN_ACCESS},
    {DN_ATTRIB, IN_ATTRIB},
};

static u32 events_of(u32 mask)
{
    u32 events = 0;

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        events |= mask & kinds[i].asked ? kinds[i].event : 0;
    return events;
}

/* => watch_mutex held; whoever holds the directory's inode has another reference */
static void request_end(struct request *request)
{
    struct inode *inode = watch_detach(&request->watch);

    kfree(request);
    inode_put(inode);
}

static void event_happened(struct watch *watch, const struct watch_event *event)
{
    struct request *request = container_of(watch, struct request, watch);

    /* Of the directory itself Linux tells only what says that it is one. */
    if (event->name == NULL && !(event->mask & IN_ISDIR))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (!(request->mask & kinds[i].asked) || !(event->mask & kinds[i].event))
            continue;
        file_notify_owner_of(request->file, request->fd, POLLMSG);
        if (!(request->mask & DN_MULTISHOT)) {
            request_end(request);
            return;
        }
    }
}

static void directory_ended(struct watch *watch, bool unmounted)
{
    (void)unmounted;
    kfree(container_of(watch, struct request, watch));
}

static const struct watch_ops request_ops = {.event = event_happened, .ended = directory_ended};

/* => watch_mutex held; NULL: none */
static struct request *request_find(struct file *file, const struct fd_table *table)
{
    struct watch *watch;

    list_for_each_entry (watch, &file->inode->watches, inode_link) {
        struct request *request = container_of(watch, struct request, watch);

        if (watch->ops == &request_ops && request->file == file && request->table == table)
            return request;
    }
    return NULL;
}

static int request_put(const struct vfs_context *context, struct file *file, int fd, u32 mask)
{
    struct request *fresh = kzalloc(sizeof(*fresh), ALLOC_WAIT);
    struct request *request;
    struct file *now;

    if (fresh == NULL)
        return -ENOMEM;
    file_own_by_default(file, F_OWNER_PID, context->process_id);
    mutex_lock(&watch_mutex);
    request = request_find(file, context->files);
    if (request == NULL) {
        request = fresh;
        fresh = NULL;
        request->watch.ops = &request_ops;
        request->file = file;
        request->table = context->files;
        watch_attach(&request->watch, file->inode, 0);
    }
    request->fd = fd;
    request->mask |= mask;
    watch_set_mask(&request->watch, events_of(request->mask));
    /* Another thread may have closed @fd and found no request to end. One that takes it out of the
     * table from now on finds this one. */
    now = fd_get_any(context->files, fd);
    if (now != file)
        request_end(request);
    mutex_unlock(&watch_mutex);
    file_put(now);
    kfree(fresh);
    return 0;
}

void directory_notify_release(struct file *file, struct fd_table *table)
{
    struct request *request;

    if (!S_ISDIR(file->inode->mode) || list_is_empty(&file->inode->watches))
        return;
    mutex_lock(&watch_mutex);
    request = request_find(file, table);
    if (request != NULL)
        request_end(request);
    mutex_unlock(&watch_mutex);
}

int directory_notify(const struct vfs_context *context, struct file *file, int fd, u32 mask)
{
    if (READ_ONCE(enabled) == 0)
        return -EINVAL;
    if ((mask & ~DN_MULTISHOT) == 0) {
        directory_notify_release(file, context->files);
        return 0;
    }
    if (!S_ISDIR(file->inode->mode))
        return -ENOTDIR;
    return request_put(context, file, fd, mask);
}
