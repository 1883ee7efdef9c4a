/*
 * Attributes: stat(2), statx(2), statfs(2), chmod(2), chown(2), utimensat(2), umask(2).
 */
#include <abi/statfs.h>
#include <abi/time.h>
#include <vfs/io.h>

#include "sys.h"

/* Flags come before the name, however bad that is. */
#define STATUS_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

static long put_status(const struct file_status *status, void __user *user)
{
    struct stat stat __uncleared;

    file_status_to_stat(status, &stat);
    return copy_to_user(user, &stat, sizeof(stat));
}

long sys_newfstatat(int dirfd, const char __user *user, void __user *stat, int flags)
{
    struct file_status status __uncleared;

    if (flags & ~STATUS_FLAGS)
        return -EINVAL;
    return WITH_NAME(user, name, ({
                         long error = vfs_status_at(vfs_current(), dirfd, name, flags, &status);

                         error ? error : put_status(&status, stat);
                     }));
}

long sys_stat(const char __user *user, void __user *stat)
{
    return sys_newfstatat(AT_FDCWD, user, stat, 0);
}

long sys_lstat(const char __user *user, void __user *stat)
{
    return sys_newfstatat(AT_FDCWD, user, stat, AT_SYMLINK_NOFOLLOW);
}

long sys_fstat(int fd, void __user *stat)
{
    struct file *file = fd_get_any(vfs_current()->files, fd);
    struct file_status status __uncleared;

    if (!file)
        return -EBADF;
    file_status(file, &status);
    file_put(file);
    return put_status(&status, stat);
}

long sys_statx(int dirfd, const char __user *user, int flags, unsigned long mask,
               void __user *user_statx)
{
    struct file_status status __uncleared;
    struct statx statx;

    if ((u32)mask & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
        (flags & ~STATUS_FLAGS))
        return -EINVAL;
    return WITH_NAME(user, name, ({
                         long error = vfs_status_at(vfs_current(), dirfd, name, flags, &status);

                         if (!error) {
                             file_status_to_statx(&status, (u32)mask, &statx);
                             error = copy_to_user(user_statx, &statx, sizeof(statx));
                         }
                         error;
                     }));
}

long sys_statfs(const char __user *user, void __user *user_statfs)
{
    struct statfs statfs;
    long error = WITH_NAME(user, name, vfs_statfs(vfs_current(), name, &statfs));

    return error ? error : copy_to_user(user_statfs, &statfs, sizeof(statfs));
}

long sys_fstatfs(int fd, void __user *user_statfs)
{
    struct file *file = fd_get_any(vfs_current()->files, fd);
    struct statfs statfs;
    long error;

    if (!file)
        return -EBADF;
    error = file_statfs(file, &statfs);
    file_put(file);
    return error ? error : copy_to_user(user_statfs, &statfs, sizeof(statfs));
}

long sys_fchmodat(int dirfd, const char __user *user, unsigned mode)
{
    return WITH_NAME(user, name, vfs_chmod_at(vfs_current(), dirfd, name, mode, 0));
}

long sys_chmod(const char __user *user, unsigned mode)
{
    return sys_fchmodat(AT_FDCWD, user, mode);
}

long sys_fchownat(int dirfd, const char __user *user, unsigned uid, unsigned gid, int flags)
{
    return WITH_NAME(user, name, vfs_chown_at(vfs_current(), dirfd, name, uid, gid, flags));
}

long sys_chown(const char __user *user, unsigned uid, unsigned gid)
{
    return sys_fchownat(AT_FDCWD, user, uid, gid, 0);
}

long sys_lchown(const char __user *user, unsigned uid, unsigned gid)
{
    return sys_fchownat(AT_FDCWD, user, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_umask(unsigned mode)
{
    return fs_context_set_umask(vfs_current()->fs, mode & 0777);
}

/* @user NULL means the descriptor itself, as utimensat(2) allows. */
static long set_times(int dirfd, const char __user *user, const struct inode_time times[2],
                      int flags)
{
    if (!user && dirfd != AT_FDCWD)
        return vfs_utimes_at(vfs_current(), dirfd, NULL, times, flags);
    return WITH_NAME(user, name, vfs_utimes_at(vfs_current(), dirfd, name, times, flags));
}

static bool nanoseconds_valid(s64 nanoseconds)
{
    return nanoseconds == UTIME_NOW || nanoseconds == UTIME_OMIT || (u64)nanoseconds < 1000000000;
}

long sys_utimensat(int dirfd, const char __user *user, void __user *user_times, int flags)
{
    struct abi_timespec values[2];
    struct inode_time times[2];

    if (!user_times)
        return set_times(dirfd, user, NULL, flags);
    if (copy_from_user(values, user_times, sizeof(values)))
        return -EFAULT;
    if (values[0].nanoseconds == UTIME_OMIT && values[1].nanoseconds == UTIME_OMIT)
        return 0;
    for (int i = 0; i < 2; i++) {
        if (!nanoseconds_valid(values[i].nanoseconds))
            return -EINVAL;
        times[i].seconds = values[i].seconds;
        times[i].nanoseconds = (u32)values[i].nanoseconds;
    }
    return set_times(dirfd, user, times, flags);
}

long sys_futimesat(int dirfd, const char __user *user, void __user *user_times)
{
    struct abi_timeval values[2];
    struct inode_time times[2];

    if (!user_times)
        return set_times(dirfd, user, NULL, 0);
    if (copy_from_user(values, user_times, sizeof(values)))
        return -EFAULT;
    for (int i = 0; i < 2; i++) {
        if ((u64)values[i].microseconds >= 1000000)
            return -EINVAL;
        times[i].seconds = values[i].seconds;
        times[i].nanoseconds = (u32)values[i].microseconds * 1000;
    }
    return set_times(dirfd, user, times, 0);
}

long sys_utimes(const char __user *user, void __user *user_times)
{
    return sys_futimesat(AT_FDCWD, user, user_times);
}

long sys_utime(const char __user *user, void __user *user_times)
{
    struct inode_time times[2] = {0};
    s64 seconds[2];

    if (!user_times)
        return set_times(AT_FDCWD, user, NULL, 0);
    if (copy_from_user(seconds, user_times, sizeof(seconds)))
        return -EFAULT;
    times[0].seconds = seconds[0];
    times[1].seconds = seconds[1];
    return set_times(AT_FDCWD, user, times, 0);
}
