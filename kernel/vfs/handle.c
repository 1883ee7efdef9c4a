/*
 * File handles: what names an inode without a path, as long as it has names.
 *
 * Numbers of inodes are never given again, and neither are those of filesystems, which serve as
 * generation: so no handle leads to another file later, or on another filesystem.
 */
#include <vfs/names.h>

#include <abi/errno.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>

int vfs_handle_of(const struct path *path, struct inode_handle *handle)
{
    const struct inode *inode = path_inode(path);

    if (inode->filesystem->ops->find == NULL)
        return -EOPNOTSUPP;
    *handle = (struct inode_handle){
        .generation = (u32)inode->filesystem->device,
        .number_low = (u32)inode->number,
        .number_high = (u32)(inode->number >> 32),
    };
    return 0;
}

/* The mount that the handle is of: that of an open file, or of the working directory. Referenced.
 */
static struct mount *mount_of(const struct vfs_context *context, int fd)
{
    struct mount *mount;
    struct file *file;
    struct path path;

    if (fd == AT_FDCWD) {
        fs_context_cwd(context->fs, &path);
        mount = mount_get(path.mount);
        path_put(&path);
        return mount;
    }
    file = fd_get(context->files, fd);
    if (file == NULL)
        return NULL;
    mount = mount_get(file->path.mount);
    file_put(file);
    return mount;
}

static int find(struct filesystem *filesystem, const struct inode_handle *handle,
                struct dentry **out)
{
    u64 number = (u64)handle->number_high << 32 | handle->number_low;
    int err;

    if (filesystem->ops->find == NULL || handle->generation != (u32)filesystem->device)
        return -ESTALE;
    err = filesystem->ops->find(filesystem, number, out);
    return err == -ENOENT ? -ESTALE : err;
}

int vfs_open_handle(const struct vfs_context *context, int fd, const struct inode_handle *handle,
                    u32 flags, struct file **out)
{
    struct path path = {.mount = mount_of(context, fd)};
    int err;

    if (path.mount == NULL)
        return -EBADF;
    err = handle == NULL ? -ESTALE : find(path.mount->filesystem, handle, &path.dentry);
    if (err == 0)
        err = vfs_open_path(context, &path, flags, out);
    path_put(&path);
    return err;
}
