/*
 * The filesystem of files that have no name: every pipe, socket and memfd has an inode of its own;
 * eventfd, epoll and their like share one, as on Linux.
 *
 * The dentry's name holds what to show: "pipe" and "socket" get ":[inode number]", others are shown
 * as they are.
 */
#include "pseudo.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include "file_open.h"

static const struct inode_ops pseudo_inode_ops = {};
static const struct filesystem_ops pseudo_filesystem_ops = {};
static struct filesystem_type pseudo_type = {.name = "pseudofs", .is_internal = true};
static struct filesystem pseudo_filesystem;
static struct path pseudo_root;       /* (I) after boot */
static struct inode *anonymous_inode; /* (I) after boot: shared by eventfd and the like */

static struct inode *pseudo_inode_create(u32 mode, const struct file_ops *ops)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct inode_template template = {
        .mode = mode, .uid = credentials->fsuid, .gid = credentials->fsgid};

    return inode_create(&pseudo_filesystem, &pseudo_inode_ops, ops, &template, NULL);
}

void pseudo_init(void)
{
    struct inode_template directory = {.mode = S_IFDIR | 0555};
    struct inode_template anonymous = {.mode = 0600};
    struct inode *inode;

    filesystem_init(&pseudo_filesystem, &pseudo_type, &pseudo_filesystem_ops, ANON_INODE_FS_MAGIC);
    pseudo_filesystem.flags = FILESYSTEM_INTERNAL | FILESYSTEM_NO_CACHE;
    inode = inode_create(&pseudo_filesystem, &pseudo_inode_ops, NULL, &directory, NULL);
    anonymous_inode = inode_create(&pseudo_filesystem, &pseudo_inode_ops, NULL, &anonymous, NULL);
    ASSERT(inode != NULL && anonymous_inode != NULL);
    pseudo_filesystem.root = dentry_create_root(&pseudo_filesystem, inode);
    ASSERT(pseudo_filesystem.root != NULL &&
           mount_create_internal(&pseudo_filesystem, &pseudo_root) == 0);
}

char *pseudo_describe(const struct path *path, char *buffer, size_t size)
{
    const struct inode *inode = path->dentry->inode;
    const char *name = path->dentry->name.text; /* never renamed */
    int len;

    if (S_ISFIFO(inode->mode) || S_ISSOCK(inode->mode))
        len = snprintf(buffer, size, "%s:[%lu]", name, inode->number);
    else
        len = snprintf(buffer, size, "%s", name);
    return (size_t)len < size ? buffer : ERR_PTR(-ENAMETOOLONG);
}

static struct file *pseudo_open(struct dentry *dentry, const struct file_ops *ops, void *private,
                                u32 flags)
{
    struct file *file = file_alloc(flags, vfs_current()->credentials);

    if (IS_ERR(file))
        return file;
    file->path = (struct path){.mount = mount_get(pseudo_root.mount), .dentry = dentry_get(dentry)};
    file->inode = dentry->inode;
    file->ops = ops;
    file->private = private;
    if (ops->seek == NULL || ops->seek == file_seek_null)
        file->mode |= FILE_STREAM;
    else
        file->mode |= FILE_ATOMIC_POSITION;
    return file;
}

struct file *file_create_pseudo(const char *name, u32 mode, const struct file_ops *ops,
                                void *private, u32 flags)
{
    char text[NAME_MAX + 32];
    struct inode *inode;
    struct dentry *dentry;
    struct file *file;

    if (mode == 0)
        snprintf(text, sizeof(text), "anon_inode:%s", name);
    else
        strlcpy(text, name, sizeof(text));
    inode = mode == 0 ? inode_get(anonymous_inode) : pseudo_inode_create(mode, ops);
    if (inode == NULL)
        return ERR_PTR(-ENOMEM);
    dentry = dentry_create_pseudo(&pseudo_filesystem, inode, text);
    if (dentry == NULL)
        return ERR_PTR(-ENOMEM);
    file = pseudo_open(dentry, ops, private, flags);
    dentry_put(dentry);
    return file;
}

struct file *file_create_pseudo_twin(struct file *twin, const struct file_ops *ops, void *private,
                                     u32 flags)
{
    return pseudo_open(twin->path.dentry, ops, private, flags);
}
