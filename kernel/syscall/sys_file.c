/*
 * Descriptors and what is done to open files: open(2), close(2), dup(2), fcntl(2), ioctl(2),
 * pipe(2), sizes, syncing.
 */
#include <kmem/kmalloc.h>
#include <proc/fork.h>
#include <vfs/io.h>
#include <vfs/lock.h>
#include <vfs/mount.h>
#include <vfs/pipe.h>

#include "sys.h"

long sys_install(struct file *file, int flags)
{
    return IS_ERR(file) ? PTR_ERR(file) : fd_add(vfs_current(), file, (u32)flags);
}

u32 sys_with_large_file(u32 flags)
{
    return flags & O_PATH ? flags : flags | O_LARGEFILE;
}

static long open_at(int dirfd, const char __user *user, int flags, unsigned mode)
{
    struct vfs_context *context = vfs_current();
    struct file *file;

    return WITH_NAME(user, name, ({
                         long error = vfs_open_at(context, dirfd, name,
                                                  sys_with_large_file((u32)flags), mode, &file);

                         error ? error : fd_add(context, file, (u32)flags);
                     }));
}

long sys_open(const char __user *name, int flags, unsigned mode)
{
    return open_at(AT_FDCWD, name, flags, mode);
}

long sys_creat(const char __user *name, unsigned mode)
{
    return open_at(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_openat(int dirfd, const char __user *name, int flags, unsigned mode)
{
    return open_at(dirfd, name, flags, mode);
}

/*
 * Copy a structure that may grow: bytes beyond what we know must be zero (-E2BIG).
 */
static int copy_versioned(void *to, size_t known, const void __user *from, size_t size)
{
    u8 byte;

    if (copy_from_user(to, from, min(known, size)))
        return -EFAULT;
    for (size_t i = known; i < size; i++) {
        if (get_user(byte, (const u8 __user *)from + i))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

long sys_openat2(int dirfd, const char __user *user, void __user *user_how, size_t size)
{
    struct vfs_context *context = vfs_current();
    struct open_how how = {0};
    struct file *file;
    int error;

    if (size < sizeof(how))
        return -EINVAL;
    if (size > PAGE_SIZE)
        return -E2BIG;
    error = copy_versioned(&how, sizeof(how), user_how, size);
    if (error)
        return error;
    how.flags |= sys_with_large_file((u32)how.flags);
    return WITH_NAME(user, name, ({
                         long result = vfs_open_how(context, dirfd, name, &how, &file);

                         result ? result : fd_add(context, file, (u32)how.flags);
                     }));
}

long sys_close(int fd)
{
    return fd_close(vfs_current()->files, fd);
}

long sys_close_range(int first, int last, unsigned long flags)
{
    if (flags & ~(unsigned long)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) ||
        (unsigned)first > (unsigned)last)
        return -EINVAL;
    if (flags & CLOSE_RANGE_UNSHARE) {
        long error = task_unshare(CLONE_FILES);

        if (error)
            return error;
    }
    fd_close_range(vfs_current()->files, (unsigned)first, (unsigned)last,
                   flags & CLOSE_RANGE_CLOEXEC);
    return 0;
}

long sys_dup(int fd)
{
    return fd_duplicate(vfs_current(), fd, 0, false);
}

long sys_dup2(int fd, int new)
{
    if (fd == new)
        return fd_get_cloexec(vfs_current()->files, fd) < 0 ? -EBADF : new;
    return fd_duplicate_to(vfs_current(), fd, new, false);
}

long sys_dup3(int fd, int new, int flags)
{
    if (fd == new || flags & ~O_CLOEXEC)
        return -EINVAL;
    return fd_duplicate_to(vfs_current(), fd, new, flags & O_CLOEXEC);
}

/* The commands that an O_PATH descriptor allows. */
static bool fcntl_is_for_any(unsigned command)
{
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC || command == F_GETFD ||
           command == F_SETFD || command == F_GETFL;
}

long sys_fcntl(int fd, unsigned command, unsigned long argument)
{
    struct vfs_context *context = vfs_current();
    struct file *file =
        fcntl_is_for_any(command) ? fd_get_any(context->files, fd) : fd_get(context->files, fd);
    long result;

    if (!file)
        return -EBADF;
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (argument >= context->nr_files_limit)
            result = -EINVAL;
        else
            result = fd_duplicate(context, fd, (unsigned)argument, command == F_DUPFD_CLOEXEC);
        break;
    case F_GETFD:
        result = fd_get_cloexec(context->files, fd);
        break;
    case F_SETFD:
        result = fd_set_cloexec(context->files, fd, argument & FD_CLOEXEC);
        break;
    default:
        result = file_fcntl(context, file, fd, command, argument);
        break;
    }
    file_put(file);
    return result;
}

long sys_ioctl(int fd, unsigned request, unsigned long argument)
{
    struct fd_table *files = vfs_current()->files;

    if (request == FIOCLEX || request == FIONCLEX)
        return fd_set_cloexec(files, fd, request == FIOCLEX);
    return WITH_FILE(fd, file, file_ioctl(file, request, argument));
}

long sys_flock(int fd, int operation)
{
    int checked = lock_flock_check(operation);

    if (checked != 0)
        return min(checked, 0);
    return WITH_FILE(fd, file, lock_flock(file, operation));
}

static long make_pipe(int __user *user, int flags)
{
    struct vfs_context *context = vfs_current();
    struct file *ends[2];
    int fds[2];
    int error = pipe_create(ends, (u32)flags);

    if (error)
        return error;
    fds[0] = fd_reserve(context->files, 0, context->nr_files_limit, flags & O_CLOEXEC);
    if (fds[0] < 0) {
        error = fds[0];
        goto put_files;
    }
    fds[1] = fd_reserve(context->files, 0, context->nr_files_limit, flags & O_CLOEXEC);
    if (fds[1] < 0) {
        error = fds[1];
        goto unreserve_first;
    }
    error = copy_to_user(user, fds, sizeof(fds));
    if (error)
        goto unreserve_both;
    fd_install(context->files, fds[0], ends[0]);
    fd_install(context->files, fds[1], ends[1]);
    return 0;

unreserve_both:
    fd_unreserve(context->files, fds[1]);
unreserve_first:
    fd_unreserve(context->files, fds[0]);
put_files:
    file_put(ends[0]);
    file_put(ends[1]);
    return error;
}

long sys_pipe(void __user *fds)
{
    return make_pipe(fds, 0);
}

long sys_pipe2(void __user *fds, int flags)
{
    return make_pipe(fds, flags);
}

long sys_fsync(int fd)
{
    return WITH_FILE(fd, file, file_sync(file, 0, INT64_MAX, false));
}

long sys_fdatasync(int fd)
{
    return WITH_FILE(fd, file, file_sync(file, 0, INT64_MAX, true));
}

long sys_ftruncate(int fd, s64 size)
{
    if (size < 0)
        return -EINVAL;
    return WITH_FILE(fd, file, file_truncate(file, size));
}

long sys_fallocate(int fd, unsigned long mode, s64 offset, s64 len)
{
    return WITH_FILE(fd, file, file_allocate(file, (int)mode, offset, len));
}

long sys_fadvise64(int fd, s64 offset, size_t len, int advice)
{
    return WITH_FILE(fd, file, file_advise(file, offset, (s64)len, advice));
}

long sys_fchmod(int fd, unsigned mode)
{
    return WITH_FILE(fd, file, file_chmod(vfs_current(), file, mode));
}

long sys_fchown(int fd, unsigned uid, unsigned gid)
{
    return WITH_FILE(fd, file, file_chown(vfs_current(), file, uid, gid));
}

long sys_sync(void)
{
    vfs_sync_all();
    return 0;
}

long sys_syncfs(int fd)
{
    return WITH_FILE(fd, file, ({
                         vfs_sync_all();
                         0;
                     }));
}
