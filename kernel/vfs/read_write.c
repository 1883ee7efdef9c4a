/*
 * read(2), write(2) and their positions: the checks that are the same for every file, and the
 * position lock.
 */
#include <vfs/io.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/poll.h>
#include <abi/uio.h>
#include <arch/user.h>
#include <vfs/poll.h>
#include "watch.h"

/* The operation itself, at *position. */
static inline ssize_t file_read_position(struct file *file, struct io_buffer *buffer, u64 *position)
{
    ssize_t result;

    if (!(file->mode & FILE_READ))
        return -EBADF;
    if (file->ops->read == NULL)
        return inode_is_directory(file->inode) ? -EISDIR : -EINVAL;
    io_buffer_truncate(buffer, MAX_RW_COUNT);
    if ((s64)(*position + buffer->remaining) < 0)
        return -EINVAL;
    result = file->ops->read(file, buffer, position);
    if (result > 0)
        notify_file(file, IN_ACCESS);
    return result;
}

static inline ssize_t file_write_position(struct file *file, struct io_buffer *buffer,
                                          u64 *position)
{
    ssize_t result;

    if (!(file->mode & FILE_WRITE))
        return -EBADF;
    if (file->ops->write == NULL)
        return -EINVAL;
    io_buffer_truncate(buffer, MAX_RW_COUNT);
    if ((s64)(*position + buffer->remaining) < 0)
        return -EINVAL;
    result = file->ops->write(file, buffer, position);
    if (result > 0)
        notify_file(file, IN_MODIFY);
    return result;
}

typedef ssize_t transfer_fn(struct file *file, struct io_buffer *buffer, u64 *position);

/*
 * Reads and writes of regular files and directories are atomic in their use of the position (POSIX
 * 2.9.7); of others nobody promises it. A file with one reference is the caller's alone.
 */
static inline bool position_is_shared(const struct file *file)
{
    return (file->mode & FILE_ATOMIC_POSITION) && refcount_read(&file->references) > 1;
}

/* At the file's own position, which moves. */
static __always_inline ssize_t transfer_at_own(struct file *file, struct io_buffer *buffer,
                                               transfer_fn *transfer)
{
    bool shared = position_is_shared(file);
    u64 position = 0;
    ssize_t result;

    if (file->mode & FILE_STREAM)
        return transfer(file, buffer, &position);
    if (shared)
        mutex_lock(&file->position_lock);
    position = file->position;
    result = transfer(file, buffer, &position);
    if (result >= 0)
        file->position = position;
    if (shared)
        mutex_unlock(&file->position_lock);
    return result;
}

static __always_inline ssize_t transfer_at(struct file *file, struct io_buffer *buffer, s64 offset,
                                           transfer_fn *transfer)
{
    u64 position = (u64)offset;

    if (offset < 0)
        return -EINVAL;
    if (file->mode & FILE_STREAM)
        return -ESPIPE;
    return transfer(file, buffer, &position);
}

ssize_t file_read(struct file *file, struct io_buffer *buffer)
{
    return transfer_at_own(file, buffer, file_read_position);
}

ssize_t file_write(struct file *file, struct io_buffer *buffer)
{
    return transfer_at_own(file, buffer, file_write_position);
}

ssize_t file_read_at(struct file *file, struct io_buffer *buffer, s64 offset)
{
    return transfer_at(file, buffer, offset, file_read_position);
}

ssize_t file_write_at(struct file *file, struct io_buffer *buffer, s64 offset)
{
    return transfer_at(file, buffer, offset, file_write_position);
}

int file_io_flags(struct file *file, int rwf, struct io_buffer *buffer)
{
    if (rwf & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND))
        return -EOPNOTSUPP;
    /* Only what never waits can promise not to. */
    if ((rwf & RWF_NOWAIT) && !(file->ops->nonblocking_read || (file->mode & FILE_STREAM)))
        return -EOPNOTSUPP;
    if (rwf & RWF_NOWAIT)
        buffer->flags |= IO_NOWAIT;
    if (rwf & RWF_APPEND)
        buffer->flags |= IO_APPEND;
    if (rwf & (RWF_DSYNC | RWF_SYNC))
        buffer->flags |= IO_SYNC;
    return 0;
}

ssize_t file_read_kernel(struct file *file, void *to, size_t len, u64 offset)
{
    struct io_buffer buffer;

    io_buffer_kernel(&buffer, to, len);
    return file_read_position(file, &buffer, &offset);
}

ssize_t file_write_kernel(struct file *file, const void *from, size_t len, u64 offset)
{
    struct io_buffer buffer;

    io_buffer_kernel(&buffer, (void *)from, len);
    return file_write_position(file, &buffer, &offset);
}

