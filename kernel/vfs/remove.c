/*
 * unlink(2), rmdir(2), rename(2).
 *
 * Locks: rename_mutex when a name changes its directory; then the directories, an ancestor before
 * what is below it and otherwise by address; then the inodes that lose a name, directories first.
 * Removing a mount point is -EBUSY.
 */
#include <vfs/names.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <vfs/dentry.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "watch.h"

static struct mutex rename_mutex = MUTEX_INIT(rename_mutex);

static bool dentry_is_mountpoint(const struct dentry *dentry)
{
    return READ_ONCE(dentry->nr_mounts) != 0;
}

/* Remove the name @dentry (positive) from the locked directory at @parent. */
static int name_remove(const struct vfs_context *context, const struct path *parent,
                       struct dentry *dentry, bool as_directory)
{
    struct inode *directory = path_inode(parent);
    struct inode *inode = dentry->inode;
    int (*operation)(struct inode *, const struct name *, struct inode *);
    int err = inode_may_delete(directory, inode, context->credentials, as_directory);

    if (err != 0)
        return err;
    operation = as_directory ? directory->ops->rmdir : directory->ops->unlink;
    if (operation == NULL)
        return -EPERM;
    mutex_lock(&inode->lock);
    err = dentry_is_mountpoint(dentry) ? -EBUSY : operation(directory, &dentry->name, inode);
    if (err == 0)
        dentry_detach(dentry);
    mutex_unlock(&inode->lock);
    if (err == 0 && !as_directory)
        notify_inode(inode, IN_ATTRIB); /* it has a link less */
    return err;
}

/* The errors of names that cannot be removed whatever they are. */
static int last_kind_error(enum last_kind kind, bool as_directory)
{
    if (!as_directory)
        return kind == LAST_NORMAL ? 0 : -EISDIR;
    switch (kind) {
    case LAST_DOT:
        return -EINVAL;
    case LAST_DOTDOT:
        return -ENOTEMPTY;
    case LAST_ROOT:
        return -EBUSY;
    default:
        return 0;
    }
}

int vfs_unlink_at(const struct vfs_context *context, int dirfd, const char *name, int flags)
{
    bool as_directory = flags & AT_REMOVEDIR;
    struct parent_lookup lookup;
    struct dentry *dentry = NULL;
    struct inode *directory, *removed;
    int err;

    if (flags & ~AT_REMOVEDIR)
        return -EINVAL;
    err = path_lookup_parent(context, dirfd, name, 0, &lookup);
    if (err != 0)
        return err;
    err = last_kind_error(lookup.kind, as_directory);
    if (err == 0)
        err = mount_may_write(lookup.parent.mount);
    if (err != 0)
        goto out;
    directory = path_inode(&lookup.parent);
    mutex_lock(&directory->lock);
    err = dentry_lookup_locked(lookup.parent.dentry, &lookup.last, &dentry);
    if (err == 0 && dentry->inode == NULL)
        err = -ENOENT;
    else if (err == 0 && lookup.trailing_slash && !as_directory)
        err = inode_is_directory(dentry->inode) ? -EISDIR : -ENOTDIR;
    else if (err == 0)
        err = name_remove(context, &lookup.parent, dentry, as_directory);
    mutex_unlock(&directory->lock);
    removed = err == 0 ? inode_get(dentry->inode) : NULL;
    dentry_put(dentry);
    if (removed != NULL)
        notify_name(directory, &lookup.last, removed, IN_DELETE, 0);
    inode_put(removed);
out:
    parent_lookup_put(&lookup);
    return err;
}

/* The two ends of a rename. */
struct rename_ends {
    const struct vfs_context *context;
    struct parent_lookup from, to;
    struct dentry *source; /* positive */
    struct dentry *target; /* may be negative */
    unsigned flags;        /* RENAME_* */
};

