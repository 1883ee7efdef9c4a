/*
 * Names: making, removing, renaming and following them; the working and the root directory; mounts.
 */
#include <kmem/kmalloc.h>
#include <vfs/io.h>
#include <vfs/mount.h>

#include "sys.h"

long sys_mkdirat(int dirfd, const char __user *user, unsigned mode)
{
    return WITH_NAME(user, name, vfs_mkdir_at(vfs_current(), dirfd, name, mode));
}

long sys_mkdir(const char __user *user, unsigned mode)
{
    return sys_mkdirat(AT_FDCWD, user, mode);
}

long sys_mknodat(int dirfd, const char __user *user, unsigned mode, unsigned long device)
{
    return WITH_NAME(user, name, vfs_mknod_at(vfs_current(), dirfd, name, mode, (u32)device));
}

long sys_mknod(const char __user *user, unsigned mode, unsigned long device)
{
    return sys_mknodat(AT_FDCWD, user, mode, device);
}

long sys_unlinkat(int dirfd, const char __user *user, int flags)
{
    return WITH_NAME(user, name, vfs_unlink_at(vfs_current(), dirfd, name, flags));
}

long sys_unlink(const char __user *user)
{
    return sys_unlinkat(AT_FDCWD, user, 0);
}

long sys_rmdir(const char __user *user)
{
    return sys_unlinkat(AT_FDCWD, user, AT_REMOVEDIR);
}

long sys_renameat2(int old_dirfd, const char __user *old_user, int new_dirfd,
                   const char __user *new_user, unsigned long flags)
{
    return WITH_NAME(old_user, old_name,
                     WITH_NAME(new_user, new_name,
                               vfs_rename_at(vfs_current(), old_dirfd, old_name, new_dirfd,
                                             new_name, (unsigned)flags)));
}

long sys_renameat(int old_dirfd, const char __user *old_user, int new_dirfd,
                  const char __user *new_user)
{
    return sys_renameat2(old_dirfd, old_user, new_dirfd, new_user, 0);
}

long sys_rename(const char __user *old_user, const char __user *new_user)
{
    return sys_renameat2(AT_FDCWD, old_user, AT_FDCWD, new_user, 0);
}

long sys_linkat(int old_dirfd, const char __user *old_user, int new_dirfd,
                const char __user *new_user, int flags)
{
    return WITH_NAME(
        old_user, old_name,
        WITH_NAME(new_user, new_name,
                  vfs_link_at(vfs_current(), old_dirfd, old_name, new_dirfd, new_name, flags)));
}

long sys_link(const char __user *old_user, const char __user *new_user)
{
    return sys_linkat(AT_FDCWD, old_user, AT_FDCWD, new_user, 0);
}

long sys_symlinkat(const char __user *target_user, int dirfd, const char __user *user)
{
    return WITH_NAME(target_user, target,
                     WITH_NAME(user, name, vfs_symlink_at(vfs_current(), target, dirfd, name)));
}

long sys_symlink(const char __user *target, const char __user *name)
{
    return sys_symlinkat(target, AT_FDCWD, name);
}

long sys_readlinkat(int dirfd, const char __user *user, void __user *buffer, size_t size)
{
    if ((int)size <= 0)
        return -EINVAL;
    return WITH_NAME(user, name, vfs_readlink_at(vfs_current(), dirfd, name, buffer, size));
}

long sys_readlink(const char __user *name, void __user *buffer, size_t size)
{
    return sys_readlinkat(AT_FDCWD, name, buffer, size);
}

long sys_truncate(const char __user *user, s64 size)
{
    if (size < 0)
        return -EINVAL;
    return WITH_NAME(user, name, vfs_truncate(vfs_current(), name, size));
}

long sys_chdir(const char __user *user)
{
    return WITH_NAME(user, name, vfs_chdir(vfs_current(), name));
}

long sys_fchdir(int fd)
{
    struct file *file = fd_get_any(vfs_current()->files, fd);
    long result;

    if (!file)
        return -EBADF;
    result = file_chdir(vfs_current(), file);
    file_put(file);
    return result;
}

long sys_chroot(const char __user *user)
{
    return WITH_NAME(user, name, vfs_chroot(vfs_current(), name));
}

long sys_getcwd(void __user *buffer, size_t size)
{
    return vfs_getcwd(vfs_current(), buffer, size);
}

long sys_faccessat2(int dirfd, const char __user *user, int mode, int flags)
{
    return WITH_NAME(user, name, vfs_access_at(vfs_current(), dirfd, name, mode, flags));
}

long sys_faccessat(int dirfd, const char __user *user, int mode)
{
    return sys_faccessat2(dirfd, user, mode, 0);
}

long sys_access(const char __user *user, int mode)
{
    return sys_faccessat2(AT_FDCWD, user, mode, 0);
}

/* A string argument of mount(2) that may be NULL. */
static int optional_name(const char __user *user, char **name)
{
    *name = NULL;
    if (!user)
        return 0;
    *name = name_copy_long(user);
    return IS_ERR(*name) ? PTR_ERR(*name) : 0;
}

static void optional_free(char *name)
{
    if (name && !IS_ERR(name))
        name_free_long(name);
}

long sys_mount(const char __user *user_source, const char __user *user_target,
               const char __user *user_type, unsigned long flags, const char __user *user_options)
{
    char *source = NULL;
    char *type = NULL;
    char *options = NULL;
    long result = optional_name(user_source, &source);

    if (!result)
        result = optional_name(user_type, &type);
    if (!result)
        result = optional_name(user_options, &options);
    if (!result)
        result = WITH_NAME(user_target, target,
                           vfs_mount(vfs_current(), source, target, type, flags, options));
    optional_free(source);
    optional_free(type);
    optional_free(options);
    return result;
}

long sys_umount2(const char __user *user, unsigned long flags)
{
    return WITH_NAME(user, name, vfs_umount(vfs_current(), name, (int)flags));
}

long sys_pivot_root(const char __user *user_root, const char __user *user_old)
{
    return WITH_NAME(user_root, root,
                     WITH_NAME(user_old, old, vfs_pivot_root(vfs_current(), root, old)));
}
