/*
 * mkdir(2), mknod(2), symlink(2), link(2), and what they share with open(2) and bind(2).
 */
#include <vfs/names.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "create.h"
#include "sticky.h"
#include "watch.h"

void template_init(struct inode_template *template, const struct vfs_context *context,
                   const struct inode *directory, u32 mode)
{
    const struct credentials *credentials = context->credentials;
    bool inherits = READ_ONCE(directory->mode) & S_ISGID;

    if (!S_ISLNK(mode))
        mode &= ~READ_ONCE(context->fs->umask);
    *template =
        (struct inode_template){.mode = mode, .uid = credentials->fsuid, .gid = credentials->fsgid};
    if (!inherits)
        return;
    template->gid = READ_ONCE(directory->gid);
    if (S_ISDIR(mode))
        template->mode |= S_ISGID;
    else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
             !credentials_in_group(credentials, template->gid) &&
             !credentials_capable(credentials, CAP_FSETID))
        template->mode &= ~(u32)S_ISGID;
}

int dentry_create(const struct vfs_context *context, const struct path *parent,
                  struct dentry *dentry, const struct inode_template *template)
{
    struct inode *directory = parent->dentry->inode;
    struct inode *inode;
    int err = mount_may_write(parent->mount);

    if (err == 0)
        err = inode_may_create(directory, context->credentials);
    if (err == 0 && directory->ops->create == NULL)
        err = -EPERM;
    if (err == 0)
        err = directory->ops->create(directory, &dentry->name, template, &inode);
    if (err == 0) {
        dentry_instantiate(dentry, inode);
        notify_name(directory, &dentry->name, inode, IN_CREATE, 0);
    }
    return err;
}

/*
 * Look up the place of a new name: parent locked, dentry negative. On success end with
 * place_release.
 */
struct new_place {
    struct parent_lookup lookup;
    struct dentry *dentry;
};

static void place_release(struct new_place *place)
{
    mutex_unlock(&path_inode(&place->lookup.parent)->lock);
    dentry_put(place->dentry);
    parent_lookup_put(&place->lookup);
}

static int place_find(const struct vfs_context *context, int dirfd, const char *name,
                      bool directory, struct new_place *place)
{
    struct inode *parent;
    int err = path_lookup_parent(context, dirfd, name, 0, &place->lookup);

    if (err != 0)
        return err;
    err = -EEXIST;
    if (place->lookup.kind != LAST_NORMAL)
        goto fail;
    parent = path_inode(&place->lookup.parent);
    mutex_lock(&parent->lock);
    err = dentry_lookup_locked(place->lookup.parent.dentry, &place->lookup.last, &place->dentry);
    if (err != 0)
        goto fail_unlock;
    /* An existing name is reported before anything else; "x/" can only become a directory. */
    if (place->dentry->inode != NULL)
        err = -EEXIST;
    else if (place->lookup.trailing_slash && !directory)
        err = -ENOENT;
    if (err == 0)
        return 0;
    dentry_put(place->dentry);
fail_unlock:
    mutex_unlock(&parent->lock);
fail:
    parent_lookup_put(&place->lookup);
    return err;
}

static int node_create(const struct vfs_context *context, int dirfd, const char *name, u32 mode,
                       u64 device, const char *target, struct path *out)
{
    struct inode_template template;
    struct new_place place;
    int err = place_find(context, dirfd, name, S_ISDIR(mode), &place);

    if (err != 0)
        return err;
    template_init(&template, context, path_inode(&place.lookup.parent), mode);
    template.device = device;
    template.target = target;
    err = dentry_create(context, &place.lookup.parent, place.dentry, &template);
    if (err == 0 && out != NULL) {
        *out = (struct path){.mount = place.lookup.parent.mount, .dentry = place.dentry};
        path_get(out);
    }
    place_release(&place);
    return err;
}

int vfs_mkdir_at(const struct vfs_context *context, int dirfd, const char *name, u32 mode)
{
    return node_create(context, dirfd, name, S_IFDIR | (mode & (0777 | S_ISVTX)), 0, NULL, NULL);
}