s64 file_seek_position(struct file *file, s64 offset, int whence, u64 end)
{
    s64 base = 0;
    s64 position;

    switch (whence) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        base = (s64)file->position;
        break;
    case SEEK_END:
        base = (s64)end;
        break;
    case SEEK_DATA:
    case SEEK_HOLE:
        /* Without knowledge of holes: all is data, and a hole begins at the end. */
        if (offset < 0 || (u64)offset >= end)
            return -ENXIO;
        file->position = whence == SEEK_DATA ? (u64)offset : end;
        return (s64)file->position;
    default:
        return -EINVAL;
    }
    if (add_overflow(base, offset, &position) || position < 0)
        return -EINVAL;
    file->position = (u64)position;
    return position;
}

s64 file_seek_sized(struct file *file, s64 offset, int whence)
{
    return file_seek_position(file, offset, whence, inode_size(file->inode));
}

s64 file_seek_null(struct file *file, s64 offset, int whence)
{
    (void)offset;
    (void)whence;
    file->position = 0;
    return 0;
}

s64 file_seek_directory(struct file *file, s64 offset, int whence)
{
    s64 position = offset;

    if (whence == SEEK_CUR)
        position += (s64)file->position;
    else if (whence != SEEK_SET)
        return -EINVAL;
    if (position < 0)
        return -EINVAL;
    file->position = (u64)position;
    return position;
}

s64 file_seek(struct file *file, s64 offset, int whence)
{
    s64 result;

    if (file->mode & FILE_PATH)
        return -EBADF;
    if ((file->mode & FILE_STREAM) && (unsigned)whence > SEEK_HOLE)
        return -EINVAL;
    if (file->ops->seek == NULL)
        return -ESPIPE;
    mutex_lock(&file->position_lock);
    result = file->ops->seek(file, offset, whence);
    mutex_unlock(&file->position_lock);
    return result;
}

int file_sync(struct file *file, u64 start, u64 end, bool data_only)
{
    if (file->ops->sync == NULL)
        return -EINVAL;
    return file->ops->sync(file, start, end, data_only);
}

int file_sync_range(struct file *file, s64 offset, s64 len, unsigned flags)
{
    u32 type = file->inode->mode & S_IFMT;
    s64 end;

    if (flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
        return -EINVAL;
    if (offset < 0 || add_overflow(offset, len, &end) || end < offset)
        return -EINVAL;
    if (type != S_IFREG && type != S_IFBLK && type != S_IFDIR && type != S_IFLNK)
        return -ESPIPE;
    if (flags == 0 || file->ops->sync == NULL)
        return 0;
    return file->ops->sync(file, (u64)offset, len == 0 ? (u64)INT64_MAX : (u64)end, true);
}

int file_allocate(struct file *file, int mode, s64 offset, s64 len)
{
    u32 type = file->inode->mode & S_IFMT;
    s64 end;
    int err;

    if (offset < 0 || len <= 0)
        return -EINVAL;
    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE |
                 FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE))
        return -EOPNOTSUPP;
    if ((mode & FALLOC_FL_PUNCH_HOLE) &&
        (!(mode & FALLOC_FL_KEEP_SIZE) || (mode & FALLOC_FL_ZERO_RANGE)))
        return -EOPNOTSUPP;
    if (((mode & FALLOC_FL_COLLAPSE_RANGE) && mode != FALLOC_FL_COLLAPSE_RANGE) ||
        ((mode & FALLOC_FL_INSERT_RANGE) && mode != FALLOC_FL_INSERT_RANGE))
        return -EINVAL;
    if ((mode & FALLOC_FL_UNSHARE_RANGE) &&
        (mode & ~(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE)))
        return -EINVAL;
    if (!(file->mode & FILE_WRITE))
        return -EBADF;
    if (type == S_IFIFO)
        return -ESPIPE;
    if (type == S_IFDIR)
        return -EISDIR;
    if (type != S_IFREG && type != S_IFBLK)
        return -ENODEV;
    if (add_overflow(offset, len, &end))
        return -EFBIG;
    if (file->ops->allocate == NULL)
        return -EOPNOTSUPP;
    err = file->ops->allocate(file, mode, (u64)offset, (u64)len);
    if (err == 0)
        notify_file(file, IN_MODIFY);
    return err;
}

int file_advise(struct file *file, s64 offset, s64 len, int advice)
{
    (void)offset;
    if (file->mode & FILE_PATH)
        return -EBADF;
    if (S_ISFIFO(file->inode->mode))
        return -ESPIPE;
    if (len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
        return -EINVAL;
    return 0; /* advice may be ignored: posix_fadvise(2) */
}

unsigned file_poll(struct file *file, struct poll_table *table)
{
    if (file->ops->poll == NULL)
        return EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM;
    return file->ops->poll(file, table);
}
