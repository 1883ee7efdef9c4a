/*
 * umount2(2) and pivot_root(2).
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include "mount_tree.h"
#include "name_cache.h"

#define MOUNT_EXPIRING 0x80000000u /* mount.flags: an earlier MNT_EXPIRE saw it idle */

/* Two calls with MNT_EXPIRE without use in between unmount. */
static int mount_expire(struct mount *mount)
{
    if (!list_is_empty(&mount->children) || refcount_read(&mount->references) > 2)
        return -EBUSY;
    if (!(fetch_or(&mount->flags, MOUNT_EXPIRING) & MOUNT_EXPIRING))
        return -EAGAIN;
    return 0;
}

static int umount_locked(const struct vfs_context *context, struct mount *mount, int flags)
{
    struct path root;
    bool is_root;
    int err;

    if (flags & MNT_EXPIRE) {
        err = mount_expire(mount);
        if (err != 0)
            return err;
    }
    fs_context_root(context->fs, &root);
    is_root = root.mount == mount;
    path_put(&root);
    if (is_root && !(flags & MNT_DETACH)) {
        /* The root cannot go; it becomes read-only, as on Linux. */
        fetch_or(&mount->filesystem->flags, FILESYSTEM_READ_ONLY);
        return 0;
    }
    if (mount->parent == NULL)
        return -EINVAL;
    if (flags & MNT_DETACH) {
        mount_detach_tree(mount);
        return 0;
    }
    err = mount_detach_idle(mount, 1);
    if (err == 0)
        mount_put(mount);
    return err;
}

int vfs_umount(const struct vfs_context *context, const char *target, int flags)
{
    unsigned follow = flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err;

    if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    err = path_lookup(context, AT_FDCWD, target, follow, &path);
    if (err != 0)
        return err;
    if (!credentials_capable(context->credentials, CAP_SYS_ADMIN))
        err = -EPERM;
    else if (path.dentry != path.mount->root)
        err = -EINVAL;
    else if ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH)))
        err = -EINVAL;
    if (err == 0) {
        /* Only the mount's own reference, so that the name does not count as a user of the dentry.
         */
        mutex_lock(&mount_mutex);
        err = umount_locked(context, path.mount, flags);
        mutex_unlock(&mount_mutex);
    }
    path_put(&path);
    return err;
}

/* Is @dentry on @mount at or below @place, through mounts? */
static bool path_is_reachable(const struct path *path, const struct path *place)
{
    struct mount *mount = path->mount;
    struct dentry *dentry = path->dentry;

    while (mount != place->mount) {
        if (mount->parent == NULL)
            return false;
        dentry = mount->mountpoint;
        mount = mount->parent;
    }
    return dentry_is_below(dentry, place->dentry);
}

/* Conditions in the order of pivot_root(2). */
static int pivot_check(const struct path *root, const struct path *new_root,
                       const struct path *put_old)
{
    if (new_root->mount == root->mount || put_old->mount == root->mount)
        return -EBUSY;
    if (root->dentry != root->mount->root || root->mount->parent == NULL)
        return -EINVAL;
    if (new_root->dentry != new_root->mount->root || new_root->mount->parent == NULL)
        return -EINVAL;
    if (!path_is_reachable(put_old, new_root) || !path_is_reachable(new_root, root))
        return -EINVAL;
    return 0;
}

static void pivot(const struct path *root, const struct path *new_root, const struct path *put_old)
{
    struct path place = {.mount = root->mount->parent, .dentry = root->mount->mountpoint};

    path_get(&place);
    mount_detach(new_root->mount);
    mount_detach(root->mount);
    mount_attach(new_root->mount, &place);
    mount_attach(root->mount, put_old);
    path_put(&place);
    fs_context_move_all(root, new_root);
}

int vfs_pivot_root(const struct vfs_context *context, const char *new_root, const char *put_old)
{
    struct path root, to, old;
    int err;

    if (!credentials_capable(context->credentials, CAP_SYS_ADMIN))
        return -EPERM;
    err = path_lookup(context, AT_FDCWD, new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &to);
    if (err != 0)
        return err;
    err = path_lookup(context, AT_FDCWD, put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &old);
    if (err != 0)
        goto out_to;
    fs_context_root(context->fs, &root);
    mutex_lock(&mount_mutex);
    err = pivot_check(&root, &to, &old);
    if (err == 0)
        pivot(&root, &to, &old);
    mutex_unlock(&mount_mutex);
    path_put(&root);
    path_put(&old);
out_to:
    path_put(&to);
    return err;
}
