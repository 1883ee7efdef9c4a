/*
 * inotify(7).
 *
 * An instance has watches and a queue of events (inotify_queue.c). Watches are counted per user,
 * like instances, against /proc/sys/fs/inotify.
 *
 * Locks: watch_mutex for watches, inotify.lock (spin, inside it) for the queue.
 */
#include <vfs/inotify.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include <vfs/poll.h>
#include <vfs/user_account.h>
#include <vfs/vfs.h>
#include "inotify_internal.h"
#include "watch.h"

#define MASK_FLAGS                                                                                 \
    (IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR |      \
     IN_ONESHOT)
#define MASK_KNOWN (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | MASK_FLAGS)
#define WATCH_COST 1280ul /* bytes that Linux reckons for one */

struct inotify_watch {
    struct watch watch;
    struct inotify *instance; /* (I) */
    s32 number;               /* (I) */
    u32 flags;                /* (watch_mutex) IN_EXCL_UNLINK, IN_ONESHOT */
    struct list_head link;    /* (watch_mutex) in instance->watches */
};

static s32 max_queued_events = 16384;
static s32 max_user_instances = 128;
static s32 max_user_watches;

/* ---- watches ---- */

/* The watch leaves its instance: IN_IGNORED is its last event. => watch_mutex held, off its inode
 */
static void watch_end(struct inotify_watch *watch)
{
    const struct watch_event ignored = {.mask = IN_IGNORED};

    inotify_queue_put(watch->instance, watch->number, &ignored);
    user_account_uncharge(&watch->instance->account->nr_inotify_watches);
    list_remove(&watch->link);
    kfree(watch);
}

static void inotify_event_happened(struct watch *base, const struct watch_event *event)
{
    struct inotify_watch *watch = container_of(base, struct inotify_watch, watch);
    struct watch_event shown = *event;

    if ((watch->flags & IN_EXCL_UNLINK) && event->unlinked)
        return;
    /* What happens to the watched directory itself is told without IN_ISDIR, as on Linux. */
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF))
        shown.mask &= ~IN_ISDIR;
    inotify_queue_put(watch->instance, watch->number, &shown);
    if (watch->flags & IN_ONESHOT) {
        struct inode *inode = watch_detach(base);

        watch_end(watch);
        inode_put(inode); /* not the last: whoever tells of the event has one */
    }
}

static void inotify_watch_ended(struct watch *base, bool unmounted)
{
    struct inotify_watch *watch = container_of(base, struct inotify_watch, watch);
    const struct watch_event gone = {.mask = IN_UNMOUNT |
                                             (inode_is_directory(base->inode) ? IN_ISDIR : 0)};

    if (unmounted)
        inotify_queue_put(watch->instance, watch->number, &gone);
    watch_end(watch);
}

static const struct watch_ops inotify_watch_ops = {
    .event = inotify_event_happened,
    .ended = inotify_watch_ended,
};

static struct inotify_watch *find_by_inode(const struct inotify *instance, struct inode *inode)
{
    struct watch *watch;

    list_for_each_entry (watch, &inode->watches, inode_link) {
        struct inotify_watch *found = container_of(watch, struct inotify_watch, watch);

        if (watch->ops == &inotify_watch_ops && found->instance == instance)
            return found;
    }
    return NULL;
}

static int watch_change(struct inotify_watch *watch, u32 mask)
{
    u32 events = mask & IN_ALL_EVENTS;

    if (mask & IN_MASK_CREATE)
        return -EEXIST;
    if (mask & IN_MASK_ADD) {
        events |= watch->watch.mask;
        mask |= watch->flags;
    }
    watch->flags = mask & (IN_EXCL_UNLINK | IN_ONESHOT);
    watch_set_mask(&watch->watch, events);
    return watch->number;
}

/* => watch_mutex held; takes over *fresh if it is used */
static int watch_put_locked(struct inotify *instance, struct inode *inode, u32 mask,
                            struct inotify_watch **fresh)
{
    struct inotify_watch *watch = find_by_inode(instance, inode);

    if (watch != NULL)
        return watch_change(watch, mask);
    /* A number is used up even by a watch too many, as on Linux. */
    instance->last_number = instance->last_number == INT32_MAX ? 1 : instance->last_number + 1;
    if (!user_account_charge(&instance->account->nr_inotify_watches, READ_ONCE(max_user_watches)))
        return -ENOSPC;
    watch = *fresh;
    *fresh = NULL;
    *watch = (struct inotify_watch){.watch.ops = &inotify_watch_ops,
                                    .instance = instance,
                                    .number = instance->last_number,
                                    .flags = mask & (IN_EXCL_UNLINK | IN_ONESHOT)};
    list_add_tail(&watch->link, &instance->watches);
    watch_attach(&watch->watch, inode, mask & IN_ALL_EVENTS);
    return watch->number;
}

static const struct file_ops inotify_file_ops;

int inotify_check_mask(u32 mask)
{
    return (mask & ~MASK_KNOWN) != 0 || (mask & MASK_KNOWN) == 0 ? -EINVAL : 0;
}

