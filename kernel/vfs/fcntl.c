/*
 * fcntl(2): flags, owners, locks, pipes' sizes, seals.
 */
#include <vfs/io.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <vfs/lock.h>
#include <vfs/permission.h>
#include <vfs/pipe.h>
#include <vfs/regular.h>
#include "directory_notify.h"
#include "notify.h"

#define SETTABLE_FLAGS (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)
#define SEALS_KNOWN    (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static long set_flags(const struct vfs_context *context, struct file *file, int fd, u32 flags)
{
    u32 old = file_flags(file);
    u32 settable = file->ops->set_async ? SETTABLE_FLAGS : SETTABLE_FLAGS & ~O_ASYNC;
    u32 changed = (old ^ flags) & settable;
    int err = 0;

    if ((changed & flags & O_NOATIME) && !inode_is_owner(file->inode, context->credentials))
        return -EPERM;
    if ((flags & O_DIRECT) && !S_ISFIFO(file->inode->mode))
        return -EINVAL;
    if (file->ops->set_flags != NULL)
        err = file->ops->set_flags(file, flags & settable);
    if (err == 0 && (changed & O_ASYNC))
        err = file->ops->set_async(file, flags & O_ASYNC);
    if (err != 0)
        return err;
    if (changed & flags & O_ASYNC)
        WRITE_ONCE(file->owner.fd, fd);
    /* Only what changes: another thread may be changing others, O_ASYNC together with its list. */
    fetch_and(&file->flags, ~(changed & ~flags));
    fetch_or(&file->flags, changed & flags);
    return 0;
}

static void owner_set(const struct vfs_context *context, struct file *file, s32 type, s32 id)
{
    spin_lock(&file->spin);
    file->owner.type = type;
    file->owner.id = id;
    file->owner.uid = context->credentials->uid;
    file->owner.euid = context->credentials->euid;
    spin_unlock(&file->spin);
}

void file_own_by_default(struct file *file, s32 type, s32 id)
{
    if (READ_ONCE(file->owner.id) == 0)
        owner_set(vfs_current(), file, type, id);
}

/* It need not be what @type says, but something must have the number. 0: nobody. */
static long owner_set_checked(const struct vfs_context *context, struct file *file, s32 type,
                              s32 id)
{
    if (id != 0 && vfs_owner_kinds(id) < 0)
        return -ESRCH;
    owner_set(context, file, type, id);
    return 0;
}

/* F_SETOWN: a positive process, a negative group. */
static long owner_set_plain(const struct vfs_context *context, struct file *file, s32 id)
{
    if (id == INT32_MIN)
        return -EINVAL;
    return owner_set_checked(context, file, id < 0 ? F_OWNER_PGRP : F_OWNER_PID, id < 0 ? -id : id);
}

static long owner_set_extended(const struct vfs_context *context, struct file *file,
                               const struct f_owner_ex __user *user)
{
    struct f_owner_ex owner;

    if (copy_from_user(&owner, user, sizeof(owner)) != 0)
        return -EFAULT;
    if (owner.type != F_OWNER_TID && owner.type != F_OWNER_PID && owner.type != F_OWNER_PGRP)
        return -EINVAL;
    return owner_set_checked(context, file, owner.type, owner.pid);
}

static struct f_owner_ex owner_now(struct file *file)
{
    struct f_owner_ex owner;
    int kinds;

    spin_lock(&file->spin);
    owner = (struct f_owner_ex){.type = file->owner.type, .pid = file->owner.id};
    spin_unlock(&file->spin);
    kinds = owner.pid != 0 ? vfs_owner_kinds(owner.pid) : 0;
    if (kinds < 0 || !(kinds & 1 << owner.type))
        owner.pid = 0; /* it has ended */
    return owner;
}

/* F_GETOWN: as F_SETOWN. */
static long owner_get_plain(struct file *file)
{
    struct f_owner_ex owner = owner_now(file);

    return owner.type == F_OWNER_PGRP ? -owner.pid : owner.pid;
}

