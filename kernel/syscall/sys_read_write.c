/*
 * Reading and writing open files: read(2), write(2), their vector and positioned forms, lseek,
 * sendfile, copy_file_range.
 */
#include <abi/signal.h>
#include <abi/uio.h>
#include <kmem/kmalloc.h>
#include <net/socket.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/io.h>

#include "sys.h"

/* A positioned call on the file's own position. */
#define OWN_POSITION (-1)

/* Apart: room for the information would be cleared in every write. */
static __noinline void raise_pipe_signal(void)
{
    struct abi_siginfo info;

    signal_info_user(&info, SIGPIPE, SI_USER);
    signal_send_task(current_task(), &info);
}

ssize_t sys_raise_on_pipe(const struct file *file, ssize_t result)
{
    if (unlikely(result == -EPIPE) && socket_of_file(file) == NULL)
        raise_pipe_signal();
    return result;
}

/* A length beyond what one call may move is cut, as Linux does: MAX_RW_COUNT. */
static size_t clamp(size_t len)
{
    return min(len, (size_t)(INT32_MAX & PAGE_MASK));
}

long sys_read(int fd, void __user *data, size_t len)
{
    struct io_buffer buffer __uncleared;

    if (!user_range_ok(data, len))
        return fd_get_cloexec(vfs_current()->files, fd) < 0 ? -EBADF : -EFAULT;
    io_buffer_user(&buffer, data, clamp(len));
    return WITH_FILE(fd, file, file_read(file, &buffer));
}

long sys_write(int fd, const void __user *data, size_t len)
{
    struct io_buffer buffer __uncleared;

    if (!user_range_ok(data, len))
        return fd_get_cloexec(vfs_current()->files, fd) < 0 ? -EBADF : -EFAULT;
    io_buffer_user(&buffer, (void __user *)data, clamp(len));
    return WITH_FILE(fd, file, sys_raise_on_pipe(file, file_write(file, &buffer)));
}

long sys_pread64(int fd, void __user *data, size_t len, s64 offset)
{
    struct io_buffer buffer __uncleared;

    if (offset < 0)
        return -EINVAL;
    if (!user_range_ok(data, len))
        return fd_get_cloexec(vfs_current()->files, fd) < 0 ? -EBADF : -EFAULT;
    io_buffer_user(&buffer, data, clamp(len));
    return WITH_FILE(fd, file, file_read_at(file, &buffer, offset));
}

long sys_pwrite64(int fd, const void __user *data, size_t len, s64 offset)
{
    struct io_buffer buffer __uncleared;

    if (offset < 0)
        return -EINVAL;
    if (!user_range_ok(data, len))
        return fd_get_cloexec(vfs_current()->files, fd) < 0 ? -EBADF : -EFAULT;
    io_buffer_user(&buffer, (void __user *)data, clamp(len));
    return WITH_FILE(fd, file, sys_raise_on_pipe(file, file_write_at(file, &buffer, offset)));
}

static ssize_t move(struct file *file, struct io_buffer *buffer, s64 offset, bool write)
{
    if (offset == OWN_POSITION)
        return write ? file_write(file, buffer) : file_read(file, buffer);
    return write ? file_write_at(file, buffer, offset) : file_read_at(file, buffer, offset);
}

/* The common course of the six vector calls. */
static long move_vector(int fd, const struct iovec __user *vector, unsigned long nr, s64 offset,
                        int flags, bool write)
{
    struct file *file = fd_get(vfs_current()->files, fd);
    struct iovec *segments = NULL;
    struct io_buffer buffer;
    long result;

    if (!file)
        return -EBADF;
    result = io_buffer_vector(&buffer, vector, nr, &segments);
    if (!result)
        result = file_io_flags(file, flags, &buffer);
    if (!result)
        result = move(file, &buffer, offset, write);
    if (write)
        result = sys_raise_on_pipe(file, result);
    kfree(segments);
    file_put(file);
    return result;
}

