/*
 * Calls of which Quire has only the refusals: the checks are Linux's, in its order, and where Linux
 * would go on to do something the answer is ENOSYS. What no file, device or module here could
 * answer otherwise (swapon, quotactl, delete_module) is complete.
 */
#include <abi/capability.h>
#include <proc/credentials.h>
#include <proc/pidfd.h>
#include <vfs/path.h>

#include "sys.h"

#define SWAP_FLAGS          0x7ffffu
#define MODULE_FLAGS        3u
#define MODULE_HEADER       64ul /* of an ELF file */
#define MODULE_NAME_MAX     56
#define KEXEC_FLAGS         3ul
#define KEXEC_SEGMENTS_MAX  16ul
#define KEXEC_FILE_FLAGS    7ul
#define FANOTIFY_INIT_FLAGS 0x1fffu
#define PORTS_MAX           65536ul
#define QUOTA_TYPES         3u
#define QUOTA_SYNC          0x800001u

static long refuse(unsigned capability)
{
    return capable(capability) ? -ENOSYS : -EPERM;
}

/* @result, if the file that @user names is there. */
static long if_found(const char __user *user, long result)
{
    struct path path;

    return WITH_NAME(user, name, ({
                         long error =
                             path_lookup(vfs_current(), AT_FDCWD, name, LOOKUP_FOLLOW, &path);

                         if (!error)
                             path_put(&path);
                         error ? error : result;
                     }));
}

long sys_acct(const char __user *name)
{
    if (!capable(CAP_SYS_PACCT))
        return -EPERM;
    return name ? if_found(name, -ENOSYS) : 0; /* off it is */
}

/* No file of a filesystem in memory can be swapped to. */
long sys_swapon(const char __user *name, int flags)
{
    if ((unsigned)flags & ~SWAP_FLAGS)
        return -EINVAL;
    return capable(CAP_SYS_ADMIN) ? if_found(name, -EINVAL) : -EPERM;
}

long sys_swapoff(const char __user *name)
{
    return capable(CAP_SYS_ADMIN) ? if_found(name, -EINVAL) : -EPERM;
}

long sys_iopl(unsigned level)
{
    if (level > 3)
        return -EINVAL;
    return level == 0 ? 0 : refuse(CAP_SYS_RAWIO);
}

long sys_ioperm(unsigned long from, unsigned long nr, int on)
{
    unsigned long end;

    if (add_overflow(from, nr, &end) || end <= from || end > PORTS_MAX)
        return -EINVAL;
    return on ? refuse(CAP_SYS_RAWIO) : 0;
}

long sys_init_module(void __user *image, size_t len, const char __user *parameters)
{
    (void)image;
    (void)parameters;
    if (!capable(CAP_SYS_MODULE))
        return -EPERM;
    return len < MODULE_HEADER ? -ENOEXEC : -ENOSYS;
}

long sys_finit_module(int fd, const char __user *parameters, int flags)
{
    (void)parameters;
    if (!capable(CAP_SYS_MODULE))
        return -EPERM;
    if ((unsigned)flags & ~MODULE_FLAGS)
        return -EINVAL;
    return WITH_FILE(fd, file, -ENOSYS);
}

long sys_delete_module(const char __user *user, unsigned flags)
{
    char name[MODULE_NAME_MAX];
    ssize_t len;

    (void)flags;
    if (!capable(CAP_SYS_MODULE))
        return -EPERM;
    len = strncpy_from_user(name, user, sizeof(name));
    return len == -EFAULT ? -EFAULT : -ENOENT;
}

long sys_kexec_load(unsigned long entry, unsigned long nr, void __user *segments,
                    unsigned long flags)
{
    (void)entry;
    (void)segments;
    if (!capable(CAP_SYS_BOOT))
        return -EPERM;
    if ((flags & 0xffff & ~KEXEC_FLAGS) || nr > KEXEC_SEGMENTS_MAX)
        return -EINVAL;
    return -ENOSYS;
}

long sys_kexec_file_load(int kernel, int initrd, size_t len, const char __user *line,
                         unsigned long flags)
{
    (void)kernel;
    (void)initrd;
    (void)len;
    (void)line;
    if (!capable(CAP_SYS_BOOT))
        return -EPERM;
    return flags & ~KEXEC_FILE_FLAGS ? -EINVAL : -ENOSYS;
}

long sys_fanotify_init(unsigned flags, unsigned event_flags)
{
    (void)event_flags;
    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    return flags & ~FANOTIFY_INIT_FLAGS ? -EINVAL : -ENOSYS;
}

/* No block device is mounted that could have quotas. */
long sys_quotactl(unsigned command, const char __user *special, int id, void __user *data)
{
    (void)id;
    (void)data;
    if ((command & 0xff) >= QUOTA_TYPES)
        return -EINVAL;
    if (!special)
        return command >> 8 == QUOTA_SYNC ? 0 : -ENODEV;
    return if_found(special, -ENOTBLK);
}

long sys_quotactl_fd(int fd, unsigned command, int id, void __user *data)
{
    (void)id;
    (void)data;
    return WITH_FILE(fd, file, (command & 0xff) >= QUOTA_TYPES ? -EINVAL : -ENOSYS);
}

long sys_process_mrelease(int fd, unsigned flags)
{
    if (flags)
        return -EINVAL;
    return WITH_FILE(fd, file, pidfd_process(file) ? -ENOSYS : -EBADF);
}
