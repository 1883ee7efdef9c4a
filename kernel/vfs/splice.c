/*
 * splice(2), vmsplice(2), and sendfile(2) into a pipe: between a pipe and a file, or memory.
 *
 * The bytes are copied once, between the pipe's pages and the page cache, socket or memory; what
 * goes from pipe to pipe (pipe_splice.c) is not copied at all. As on Linux the pipe's lock is held
 * while the other side works, and a page of the file, or of memory, takes one slot of the pipe.
 * Locks: file.position_lock, then pipe.lock. Files that a socket gives up meanwhile are released
 * afterwards: they may be ends of pipes.
 */
#include <vfs/splice.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <vfs/inode.h>
#include <vfs/io.h>
#include <vfs/regular.h>
#include "pipe_private.h"
#include "watch.h"

struct pipe *pipe_of(const struct file *file)
{
    return file->ops == &fifo_file_ops ? file->private : NULL;
}

bool file_gives_splice(const struct file *file)
{
    u32 mode = file->inode->mode;

    return file->ops->read != NULL && (S_ISREG(mode) || S_ISSOCK(mode) || file->ops->gives_splice);
}

bool file_takes_splice(const struct file *file)
{
    u32 mode = file->inode->mode;

    return file->ops->write != NULL && (S_ISREG(mode) || S_ISSOCK(mode) || file->ops->takes_splice);
}

/* ---- from a file into a pipe ---- */

/* A page from @file at *position into a new slot. => pipe.lock held, a slot is free; bytes */
static ssize_t page_from_file(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                              unsigned io_flags)
{
    struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER);
    struct io_buffer buffer;
    ssize_t got;

    if (page == NULL)
        return -ENOMEM;
    io_buffer_kernel(&buffer, page_to_virt(page), len);
    buffer.flags = io_flags;
    got = file->ops->read(file, &buffer, position);
    if (got > 0)
        pipe_push(pipe, page, 0, (u32)got);
    else
        page_put(page);
    return got;
}

/* => pipe.lock held, a slot is free */
static ssize_t pages_from_file(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                               unsigned io_flags)
{
    bool paged = S_ISREG(file->inode->mode);
    size_t done = 0;
    ssize_t got = 0;

    while (done < len && pipe->used < pipe->nr_slots) {
        size_t room = paged ? PAGE_SIZE - (*position & (PAGE_SIZE - 1)) : PAGE_SIZE;
        size_t wanted = min(room, len - done);

        got = page_from_file(file, pipe, position, wanted, io_flags);
        if (got <= 0)
            break;
        done += (size_t)got;
        if ((size_t)got < wanted)
            break;
        io_flags |= paged ? 0 : IO_NOWAIT; /* what is there: no second wait */
    }
    return done > 0 ? (ssize_t)done : got;
}

ssize_t pipe_fill_from_file(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                            bool nonblocking)
{
    struct file *late;
    ssize_t result;

    file_releases_wait(&late);
    mutex_lock(&pipe->lock);
    result = pipe_wait_room(pipe, nonblocking);
    if (result == 0)
        result = pages_from_file(file, pipe, position, len, nonblocking ? IO_NOWAIT : 0);
    mutex_unlock(&pipe->lock);
    file_releases_go(&late);
    if (result > 0)
        pipe_wake_readers(pipe);
    return result;
}

/* ---- from a pipe into a file ---- */

/* What is there, up to @len. => pipe.lock held, not empty */
static ssize_t slots_to_file(struct pipe *pipe, struct file *file, u64 *position, size_t len)
{
    size_t done = 0;
    ssize_t put = 0;

    while (done < len && pipe->used > 0) {
        struct pipe_slot *slot = pipe_first(pipe);
        size_t piece = min((size_t)slot->len, len - done);
        struct io_buffer buffer;

        io_buffer_kernel(&buffer, (char *)page_to_virt(slot->page) + slot->offset, piece);
        put = file->ops->write(file, &buffer, position);
        if (put <= 0)
            break;
        pipe_consume(pipe, (size_t)put);
        done += (size_t)put;
        if ((size_t)put < piece)
            break;
    }
    return done > 0 ? (ssize_t)done : put;
}

static ssize_t pipe_drain_to_file(struct pipe *pipe, struct file *file, u64 *position, size_t len,
                                  bool nonblocking)
{
    struct file *late;
    ssize_t result;

    file_releases_wait(&late);
    mutex_lock(&pipe->lock);
    result = pipe_wait_data(pipe, nonblocking);
    if (result == 0 && pipe->used > 0)
        result = slots_to_file(pipe, file, position, len);
    mutex_unlock(&pipe->lock);
    file_releases_go(&late);
    if (result > 0)
        pipe_wake_writers(pipe);
    return result;
}

/* ---- splice(2) ---- */

typedef ssize_t pipe_transfer(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                              bool nonblocking);

static ssize_t transfer_out(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                            bool nonblocking)
{
    return pipe_drain_to_file(pipe, file, position, len, nonblocking);
}

static ssize_t transfer_range(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                              bool nonblocking, pipe_transfer *transfer)
{
    if (!io_range_is_valid(*position, len))
        return -EINVAL;
    return transfer(file, pipe, position, min(len, MAX_RW_COUNT), nonblocking);
}

/* At *offset, or where the file is, which then moves. */
static ssize_t transfer_at(struct file *file, struct pipe *pipe, s64 *offset, size_t len,
                           bool nonblocking, pipe_transfer *transfer)
{
    u64 position = offset != NULL ? (u64)*offset : 0;
    ssize_t result;

    if (offset != NULL || (file->mode & FILE_STREAM)) {
        result = transfer_range(file, pipe, &position, len, nonblocking, transfer);
        if (offset != NULL)
            *offset = (s64)position;
        return result;
    }
    mutex_lock(&file->position_lock);
    position = file->position;
    result = transfer_range(file, pipe, &position, len, nonblocking, transfer);
    file->position = position;
    mutex_unlock(&file->position_lock);
    return result;
}

