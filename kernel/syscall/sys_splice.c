/*
 * splice(2), tee(2), vmsplice(2), sync_file_range(2).
 */
#include <kmem/kmalloc.h>
#include <vfs/io.h>
#include <vfs/splice.h>

#include "sys.h"

#define SPLICE_FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

/* The offsets, fetched once; where one is absent the file's own position is used. */
static long splice(struct splice_request *request, s64 __user *in_user, s64 __user *out_user)
{
    s64 in_offset, out_offset;
    long result =
        splice_check_offsets(request->in, request->out, in_user != NULL, out_user != NULL);

    if (result)
        return result;
    if ((out_user && get_user(out_offset, out_user)) || (in_user && get_user(in_offset, in_user)))
        return -EFAULT;
    request->in_offset = in_user ? &in_offset : NULL;
    request->out_offset = out_user ? &out_offset : NULL;
    result = sys_raise_on_pipe(request->out, file_splice(request));
    if (result < 0)
        return result;
    if ((out_user && put_user(out_offset, out_user)) || (in_user && put_user(in_offset, in_user)))
        return -EFAULT;
    return result;
}

long sys_splice(int in_fd, void __user *in_user, int out_fd, void __user *out_user, size_t len,
                unsigned long flags)
{
    struct splice_request request = {.len = len, .flags = (unsigned)flags};

    if (len == 0)
        return 0;
    if ((unsigned)flags & ~SPLICE_FLAGS)
        return -EINVAL;
    return WITH_FILE(in_fd, in, WITH_FILE(out_fd, out, ({
                                              request.in = in;
                                              request.out = out;
                                              splice(&request, in_user, out_user);
                                          })));
}

long sys_tee(int in_fd, int out_fd, size_t len, unsigned long flags)
{
    if ((unsigned)flags & ~SPLICE_FLAGS)
        return -EINVAL;
    if (len == 0)
        return 0;
    return WITH_FILE(
        in_fd, in,
        WITH_FILE(out_fd, out, sys_raise_on_pipe(out, file_tee(in, out, len, (unsigned)flags))));
}

static long splice_memory(struct file *file, const struct iovec __user *vector, unsigned long nr,
                          unsigned flags)
{
    struct io_buffer buffer;
    struct iovec *segments;
    long result;

    if (!(file->mode & (FILE_READ | FILE_WRITE)))
        return -EBADF;
    result = io_buffer_vector(&buffer, vector, nr, &segments);
    if (result)
        return result;
    result = sys_raise_on_pipe(file, file_splice_memory(file, &buffer, flags));
    kfree(segments);
    return result;
}

long sys_vmsplice(int fd, const struct iovec __user *vector, unsigned long nr, unsigned long flags)
{
    if ((unsigned)flags & ~SPLICE_FLAGS)
        return -EINVAL;
    return WITH_FILE(fd, file, splice_memory(file, vector, nr, (unsigned)flags));
}

long sys_sync_file_range(int fd, s64 offset, s64 len, unsigned long flags)
{
    return WITH_FILE(fd, file, file_sync_range(file, offset, len, (unsigned)flags));
}