/* Lock both directories in the order of the file header. */
static void ends_lock(const struct rename_ends *ends)
{
    struct dentry *from = ends->from.parent.dentry;
    struct dentry *to = ends->to.parent.dentry;
    bool from_first;

    if (from == to) {
        mutex_lock(&from->inode->lock);
        return;
    }
    mutex_lock(&rename_mutex);
    if (dentry_is_below(to, from))
        from_first = true;
    else if (dentry_is_below(from, to))
        from_first = false;
    else
        from_first = from->inode < to->inode;
    mutex_lock(&(from_first ? from : to)->inode->lock);
    mutex_lock(&(from_first ? to : from)->inode->lock);
}

static void ends_unlock(const struct rename_ends *ends)
{
    struct dentry *from = ends->from.parent.dentry;
    struct dentry *to = ends->to.parent.dentry;

    mutex_unlock(&from->inode->lock);
    if (from == to)
        return;
    mutex_unlock(&to->inode->lock);
    mutex_unlock(&rename_mutex);
}

/* What the names and types forbid, in Linux's order. */
static int ends_check_names(const struct rename_ends *ends)
{
    struct inode *source = ends->source->inode;
    struct inode *target = ends->target->inode;
    bool exchange = ends->flags & RENAME_EXCHANGE;

    if (source == NULL)
        return -ENOENT;
    if ((ends->flags & RENAME_NOREPLACE) && target != NULL)
        return -EEXIST;
    if (exchange && target == NULL)
        return -ENOENT;
    if (exchange && !inode_is_directory(target) && ends->to.trailing_slash)
        return -ENOTDIR;
    if (!inode_is_directory(source)) {
        if (ends->from.trailing_slash || (!exchange && ends->to.trailing_slash))
            return -ENOTDIR;
    }
    if (dentry_is_below(ends->to.parent.dentry, ends->source))
        return -EINVAL;
    if (dentry_is_below(ends->from.parent.dentry, ends->target))
        return exchange ? -EINVAL : -ENOTEMPTY;
    return 0;
}

static int ends_check_permission(const struct rename_ends *ends)
{
    const struct credentials *credentials = ends->context->credentials;
    struct inode *from = path_inode(&ends->from.parent);
    struct inode *to = path_inode(&ends->to.parent);
    struct inode *source = ends->source->inode;
    struct inode *target = ends->target->inode;
    bool directory = inode_is_directory(source);
    int err = inode_may_delete(from, source, credentials, directory);

    if (err == 0 && target == NULL)
        err = inode_may_create(to, credentials);
    else if (err == 0 && (ends->flags & RENAME_EXCHANGE))
        err = inode_may_delete(to, target, credentials, inode_is_directory(target));
    else if (err == 0)
        err = inode_may_delete(to, target, credentials, directory);
    if (err != 0)
        return err;
    /* A directory that changes its parent has its ".." rewritten. */
    if (from != to && directory)
        err = inode_permission(source, credentials, MAY_WRITE);
    if (err == 0 && from != to && (ends->flags & RENAME_EXCHANGE) && inode_is_directory(target))
        err = inode_permission(target, credentials, MAY_WRITE);
    return err;
}

static int ends_rename(const struct rename_ends *ends)
{
    struct inode *from = path_inode(&ends->from.parent);
    struct inode *source = ends->source->inode;
    struct inode *target = ends->target->inode;
    struct inode_rename rename = {
        .old_directory = from,
        .old_name = ends->source->name,
        .inode = source,
        .new_directory = path_inode(&ends->to.parent),
        .new_name = ends->target->name,
        .target = target,
        .flags = ends->flags & RENAME_EXCHANGE,
    };
    struct inode *first = source < target ? source : target;
    struct inode *second = source < target ? target : source;
    int err;

    if (first != NULL)
        mutex_lock(&first->lock);
    mutex_lock(&second->lock);
    if (dentry_is_mountpoint(ends->source) || dentry_is_mountpoint(ends->target))
        err = -EBUSY;
    else
        err = from->ops->rename(&rename);
    if (err == 0 && (ends->flags & RENAME_EXCHANGE))
        dentry_exchange(ends->source, ends->target);
    else if (err == 0)
        dentry_move(ends->source, ends->target);
    mutex_unlock(&second->lock);
    if (first != NULL)
        mutex_unlock(&first->lock);
    return err;
}