int inotify_watch_add(const struct vfs_context *context, struct file *file, const char *name,
                      u32 mask)
{
    unsigned lookup = mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW;
    struct inotify_watch *fresh;
    struct path path;
    int result;

    if ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE))
        return -EINVAL;
    if (file->ops != &inotify_file_ops)
        return -EINVAL;
    if (mask & IN_ONLYDIR)
        lookup |= LOOKUP_DIRECTORY;
    result = path_lookup(context, AT_FDCWD, name, lookup, &path);
    if (result != 0)
        return result;
    result = path_permission(&path, context->credentials, MAY_READ);
    fresh = result == 0 ? kmalloc(sizeof(*fresh), ALLOC_WAIT) : NULL;
    if (result == 0 && fresh == NULL)
        result = -ENOMEM;
    if (result == 0) {
        mutex_lock(&watch_mutex);
        result = watch_put_locked(file->private, path_inode(&path), mask, &fresh);
        mutex_unlock(&watch_mutex);
    }
    kfree(fresh);
    path_put(&path);
    return result;
}

int inotify_watch_remove(struct file *file, s32 number)
{
    struct inotify *instance = file->private;
    struct inode *inode = NULL;
    struct inotify_watch *watch;

    if (file->ops != &inotify_file_ops)
        return -EINVAL;
    mutex_lock(&watch_mutex);
    list_for_each_entry (watch, &instance->watches, link) {
        if (watch->number != number)
            continue;
        inode = watch_detach(&watch->watch);
        watch_end(watch);
        break;
    }
    mutex_unlock(&watch_mutex);
    inode_put(inode);
    return inode == NULL ? -EINVAL : 0;
}

/* The lines of /proc/PID/fdinfo/N. */
static size_t inotify_describe(struct file *file, char *buffer, size_t size)
{
    struct inotify *instance = file->private;
    const struct inotify_watch *watch;
    size_t len = 0;

    mutex_lock(&watch_mutex);
    list_for_each_entry_reverse(watch, &instance->watches, link)
    {
        const struct inode *inode = watch->watch.inode;
        u64 device = inode->filesystem->device;

        len += (size_t)scnprintf(
            buffer + len, size - len, "inotify wd:%x ino:%lx sdev:%x mask:%x ignored_mask:0 \n",
            (unsigned)watch->number, inode->number,
            device_major(device) << 20 | device_minor(device), watch->watch.mask | watch->flags);
    }
    mutex_unlock(&watch_mutex);
    return len;
}

/* ---- instances ---- */

/* One watch out of the instance; false: there was none. */
static bool instance_drop_watch(struct inotify *instance)
{
    struct inotify_watch *watch;
    struct inode *inode = NULL;

    mutex_lock(&watch_mutex);
    watch = list_first_entry_or_null(&instance->watches, struct inotify_watch, link);
    if (watch != NULL) {
        inode = watch_detach(&watch->watch);
        watch_end(watch);
    }
    mutex_unlock(&watch_mutex);
    inode_put(inode);
    return inode != NULL;
}

static void user_uncharge(struct inotify *instance)
{
    user_account_uncharge(&instance->account->nr_inotify_instances);
    user_account_put(instance->account);
}

static void inotify_release(struct file *file)
{
    struct inotify *instance = file->private;

    while (instance_drop_watch(instance))
        ;
    async_list_forget(&instance->async, file);
    user_uncharge(instance);
    inotify_queue_free(instance);
    kfree(instance);
}

static int inotify_set_async(struct file *file, bool on)
{
    struct inotify *instance = file->private;

    return async_list_set(&instance->async, file, on);
}

static const struct file_ops inotify_file_ops = {
    .read = inotify_read,
    .poll = inotify_poll,
    .ioctl = inotify_ioctl,
    .release = inotify_release,
    .seek = file_seek_null,
    .set_async = inotify_set_async,
    .describe = inotify_describe,
};

/* Count an instance of the calling user. */
static int user_charge(struct inotify *instance)
{
    instance->account = user_account_find(vfs_current()->credentials->euid);
    if (instance->account == NULL)
        return -ENOMEM;
    if (user_account_charge(&instance->account->nr_inotify_instances,
                            READ_ONCE(max_user_instances)))
        return 0;
    user_account_put(instance->account);
    return -EMFILE;
}

struct file *inotify_create(int flags)
{
    struct inotify *instance;
    struct file *file;
    int err;

    if ((u32)flags & ~(IN_CLOEXEC | IN_NONBLOCK))
        return ERR_PTR(-EINVAL);
    instance = kzalloc(sizeof(*instance), ALLOC_WAIT);
    if (instance == NULL)
        return ERR_PTR(-ENOMEM);
    spin_lock_init(&instance->lock, LOCK_RANK_FILE_INNER);
    wait_queue_init(&instance->wait);
    async_list_init(&instance->async);
    list_init(&instance->events);
    list_init(&instance->watches);
    list_init(&instance->overflow.link);
    instance->max_events = READ_ONCE(max_queued_events);
    instance->overflow.number = -1;
    instance->overflow.mask = IN_Q_OVERFLOW;
    err = user_charge(instance);
    if (err != 0) {
        kfree(instance);
        return ERR_PTR(err);
    }
    file = file_create_pseudo("inotify", 0, &inotify_file_ops, instance,
                              O_RDONLY | ((u32)flags & O_NONBLOCK));
    if (IS_ERR(file)) {
        user_uncharge(instance);
        kfree(instance);
    }
    return file;
}

static const struct sysctl settings[] = {
    {.name = "max_queued_events", .value = &max_queued_events, .maximum = INT32_MAX},
    {.name = "max_user_instances", .value = &max_user_instances, .maximum = INT32_MAX},
    {.name = "max_user_watches", .value = &max_user_watches, .maximum = INT32_MAX},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("fs/inotify", settings);

void inotify_init(void)
{
    u64 watches = frames_total_count() / 100 * PAGE_SIZE / WATCH_COST;

    max_user_watches = (s32)min(max(watches, (u64)8192), (u64)1048576);
    sysctl_register(&table);
}
