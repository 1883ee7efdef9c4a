/*
 * Changing attributes: chmod(2), chown(2), utimensat(2), truncate(2), each by name and by
 * descriptor.
 *
 * All come down to path_change: the mount allows writing, the caller may make the change, the
 * filesystem applies it, with the inode's lock held over check and change.
 */
#include <vfs/io.h>
#include <vfs/names.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/signal.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/lock.h>
#include <lib/bits.h>
#include <mm/hugetlb.h>
#include <vfs/hugetlb.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "notify.h"
#include "watch.h"

/* The events that a change is told by; both times at once are utimes(2). */
static u32 change_events(const struct inode_change *change)
{
    const unsigned times = CHANGE_ACCESS_TIME | CHANGE_MODIFY_TIME;
    u32 events = 0;

    if (change->what & (CHANGE_MODE | CHANGE_UID | CHANGE_GID))
        events |= IN_ATTRIB;
    if (change->what & CHANGE_SIZE)
        events |= IN_MODIFY;
    if ((change->what & times) == times)
        events |= IN_ATTRIB;
    else if (change->what & CHANGE_ACCESS_TIME)
        events |= IN_ACCESS;
    else if (change->what & CHANGE_MODIFY_TIME)
        events |= IN_MODIFY;
    return events;
}

static void notify_change(const struct path *path, const struct inode_change *change)
{
    u32 events = change_events(change);

    if (events != 0)
        notify_path(path, events);
}

static int change_apply(struct inode *inode, const struct inode_change *change)
{
    int err = 0;

    if (inode->ops->set_attributes != NULL)
        return inode->ops->set_attributes(inode, change);
    if (change->what & CHANGE_SIZE)
        err = object_resize(&inode->object, change->size);
    if (err == 0)
        inode_change_apply(inode, change);
    return err;
}

int path_change(const struct vfs_context *context, const struct path *path,
                struct inode_change *change)
{
    struct inode *inode = path_inode(path);
    int err = mount_may_write(path->mount);

    if (err != 0)
        return err;
    mutex_lock(&inode->lock);
    err = inode_may_change(inode, context->credentials, change);
    if (err == 0)
        err = change_apply(inode, change);
    if (err == 0)
        notify_change(path, change);
    mutex_unlock(&inode->lock);
    return err;
}

/* What RLIMIT_FSIZE and memfd seals say about a new size. => inode.lock held */
static int size_is_allowed(const struct vfs_context *context, const struct inode *inode, u64 size)
{
    u64 old = inode_size(inode);

    if (size > old && size > READ_ONCE(context->file_size_limit)) {
        vfs_raise_signal(SIGXFSZ);
        return -EFBIG;
    }
    if (inode_is_hugetlb(inode) && !is_aligned(size, HUGETLB_SIZE))
        return -EINVAL;
    if (size < old && (inode->seals & F_SEAL_SHRINK))
        return -EPERM;
    if (size > old && (inode->seals & F_SEAL_GROW))
        return -EPERM;
    return 0;
}

int path_truncate(const struct vfs_context *context, const struct path *path, u64 size,
                  struct file *file)
{
    struct inode_change change = {.what = CHANGE_SIZE | CHANGE_MODIFY_TIME, .size = size};
    struct inode *inode = path_inode(path);
    int err = mount_may_write(path->mount);

    if (err == 0 && file == NULL)
        err = inode_permission(inode, context->credentials, MAY_WRITE);
    if (err == 0)
        err = inode_get_write(inode);
    if (err != 0)
        return err;
    err = file == NULL ? lease_break(inode, O_WRONLY) : 0;
    if (err != 0)
        goto out;
    change.modify_time = inode_time_now();
    mutex_lock(&inode->lock);
    err = size_is_allowed(context, inode, size);
    if (err == 0)
        err = inode_may_change(inode, context->credentials, &change);
    if (err == 0)
        err = change_apply(inode, &change);
    if (err == 0)
        notify_change(path, &change);
    mutex_unlock(&inode->lock);
out:
    inode_put_write(inode);
    return err;
}

int vfs_truncate(const struct vfs_context *context, const char *name, s64 size)
{
    struct inode *inode;
    struct path path;
    int err;

    if (size < 0)
        return -EINVAL;
    err = path_lookup(context, AT_FDCWD, name, LOOKUP_FOLLOW, &path);
    if (err != 0)
        return err;
    inode = path_inode(&path);
    if (inode_is_directory(inode))
        err = -EISDIR;
    else if (!S_ISREG(inode->mode))
        err = -EINVAL;
    else
        err = path_truncate(context, &path, (u64)size, NULL);
    path_put(&path);
    return err;
}