int vfs_mkdir_kernel(const char *name, u32 mode)
{
    return vfs_mkdir_at(vfs_current(), AT_FDCWD, name, mode);
}

int vfs_mknod_at(const struct vfs_context *context, int dirfd, const char *name, u32 mode,
                 u64 device)
{
    u32 type = mode & S_IFMT;

    if (type == 0)
        type = S_IFREG;
    if (type == S_IFDIR)
        return -EPERM;
    if (type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO &&
        type != S_IFSOCK)
        return -EINVAL;
    if (type == S_IFCHR || type == S_IFBLK) {
        /* The 0:0 character device is overlayfs's whiteout, which anyone may make on Linux. */
        if (!(type == S_IFCHR && device == 0) &&
            !credentials_capable(context->credentials, CAP_MKNOD))
            return -EPERM;
    } else {
        device = 0;
    }
    return node_create(context, dirfd, name, type | (mode & 07777), device, NULL, NULL);
}

int vfs_make_socket(const struct vfs_context *context, const char *name, u32 mode, struct path *out)
{
    int err = node_create(context, AT_FDCWD, name, S_IFSOCK | (mode & 07777), 0, NULL, out);

    return err == -EEXIST ? -EADDRINUSE : err;
}

int vfs_symlink_at(const struct vfs_context *context, const char *target, int dirfd,
                   const char *name)
{
    if (*target == '\0')
        return -ENOENT;
    return node_create(context, dirfd, name, S_IFLNK | 0777, 0, target, NULL);
}

/* May the file at @old get another name? Conditions in Linux's order. */
static int link_check(const struct path *old, const struct path *parent)
{
    struct inode *inode = path_inode(old);
    struct inode *directory = path_inode(parent);

    if (old->mount != parent->mount || inode->filesystem != directory->filesystem)
        return -EXDEV;
    if (inode_is_directory(inode) || directory->ops->link == NULL)
        return -EPERM;
    return 0;
}

static int link_locked(const struct vfs_context *context, const struct path *old,
                       struct new_place *place, bool unnamed)
{
    struct inode *inode = path_inode(old);
    struct inode *directory = path_inode(&place->lookup.parent);
    int err = mount_may_write(place->lookup.parent.mount);

    if (err == 0 && !sticky_allows_link(inode, context->credentials))
        err = -EPERM;
    if (err == 0)
        err = inode_may_create(directory, context->credentials);
    if (err == 0)
        err = link_check(old, &place->lookup.parent);
    if (err != 0)
        return err;
    mutex_lock(&inode->lock);
    if (inode->links == 0 && !unnamed)
        err = -ENOENT;
    else
        err = directory->ops->link(directory, &place->dentry->name, inode);
    if (err == 0)
        fetch_and(&inode->flags, ~INODE_LINKABLE);
    mutex_unlock(&inode->lock);
    if (err == 0) {
        dentry_instantiate(place->dentry, inode_get(inode));
        notify_inode(inode, IN_ATTRIB);
        notify_name(directory, &place->dentry->name, inode, IN_CREATE, 0);
    }
    return err;
}

int vfs_link_at(const struct vfs_context *context, int old_dirfd, const char *old_name,
                int new_dirfd, const char *new_name, int flags)
{
    unsigned lookup = 0;
    struct new_place place;
    struct path old;
    int err;

    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if ((flags & AT_EMPTY_PATH) && !credentials_capable(context->credentials, CAP_DAC_READ_SEARCH))
        return -ENOENT;
    if (flags & AT_EMPTY_PATH)
        lookup |= LOOKUP_EMPTY;
    if (flags & AT_SYMLINK_FOLLOW)
        lookup |= LOOKUP_FOLLOW;
    err = path_lookup(context, old_dirfd, old_name, lookup, &old);
    if (err != 0)
        return err;
    err = place_find(context, new_dirfd, new_name, false, &place);
    if (err == 0) {
        err =
            link_locked(context, &old, &place, READ_ONCE(path_inode(&old)->flags) & INODE_LINKABLE);
        place_release(&place);
    }
    path_put(&old);
    return err;
}