/* @inode is no longer @old in one directory but @new in the other; @replaced lost its name. */
static void notify_moved(const struct parent_lookup *from, const struct parent_lookup *to,
                         struct inode *inode, struct inode *replaced)
{
    u32 cookie = notify_cookie();

    if (path_inode(&from->parent) == path_inode(&to->parent))
        notify_name(path_inode(&from->parent), &from->last, inode, WATCH_RENAMED, 0);
    notify_name(path_inode(&from->parent), &from->last, inode, IN_MOVED_FROM, cookie);
    notify_name(path_inode(&to->parent), &to->last, inode, IN_MOVED_TO, cookie);
    if (replaced != NULL)
        notify_inode(replaced, IN_ATTRIB);
    notify_inode(inode, IN_MOVE_SELF);
}

/* The dentries have changed their places, not their inodes. */
static void notify_renamed(const struct rename_ends *ends)
{
    bool exchange = ends->flags & RENAME_EXCHANGE;
    struct inode *source = ends->source->inode;
    struct inode *target = ends->target->inode;

    notify_moved(&ends->from, &ends->to, source, exchange ? NULL : target);
    if (exchange)
        notify_moved(&ends->to, &ends->from, target, NULL);
}

static int rename_locked(struct rename_ends *ends)
{
    int err = dentry_lookup_locked(ends->from.parent.dentry, &ends->from.last, &ends->source);

    if (err == 0)
        err = dentry_lookup_locked(ends->to.parent.dentry, &ends->to.last, &ends->target);
    if (err == 0)
        err = ends_check_names(ends);
    if (err != 0)
        return err;
    if (ends->source->inode == ends->target->inode)
        return 0; /* two names of one file: rename(2) does nothing */
    err = ends_check_permission(ends);
    if (err != 0)
        return err;
    if (path_inode(&ends->from.parent)->ops->rename == NULL)
        return -EPERM;
    err = ends_rename(ends);
    if (err == 0)
        notify_renamed(ends);
    return err;
}

static int rename_check_places(const struct rename_ends *ends)
{
    if (ends->from.parent.mount != ends->to.parent.mount)
        return -EXDEV;
    if (ends->from.kind != LAST_NORMAL)
        return -EBUSY;
    if (ends->to.kind != LAST_NORMAL)
        return ends->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    return mount_may_write(ends->from.parent.mount);
}

int vfs_rename_at(const struct vfs_context *context, int old_dirfd, const char *old_name,
                  int new_dirfd, const char *new_name, unsigned flags)
{
    struct rename_ends ends = {.context = context, .flags = flags};
    int err;

    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
        return -EINVAL;
    if ((flags & RENAME_EXCHANGE) && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)))
        return -EINVAL;
    if (flags & RENAME_WHITEOUT)
        return credentials_capable(context->credentials, CAP_MKNOD) ? -EINVAL : -EPERM;
    err = path_lookup_parent(context, old_dirfd, old_name, 0, &ends.from);
    if (err != 0)
        return err;
    err = path_lookup_parent(context, new_dirfd, new_name, 0, &ends.to);
    if (err != 0)
        goto out_from;
    err = rename_check_places(&ends);
    if (err == 0) {
        ends_lock(&ends);
        err = rename_locked(&ends);
        ends_unlock(&ends);
    }
    dentry_put(ends.source);
    dentry_put(ends.target);
    parent_lookup_put(&ends.to);
out_from:
    parent_lookup_put(&ends.from);
    return err;
}