long sys_readv(int fd, const struct iovec __user *vector, unsigned long nr)
{
    return move_vector(fd, vector, nr, OWN_POSITION, 0, false);
}

long sys_writev(int fd, const struct iovec __user *vector, unsigned long nr)
{
    return move_vector(fd, vector, nr, OWN_POSITION, 0, true);
}

/* x86-64 passes the whole offset in the first of its two registers. */
long sys_preadv(int fd, const struct iovec __user *vector, unsigned long nr, unsigned long low,
                unsigned long high)
{
    (void)high;
    return (s64)low < 0 ? -EINVAL : move_vector(fd, vector, nr, (s64)low, 0, false);
}

long sys_pwritev(int fd, const struct iovec __user *vector, unsigned long nr, unsigned long low,
                 unsigned long high)
{
    (void)high;
    return (s64)low < 0 ? -EINVAL : move_vector(fd, vector, nr, (s64)low, 0, true);
}

long sys_preadv2(int fd, const struct iovec __user *vector, unsigned long nr, unsigned long low,
                 unsigned long high, unsigned long flags)
{
    (void)high;
    if ((s64)low < OWN_POSITION)
        return -EINVAL;
    return move_vector(fd, vector, nr, (s64)low, (int)flags, false);
}

long sys_pwritev2(int fd, const struct iovec __user *vector, unsigned long nr, unsigned long low,
                  unsigned long high, unsigned long flags)
{
    (void)high;
    if ((s64)low < OWN_POSITION)
        return -EINVAL;
    return move_vector(fd, vector, nr, (s64)low, (int)flags, true);
}

long sys_lseek(int fd, s64 offset, unsigned whence)
{
    return WITH_FILE(fd, file, whence > SEEK_HOLE ? -EINVAL : file_seek(file, offset, (int)whence));
}

long sys_sendfile(int out_fd, int in_fd, void __user *user_offset, size_t len)
{
    s64 offset = 0;
    long result;

    if (user_offset && get_user(offset, (s64 __user *)user_offset))
        return -EFAULT;
    result = WITH_FILE(
        out_fd, out,
        WITH_FILE(in_fd, in,
                  sys_raise_on_pipe(out, file_send(out, in, user_offset ? &offset : NULL, len))));
    if (user_offset && result >= 0 && put_user(offset, (s64 __user *)user_offset))
        return -EFAULT;
    return result;
}

long sys_copy_file_range(int in_fd, void __user *in_user, int out_fd, void __user *out_user,
                         size_t len, unsigned long flags)
{
    s64 in_offset = 0;
    s64 out_offset = 0;
    long result;

    if (flags)
        return -EINVAL;
    if ((in_user && get_user(in_offset, (s64 __user *)in_user)) ||
        (out_user && get_user(out_offset, (s64 __user *)out_user)))
        return -EFAULT;
    result = WITH_FILE(in_fd, in,
                       WITH_FILE(out_fd, out,
                                 file_copy_range(in, in_user ? &in_offset : NULL, out,
                                                 out_user ? &out_offset : NULL, clamp(len))));
    if (result > 0 && ((in_user && put_user(in_offset, (s64 __user *)in_user)) ||
                       (out_user && put_user(out_offset, (s64 __user *)out_user))))
        return -EFAULT;
    return result;
}

long sys_getdents64(int fd, void __user *buffer, size_t size)
{
    return WITH_FILE(fd, file, file_getdents64(file, buffer, size));
}

long sys_getdents(int fd, void __user *buffer, size_t size)
{
    return WITH_FILE(fd, file, file_getdents(file, buffer, size));
}

static long read_ahead(struct file *file, s64 offset, size_t len)
{
    if (!(file->mode & FILE_READ))
        return -EBADF;
    if (!S_ISREG(file->inode->mode) && !S_ISBLK(file->inode->mode))
        return -EINVAL;
    return file_advise(file, offset, (s64)len, POSIX_FADV_WILLNEED);
}

long sys_readahead(int fd, s64 offset, size_t len)
{
    return WITH_FILE(fd, file, read_ahead(file, offset, len));
}
