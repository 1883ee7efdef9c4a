/*
 * sendfile(2) and copy_file_range(2): from one file to another through a kernel buffer.
 */
#include <vfs/io.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/mount.h>
#include <vfs/splice.h>

#define COPY_CHUNK 65536ul

/* Where the bytes come from: a position of the caller's, or the file's own. */
struct copy_end {
    struct file *file;
    s64 *offset; /* NULL: the file's own position */
};

static u64 end_position(const struct copy_end *end)
{
    return end->offset != NULL ? (u64)*end->offset : READ_ONCE(end->file->position);
}

static ssize_t end_read(const struct copy_end *in, void *bytes, size_t len)
{
    struct io_buffer buffer;
    ssize_t got;

    io_buffer_kernel(&buffer, bytes, len);
    if (in->offset == NULL)
        return file_read(in->file, &buffer);
    got = file_read_at(in->file, &buffer, *in->offset);
    if (got > 0)
        *in->offset += got;
    return got;
}

static ssize_t end_write(const struct copy_end *out, void *bytes, size_t len)
{
    struct io_buffer buffer;
    ssize_t put;

    io_buffer_kernel(&buffer, bytes, len);
    if (out->offset == NULL)
        return file_write(out->file, &buffer);
    put = file_write_at(out->file, &buffer, *out->offset);
    if (put > 0)
        *out->offset += put;
    return put;
}

/* What was read and not written is unread again. */
static void end_unread(const struct copy_end *in, size_t len)
{
    if (len == 0)
        return;
    if (in->offset != NULL) {
        *in->offset -= (s64)len;
        return;
    }
    mutex_lock(&in->file->position_lock);
    in->file->position -= len;
    mutex_unlock(&in->file->position_lock);
}

static ssize_t copy_all(const struct copy_end *in, const struct copy_end *out, size_t count)
{
    char *bytes = kmalloc(min(count, COPY_CHUNK), ALLOC_WAIT);
    size_t done = 0;
    ssize_t result = 0;

    if (bytes == NULL)
        return -ENOMEM;
    while (done < count) {
        ssize_t got = end_read(in, bytes, min(count - done, COPY_CHUNK));

        result = got;
        if (got <= 0)
            break;
        result = end_write(out, bytes, (size_t)got);
        end_unread(in, (size_t)(got - max(result, 0l)));
        if (result <= 0)
            break;
        done += (size_t)result;
        if (result < got || thread_flag(current_thread(), THREAD_SIGNAL_PENDING))
            break;
    }
    kfree(bytes);
    return done > 0 ? (ssize_t)done : result;
}

/* As much as the pipe has room for: the call does not wait to send the rest. */
static ssize_t send_to_pipe(const struct copy_end *in, struct file *out, size_t count)
{
    bool nonblocking = file_flags(out) & O_NONBLOCK;
    struct file *file = in->file;
    u64 position = in->offset != NULL ? (u64)*in->offset : 0;
    ssize_t result;

    if (!file_gives_splice(file))
        return -EINVAL;
    if (count == 0)
        return 0;
    if (in->offset != NULL) {
        result = pipe_fill_from_file(file, pipe_of(out), &position, count, nonblocking);
        *in->offset = (s64)position;
        return result;
    }
    mutex_lock(&file->position_lock);
    position = file->position;
    result = pipe_fill_from_file(file, pipe_of(out), &position, count, nonblocking);
    file->position = position;
    mutex_unlock(&file->position_lock);
    return result;
}

ssize_t file_send(struct file *out, struct file *in, s64 *offset, size_t count)
{
    struct copy_end from = {.file = in, .offset = offset};
    struct copy_end to = {.file = out};

    if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
        return -EBADF;
    if (offset != NULL && (in->mode & FILE_STREAM))
        return -ESPIPE;
    if (!io_range_is_valid(end_position(&from), count))
        return -EINVAL;
    if (inode_is_directory(in->inode) || in->ops->read == NULL || out->ops->write == NULL)
        return -EINVAL;
    if (pipe_of(out) != NULL)
        return send_to_pipe(&from, out, count);
    if (!file_gives_splice(in) || (in->mode & FILE_STREAM))
        return -EINVAL; /* only what can be read again if the output takes less */
    if (file_flags(out) & O_APPEND)
        return -EINVAL;
    if (count == 0)
        return 0;
    if (!file_takes_splice(out))
        return -EINVAL;
    return copy_all(&from, &to, min(count, MAX_RW_COUNT));
}

static int copy_range_check(const struct copy_end *in, const struct copy_end *out)
{
    struct inode *from = in->file->inode;
    struct inode *to = out->file->inode;

    if (inode_is_directory(from) || inode_is_directory(to))
        return -EISDIR;
    if (!S_ISREG(from->mode) || !S_ISREG(to->mode))
        return -EINVAL;
    if (!(in->file->mode & FILE_READ) || !(out->file->mode & FILE_WRITE) ||
        (file_flags(out->file) & O_APPEND))
        return -EBADF;
    if (from->filesystem->type != to->filesystem->type)
        return -EXDEV;
    return 0;
}

ssize_t file_copy_range(struct file *in, s64 *in_offset, struct file *out, s64 *out_offset,
                        size_t len)
{
    struct copy_end from = {.file = in, .offset = in_offset};
    struct copy_end to = {.file = out, .offset = out_offset};
    int err = copy_range_check(&from, &to);
    u64 source, target;
    s64 size;

    if (err != 0)
        return err;
    source = end_position(&from);
    target = end_position(&to);
    if (source + len < source || target + len < target)
        return -EOVERFLOW;
    size = (s64)inode_size(in->inode);
    len = (s64)source < size ? min(len, (u64)size - source) : 0;
    if (target == FILE_SIZE_MAX)
        return -EFBIG;
    if (target < FILE_SIZE_MAX)
        len = min(len, FILE_SIZE_MAX - target);
    if (in->inode == out->inode && source < target + len && target < source + len)
        return -EINVAL;
    if (!io_range_is_valid(source, len) || !io_range_is_valid(target, len))
        return -EINVAL;
    if (len == 0)
        return 0;
    return copy_all(&from, &to, min(len, MAX_RW_COUNT));
}