int file_truncate(struct file *file, s64 size)
{
    if (size < 0)
        return -EINVAL;
    if (file->mode & FILE_PATH)
        return -EBADF;
    if (!S_ISREG(file->inode->mode) || !(file->mode & FILE_WRITE))
        return -EINVAL;
    return path_truncate(vfs_current(), &file->path, (u64)size, file);
}

int file_chmod(const struct vfs_context *context, struct file *file, u32 mode)
{
    struct inode_change change = {.what = CHANGE_MODE, .mode = mode & 07777};

    return path_change(context, &file->path, &change);
}

int vfs_chmod_at(const struct vfs_context *context, int dirfd, const char *name, u32 mode,
                 int flags)
{
    struct inode_change change = {.what = CHANGE_MODE, .mode = mode & 07777};
    struct path path;
    int err;

    if (flags != 0)
        return -EINVAL;
    err = path_lookup(context, dirfd, name, LOOKUP_FOLLOW, &path);
    if (err != 0)
        return err;
    err = path_change(context, &path, &change);
    path_put(&path);
    return err;
}

static int path_chown(const struct vfs_context *context, const struct path *path, u32 uid, u32 gid)
{
    struct inode_change change = {.uid = uid, .gid = gid};

    if (uid != ~0u)
        change.what |= CHANGE_UID;
    if (gid != ~0u)
        change.what |= CHANGE_GID;
    return path_change(context, path, &change);
}

int file_chown(const struct vfs_context *context, struct file *file, u32 uid, u32 gid)
{
    return path_chown(context, &file->path, uid, gid);
}

int vfs_chown_at(const struct vfs_context *context, int dirfd, const char *name, u32 uid, u32 gid,
                 int flags)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (flags & AT_EMPTY_PATH)
        lookup |= LOOKUP_EMPTY;
    err = path_lookup(context, dirfd, name, lookup, &path);
    if (err != 0)
        return err;
    err = path_chown(context, &path, uid, gid);
    path_put(&path);
    return err;
}

static bool time_is_valid(const struct inode_time *time)
{
    return time->nanoseconds == UTIME_NOW || time->nanoseconds == UTIME_OMIT ||
           time->nanoseconds < 1000000000u;
}

/* One of the two times into the change; what is not asked for stays. */
static void time_request(struct inode_change *change, unsigned what, struct inode_time *place,
                         const struct inode_time *time)
{
    if (time != NULL && time->nanoseconds == UTIME_OMIT)
        return;
    change->what |= what;
    *place = time == NULL || time->nanoseconds == UTIME_NOW ? inode_time_now() : *time;
}

/* Setting both to now needs permission to write, anything else ownership. */
static int path_utimes(const struct vfs_context *context, const struct path *path,
                       const struct inode_time times[2])
{
    struct inode *inode = path_inode(path);
    struct inode_change change = {0};
    bool now =
        times == NULL || (times[0].nanoseconds == UTIME_NOW && times[1].nanoseconds == UTIME_NOW);
    int err = mount_may_write(path->mount);

    time_request(&change, CHANGE_ACCESS_TIME, &change.access_time,
                 times == NULL ? NULL : &times[0]);
    time_request(&change, CHANGE_MODIFY_TIME, &change.modify_time,
                 times == NULL ? NULL : &times[1]);
    if (err != 0)
        return err;
    if (!inode_is_owner(inode, context->credentials)) {
        err = now ? inode_permission(inode, context->credentials, MAY_WRITE) : -EPERM;
        if (err != 0)
            return err;
    }
    mutex_lock(&inode->lock);
    err = change_apply(inode, &change);
    if (err == 0)
        notify_change(path, &change);
    mutex_unlock(&inode->lock);
    return err;
}

/* The path that a descriptor names, for utimensat(fd, NULL). */
static int descriptor_path(const struct vfs_context *context, int fd, struct path *path)
{
    struct file *file = fd_get(context->files, fd);

    if (file == NULL)
        return -EBADF;
    *path = file->path;
    path_get(path);
    file_put(file);
    return 0;
}

int vfs_utimes_at(const struct vfs_context *context, int dirfd, const char *name,
                  const struct inode_time times[2], int flags)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err;

    if (times != NULL && (!time_is_valid(&times[0]) || !time_is_valid(&times[1])))
        return -EINVAL;
    if (times != NULL && times[0].nanoseconds == UTIME_OMIT && times[1].nanoseconds == UTIME_OMIT)
        return 0;
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (name == NULL && dirfd != AT_FDCWD) {
        if (flags != 0)
            return -EINVAL;
        err = descriptor_path(context, dirfd, &path);
    } else if (name == NULL) {
        return -EFAULT;
    } else {
        if (flags & AT_EMPTY_PATH)
            lookup |= LOOKUP_EMPTY;
        err = path_lookup(context, dirfd, name, lookup, &path);
    }
    if (err != 0)
        return err;
    err = path_utimes(context, &path, times);
    path_put(&path);
    return err;
}
