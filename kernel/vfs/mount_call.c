/*
 * mount(2): new mounts, bind mounts, remount, move, propagation. How what is made comes into the
 * tree is graft.c, what shared and slave mean propagation.h.
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include "mount_tree.h"
#include "propagation.h"

#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static u32 mount_flags_kept(unsigned long flags)
{
    u32 kept = (u32)(flags & MOUNT_FLAGS_KEPT);

    if (flags & (MS_NOATIME | MS_STRICTATIME))
        return kept & ~(u32)MS_RELATIME;
    return kept | MS_RELATIME;
}

static bool path_is_mount_root(const struct path *path)
{
    return path->dentry == path->mount->root;
}

/* Is @mount @ancestor or below it in the tree? */
static bool mount_is_below(const struct mount *mount, const struct mount *ancestor)
{
    while (mount != NULL && mount != ancestor)
        mount = mount->parent;
    return mount == ancestor;
}

/* To the topmost mount there. Is it in the tree, and still in its directory? */
static int place_settle(struct path *place)
{
    path_cross_mounts(place);
    if (place->dentry->flags & DENTRY_UNLINKED)
        return -ENOENT;
    return mount_is_mounted(place->mount) ? 0 : -EINVAL;
}

static bool is_there_already(const struct filesystem *filesystem, const struct path *target)
{
    return target->mount->filesystem == filesystem && path_is_mount_root(target) &&
           !(filesystem->flags & FILESYSTEM_STACKS);
}

static int mount_new(const char *source, struct path *target, const char *type_name,
                     unsigned long flags, const char *options)
{
    struct mount_request request = {
        .source = source, .options = options, .flags = flags & MS_RDONLY};
    struct filesystem_type *type;
    struct filesystem *filesystem;
    struct mount *mount;
    int err;

    if (type_name == NULL)
        return -EINVAL;
    type = filesystem_type_find(type_name);
    if (type == NULL || type->is_internal)
        return -ENODEV;
    err = type->mount(type, &request, &filesystem);
    if (err != 0)
        return err;
    mount = mount_create(filesystem, filesystem->root, mount_flags_kept(flags),
                         source != NULL ? source : "none");
    filesystem_put(filesystem);
    if (IS_ERR(mount))
        return PTR_ERR(mount);
    err = place_settle(target);
    if (err == 0 && is_there_already(mount->filesystem, target))
        err = -EBUSY;
    if (err == 0)
        err = mount_graft(mount, target);
    if (err != 0)
        mount_put(mount);
    return err;
}

static int mount_bind(const struct vfs_context *context, const char *source, struct path *target,
                      unsigned long flags)
{
    struct path from;
    struct mount *mount;
    int err;

    if (source == NULL || *source == '\0')
        return -EINVAL;
    err = path_lookup(context, AT_FDCWD, source, LOOKUP_FOLLOW, &from);
    if (err != 0)
        return err;
    err = place_settle(target);
    if (err != 0)
        goto out;
    err = -EINVAL;
    if ((from.mount->flags & MS_UNBINDABLE) || !mount_is_mounted(from.mount))
        goto out;
    mount = mount_copy_tree(from.mount, from.dentry, flags & MS_REC);
    err = PTR_ERR(mount);
    if (IS_ERR(mount))
        goto out;
    err = mount_graft(mount, target);
    if (err != 0)
        mount_discard_tree(mount);
out:
    path_put(&from);
    return err;
}

/*
 * Refused while files are open for writing. The flag is there before the look: who opens a file
 * from then on is either seen or sees it.
 */
static int filesystem_make_read_only(struct filesystem *filesystem)
{
    if (fetch_or(&filesystem->flags, FILESYSTEM_READ_ONLY) & FILESYSTEM_READ_ONLY)
        return 0;
    memory_barrier();
    if (READ_ONCE(filesystem->writers) == 0 && READ_ONCE(filesystem->orphans) == 0)
        return 0;
    fetch_and(&filesystem->flags, ~FILESYSTEM_READ_ONLY);
    return -EBUSY;
}

static int mount_make_read_only(struct mount *mount)
{
    if (fetch_or(&mount->flags, (u32)MS_RDONLY) & MS_RDONLY)
        return 0;
    memory_barrier();
    if (READ_ONCE(mount->writers) == 0)
        return 0;
    fetch_and(&mount->flags, ~(u32)MS_RDONLY);
    return -EBUSY;
}

/* MS_REMOUNT without MS_BIND: the filesystem's own settings. */
static int filesystem_change(struct filesystem *filesystem, const struct mount_request *request)
{
    bool was_read_only = READ_ONCE(filesystem->flags) & FILESYSTEM_READ_ONLY;
    int err = request->flags & MS_RDONLY ? filesystem_make_read_only(filesystem) : 0;

    if (err == 0 && filesystem->ops->remount != NULL) {
        err = filesystem->ops->remount(filesystem, request);
        if (err != 0 && !was_read_only)
            fetch_and(&filesystem->flags, ~FILESYSTEM_READ_ONLY);
    }
    if (err == 0 && !(request->flags & MS_RDONLY))
        fetch_and(&filesystem->flags, ~FILESYSTEM_READ_ONLY);
    return err;
}

