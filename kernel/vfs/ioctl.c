/*
 * ioctl(2): the requests that every file answers, or every regular one, before its own
 * (ioctl_fat(2), ioctl_ficlonerange(2)). No file system here can be frozen, tells of its extents or
 * shares them.
 */
#include <vfs/io.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <arch/user.h>
#include <vfs/context.h>
#include <vfs/cred.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>

/* FIONREAD of a regular file: what is left from the position on. */
static long ioctl_remaining(struct file *file, int __user *result)
{
    int left = (int)(inode_size(file->inode) - file->position);

    return put_user(left, result);
}

static long ioctl_flag(struct file *file, u32 flag, const int __user *argument)
{
    int on;

    if (get_user(on, argument) != 0)
        return -EFAULT;
    if (flag == O_ASYNC && !!on != !!(file_flags(file) & O_ASYNC)) {
        int err = file->ops->set_async == NULL ? -ENOTTY : file->ops->set_async(file, on != 0);

        if (err != 0)
            return err;
    }
    if (on)
        __atomic_fetch_or(&file->flags, flag, __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_and(&file->flags, ~flag, __ATOMIC_SEQ_CST);
    return 0;
}

/* What the file takes in its store. */
static long ioctl_store_size(struct file *file, s64 __user *result)
{
    struct file_status status;
    u32 mode = file->inode->mode;

    if (!S_ISDIR(mode) && !S_ISREG(mode) && !S_ISLNK(mode))
        return -ENOTTY;
    file_status(file, &status);
    return put_user((s64)status.blocks * 512, result);
}

static long ioctl_block_size(struct file *file, int __user *result)
{
    struct file_status status;

    file_status(file, &status);
    return put_user((int)status.block_size, result);
}

/* FICLONE: all or a part of the file @from is to be shared with @to. */
static long ioctl_clone(struct file *to, int from)
{
    struct file *source = fd_get(vfs_current()->files, from);
    long err = -EOPNOTSUPP;

    if (source == NULL)
        return -EBADF;
    if (source->inode->filesystem != to->inode->filesystem)
        err = -EXDEV;
    else if (inode_is_directory(source->inode) || inode_is_directory(to->inode))
        err = -EISDIR;
    else if (!S_ISREG(source->inode->mode) || !S_ISREG(to->inode->mode))
        err = -EINVAL;
    else if (!(source->mode & FILE_READ) || !(to->mode & FILE_WRITE) || (file_flags(to) & O_APPEND))
        err = -EBADF;
    file_put(source);
    return err;
}

static long ioctl_clone_range(struct file *to, const struct file_clone_range __user *user)
{
    struct file_clone_range range;

    if (copy_from_user(&range, user, sizeof(range)) != 0)
        return -EFAULT;
    return ioctl_clone(to, (int)range.source);
}

static long ioctl_freeze(bool thaw)
{
    if (!credentials_capable(vfs_current()->credentials, CAP_SYS_ADMIN))
        return -EPERM;
    return thaw ? -EINVAL : -EOPNOTSUPP;
}

long file_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    if (file->mode & FILE_PATH)
        return -EBADF;
    switch (request) {
    case FIONBIO:
        return ioctl_flag(file, O_NONBLOCK, (const int __user *)argument);
    case FIOASYNC:
        return ioctl_flag(file, O_ASYNC, (const int __user *)argument);
    case FIOQSIZE:
        return ioctl_store_size(file, (s64 __user *)argument);
    case FIGETBSZ:
        return ioctl_block_size(file, (int __user *)argument);
    case FIFREEZE:
    case FITHAW:
        return ioctl_freeze(request == FITHAW);
    case FS_IOC_FIEMAP:
        return -EOPNOTSUPP;
    case FICLONE:
        return ioctl_clone(file, (int)argument);
    case FICLONERANGE:
        return ioctl_clone_range(file, (const struct file_clone_range __user *)argument);
    default:
        break;
    }
    if (request == FIONREAD && S_ISREG(file->inode->mode) && file->ops->ioctl == NULL)
        return ioctl_remaining(file, (int __user *)argument);
    if (file->ops->ioctl == NULL)
        return -ENOTTY;
    return file->ops->ioctl(file, request, argument);
}