static ssize_t splice_out(struct pipe *from, const struct splice_request *request, bool nonblocking)
{
    struct file *out = request->out;

    if (request->out_offset != NULL && (out->mode & FILE_STREAM))
        return -EINVAL;
    if (file_flags(out) & O_APPEND)
        return -EINVAL;
    if (!file_takes_splice(out))
        return -EINVAL;
    return transfer_at(out, from, request->out_offset, request->len, nonblocking, transfer_out);
}

static ssize_t splice_in(struct pipe *to, const struct splice_request *request, bool nonblocking)
{
    struct file *in = request->in;

    if (request->in_offset != NULL && (in->mode & FILE_STREAM))
        return -EINVAL;
    if (!file_gives_splice(in))
        return -EINVAL;
    return transfer_at(in, to, request->in_offset, min(request->len, MAX_RW_COUNT), nonblocking,
                       pipe_fill_from_file);
}

ssize_t file_splice(struct splice_request *request)
{
    struct pipe *from = pipe_of(request->in);
    struct pipe *to = pipe_of(request->out);
    bool nonblocking = request->flags & SPLICE_F_NONBLOCK;

    if (!(request->in->mode & FILE_READ) || !(request->out->mode & FILE_WRITE))
        return -EBADF;
    if (from != NULL && (file_flags(request->in) & O_NONBLOCK))
        nonblocking = true;
    if (to != NULL && (file_flags(request->out) & O_NONBLOCK))
        nonblocking = true;
    if (from != NULL && to != NULL)
        return from == to ? -EINVAL
                          : pipe_move(from, to, min(request->len, MAX_RW_COUNT), nonblocking);
    if (from != NULL)
        return splice_out(from, request, nonblocking);
    if (to != NULL)
        return splice_in(to, request, nonblocking);
    return -EINVAL;
}

int splice_check_offsets(const struct file *in, const struct file *out, bool in_offset,
                         bool out_offset)
{
    if ((pipe_of(in) != NULL && in_offset) || (pipe_of(out) != NULL && out_offset))
        return -ESPIPE;
    return 0;
}

ssize_t file_tee(struct file *in, struct file *out, size_t len, unsigned flags)
{
    bool nonblocking =
        (flags & SPLICE_F_NONBLOCK) || ((file_flags(in) | file_flags(out)) & O_NONBLOCK);

    if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
        return -EBADF;
    if (pipe_of(in) == NULL || pipe_of(out) == NULL || pipe_of(in) == pipe_of(out))
        return -EINVAL;
    return pipe_tee(pipe_of(in), pipe_of(out), len, nonblocking);
}

/* ---- vmsplice(2) ---- */

/* The next piece of memory, to the end of its page at most, into a new slot. */
static ssize_t page_from_memory(struct pipe *pipe, struct io_buffer *buffer)
{
    struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER);
    size_t len, copied;
    void *base;

    if (page == NULL)
        return -ENOMEM;
    if (!io_buffer_piece(buffer, &base, &len)) {
        page_put(page);
        return 0;
    }
    len = min(len, PAGE_SIZE - ((uintptr_t)base & (PAGE_SIZE - 1)));
    copied = io_buffer_copy_from(buffer, page_to_virt(page), len);
    if (copied < len) {
        page_put(page);
        return -EFAULT;
    }
    pipe_push(pipe, page, 0, (u32)len);
    return (ssize_t)len;
}

static ssize_t memory_to_pipe(struct pipe *pipe, struct io_buffer *buffer, bool nonblocking)
{
    ssize_t done = 0, put;

    mutex_lock(&pipe->lock);
    put = pipe_wait_room(pipe, nonblocking);
    while (put >= 0 && buffer->remaining > 0 && pipe->used < pipe->nr_slots) {
        put = page_from_memory(pipe, buffer);
        if (put <= 0)
            break;
        done += put;
    }
    mutex_unlock(&pipe->lock);
    if (done > 0)
        pipe_wake_readers(pipe);
    return done > 0 ? done : put;
}

static ssize_t pipe_to_memory(struct pipe *pipe, struct io_buffer *buffer, bool nonblocking)
{
    ssize_t done = 0, result;

    mutex_lock(&pipe->lock);
    result = pipe_wait_data(pipe, nonblocking);
    while (result == 0 && pipe->used > 0 && buffer->remaining > 0) {
        struct pipe_slot *slot = pipe_first(pipe);
        size_t len = min((size_t)slot->len, buffer->remaining);
        size_t copied =
            io_buffer_copy_to(buffer, (char *)page_to_virt(slot->page) + slot->offset, len);

        if (copied < len)
            result = -EFAULT;
        pipe_consume(pipe, copied);
        done += (ssize_t)copied;
    }
    mutex_unlock(&pipe->lock);
    if (done > 0)
        pipe_wake_writers(pipe);
    return done > 0 ? done : result;
}

ssize_t file_splice_memory(struct file *file, struct io_buffer *buffer, unsigned flags)
{
    bool nonblocking = flags & SPLICE_F_NONBLOCK;
    struct pipe *pipe = pipe_of(file);

    if (buffer->remaining == 0)
        return 0;
    if (pipe == NULL)
        return -EBADF;
    if (file->mode & FILE_WRITE)
        return memory_to_pipe(pipe, buffer, nonblocking);
    return pipe_to_memory(pipe, buffer, nonblocking);
}