static int mount_change(const struct path *target, unsigned long flags, const char *options)
{
    struct mount *mount = target->mount;
    struct mount_request request = {
        .source = mount->source, .options = options, .flags = flags & MS_RDONLY};
    u32 kept = mount_flags_kept(flags) | (mount->flags & MS_UNBINDABLE);
    int err = 0;

    if (!path_is_mount_root(target) || !mount_is_mounted(mount))
        return -EINVAL;
    if (!(flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)))
        kept = (kept & ~(u32)MS_RELATIME) |
               (mount->flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME));
    if (!(flags & MS_BIND))
        err = filesystem_change(mount->filesystem, &request);
    else if (flags & MS_RDONLY)
        err = mount_make_read_only(mount);
    if (err == 0)
        WRITE_ONCE(mount->flags, kept);
    return err;
}

static bool tree_has_unbindable(struct mount *tree)
{
    struct mount *mount;

    for (mount = tree; mount != NULL; mount = mount_tree_next(mount, tree)) {
        if (mount->flags & MS_UNBINDABLE)
            return true;
    }
    return false;
}

/*
 * A mount moves whole, and not out of a shared parent: its peers would keep their copies. What is
 * unbindable cannot move to where it would be copied.
 */
static bool mount_may_move(const struct path *from, const struct path *target)
{
    struct mount *mount = from->mount;

    return path_is_mount_root(from) && mount->parent != NULL &&
           inode_is_directory(path_inode(target)) == inode_is_directory(path_inode(from)) &&
           !mount_is_shared(mount->parent) &&
           !(mount_is_shared(target->mount) && tree_has_unbindable(mount));
}

static int mount_move(const struct vfs_context *context, const char *source, struct path *target)
{
    struct path from;
    int err;

    if (source == NULL || *source == '\0')
        return -EINVAL;
    err = path_lookup(context, AT_FDCWD, source, LOOKUP_FOLLOW, &from);
    if (err != 0)
        return err;
    err = place_settle(target);
    if (err != 0)
        goto out;
    err = -EINVAL;
    if (!mount_may_move(&from, target))
        goto out;
    err = mount_is_below(target->mount, from.mount) ? -ELOOP : mount_graft(from.mount, target);
out:
    path_put(&from);
    return err;
}

static void mount_set_kind(struct mount *mount, unsigned long kind)
{
    if (kind == MS_SLAVE)
        propagation_make_slave(mount);
    else if (kind != MS_SHARED)
        propagation_make_private(mount);
    if (kind == MS_UNBINDABLE)
        fetch_or(&mount->flags, (u32)MS_UNBINDABLE);
    else if (kind != MS_SLAVE)
        fetch_and(&mount->flags, ~(u32)MS_UNBINDABLE);
}

static int mount_propagation(const struct path *target, unsigned long flags)
{
    unsigned long kind = flags & ~(MS_REC | MS_SILENT);
    struct mount *top = target->mount;
    struct mount *mount;

    if (kind != MS_SHARED && kind != MS_PRIVATE && kind != MS_SLAVE && kind != MS_UNBINDABLE)
        return -EINVAL;
    if (!path_is_mount_root(target) || !mount_is_mounted(top))
        return -EINVAL;
    if (kind == MS_SHARED) {
        int err = propagation_share(top, flags & MS_REC);

        if (err != 0)
            return err;
        propagation_share_commit(top);
    }
    for (mount = top; mount != NULL; mount = flags & MS_REC ? mount_tree_next(mount, top) : NULL)
        mount_set_kind(mount, kind);
    return 0;
}

int vfs_mount(const struct vfs_context *context, const char *source, const char *target,
              const char *type, unsigned long flags, const char *options)
{
    struct path place;
    int err;

    if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
        flags &= ~MS_MGC_MSK;
    err = path_lookup(context, AT_FDCWD, target, LOOKUP_FOLLOW, &place);
    if (err != 0)
        return err;
    err = -EPERM;
    if (!credentials_capable(context->credentials, CAP_SYS_ADMIN))
        goto out;
    mutex_lock(&mount_mutex);
    if (flags & MS_REMOUNT)
        err = mount_change(&place, flags, options);
    else if (flags & MS_BIND)
        err = mount_bind(context, source, &place, flags);
    else if (flags & MS_PROPAGATION)
        err = mount_propagation(&place, flags);
    else if (flags & MS_MOVE)
        err = mount_move(context, source, &place);
    else
        err = mount_new(source, &place, type, flags, options);
    mutex_unlock(&mount_mutex);
out:
    path_put(&place);
    return err;
}