static long owner_get_extended(struct file *file, struct f_owner_ex __user *user)
{
    struct f_owner_ex owner = owner_now(file);

    return copy_to_user(user, &owner, sizeof(owner));
}

static long owner_get_uids(const struct file *file, u32 __user *user)
{
    u32 uids[2] = {file->owner.uid, file->owner.euid};

    return copy_to_user(user, uids, sizeof(uids));
}

static long signal_set(struct file *file, unsigned long signal)
{
    if (signal > NR_SIGNALS)
        return -EINVAL;
    file->owner.signal = (s32)signal;
    return 0;
}

static long record_lock_call(const struct vfs_context *context, struct file *file, int fd,
                             unsigned command, struct flock __user *user)
{
    struct flock flock;
    int err;

    if (copy_from_user(&flock, user, sizeof(flock)) != 0)
        return -EFAULT;
    err = lock_fcntl(context, file, fd, command, &flock);
    if (err == 0 && (command == F_GETLK || command == F_OFD_GETLK) &&
        copy_to_user(user, &flock, sizeof(flock)) != 0)
        err = -EFAULT;
    return err;
}

static bool file_has_seals(const struct file *file)
{
    return S_ISREG(file->inode->mode) &&
           (file->inode->object.flags & (VM_OBJECT_SHMEM | VM_OBJECT_HUGETLB)) &&
           file->ops->map == regular_map;
}

static long seals_add(struct file *file, unsigned long seals)
{
    struct inode *inode = file->inode;
    long err = 0;

    if (!(file->mode & FILE_WRITE))
        return -EPERM;
    if (!file_has_seals(file) || (seals & ~(unsigned long)SEALS_KNOWN))
        return -EINVAL;
    mutex_lock(&inode->lock);
    spin_lock(&inode->object.lock); /* mmap asks for the seals and counts itself under it */
    if (inode->seals & F_SEAL_SEAL)
        err = -EPERM;
    else if ((seals & F_SEAL_WRITE) && !(inode->seals & F_SEAL_WRITE) &&
             inode->object.writable_maps != 0)
        err = -EBUSY;
    else
        WRITE_ONCE(inode->seals, inode->seals | (u32)seals);
    spin_unlock(&inode->object.lock);
    mutex_unlock(&inode->lock);
    return err;
}

static long fcntl_owner(const struct vfs_context *context, struct file *file, unsigned command,
                        unsigned long argument)
{
    switch (command) {
    case F_SETOWN:
        return owner_set_plain(context, file, (s32)argument);
    case F_GETOWN:
        return owner_get_plain(file);
    case F_SETOWN_EX:
        return owner_set_extended(context, file, (const struct f_owner_ex __user *)argument);
    case F_GETOWN_EX:
        return owner_get_extended(file, (struct f_owner_ex __user *)argument);
    case F_GETOWNER_UIDS:
        return owner_get_uids(file, (u32 __user *)argument);
    case F_SETSIG:
        return signal_set(file, argument);
    case F_GETSIG:
        return file->owner.signal;
    default:
        return -EINVAL;
    }
}

long file_fcntl(const struct vfs_context *context, struct file *file, int fd, unsigned command,
                unsigned long argument)
{
    if ((file->mode & FILE_PATH) && command != F_GETFL)
        return -EBADF;
    switch (command) {
    case F_GETFL:
        return file_flags(file);
    case F_SETFL:
        return set_flags(context, file, fd, (u32)argument);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return record_lock_call(context, file, fd, command, (struct flock __user *)argument);
    case F_SETPIPE_SZ:
        return pipe_set_size(file, argument);
    case F_GETPIPE_SZ:
        return pipe_get_size(file);
    case F_ADD_SEALS:
        return seals_add(file, argument);
    case F_GET_SEALS:
        return file_has_seals(file) ? (long)file->inode->seals : -EINVAL;
    case F_SETLEASE:
        return lease_set(context, file, fd, argument);
    case F_GETLEASE:
        return lease_get(file);
    case F_NOTIFY:
        return directory_notify(context, file, fd, (u32)argument);
    default:
        return fcntl_owner(context, file, command, argument);
    }
}
