/*
 * Where the bytes of a read go, or those of a write come from: user memory in one or more segments,
 * or kernel memory. The functions advance through it; short counts mean a bad user address.
 *
 * => may sleep (page faults) when it names user memory: never under a spin lock
 */
#pragma once

#include <abi/uio.h>
#include <lib/types.h>

struct io_buffer {
    void *base;               /* of the segment at hand, as far as it has not been used: */
    size_t len;               /* and its length */
    size_t remaining;         /* bytes left over all segments */
    const struct iovec *next; /* the segments behind it */
    unsigned nr_next;
    unsigned flags; /* IO_* */
    bool kernel;    /* the bases are kernel pointers */
};

#define IO_NOWAIT (1u << 0) /* -EAGAIN rather than waiting (RWF_NOWAIT, MSG_DONTWAIT) */
#define IO_APPEND (1u << 1) /* at the end of the file (RWF_APPEND) */
#define IO_SYNC   (1u << 2) /* to the store before returning (RWF_SYNC, RWF_DSYNC) */

static inline void io_buffer_user(struct io_buffer *buffer, void __user *base, size_t len)
{
    buffer->base = (void __force *)base;
    buffer->len = len;
    buffer->remaining = len;
    buffer->nr_next = 0;
    buffer->flags = 0;
    buffer->kernel = false;
}
void io_buffer_kernel(struct io_buffer *buffer, void *base, size_t len);
/* @segments stays the caller's; total is the sum of its lengths, already checked by
 * io_buffer_vector. */
void io_buffer_segments(struct io_buffer *buffer, const struct iovec *segments, unsigned nr,
                        size_t total);

/*
 * Copy an array of iovec in from user memory and check it, for readv and its family.
 * => *segments is kmalloc'ed (NULL when nr is 0), freed by the caller; the sum is cut to
 * MAX_RW_COUNT as Linux does
 * => -EINVAL (nr > UIO_MAXIOV, a length that is negative), -EFAULT, -ENOMEM
 */
int io_buffer_vector(struct io_buffer *buffer, const struct iovec __user *user, size_t nr,
                     struct iovec **segments) __must_check;

/* Bytes copied (and advanced over); fewer than min(len, remaining) means a fault. */
size_t io_buffer_copy_to(struct io_buffer *buffer, const void *from, size_t len);
size_t io_buffer_copy_from(struct io_buffer *buffer, void *to, size_t len);
size_t io_buffer_zero(struct io_buffer *buffer, size_t len);
/* The way of most calls: all that is left lies in one segment of user memory. */
static inline bool io_buffer_is_plain(const struct io_buffer *buffer)
{
    return !buffer->kernel && buffer->remaining <= buffer->len;
}
/* Where it begins then; and skipping @len bytes of it, which may be all. */
static inline void __user *io_buffer_plain_base(const struct io_buffer *buffer)
{
    return (void __user __force *)buffer->base;
}
static inline void io_buffer_plain_advance(struct io_buffer *buffer, size_t len)
{
    buffer->base = (char *)buffer->base + len;
    buffer->len -= len;
    buffer->remaining -= len;
}

/* Skip @len bytes / cut the rest to @len bytes. */
void io_buffer_advance(struct io_buffer *buffer, size_t len);
static inline void io_buffer_truncate(struct io_buffer *buffer, size_t len)
{
    if (unlikely(buffer->remaining > len))
        buffer->remaining = len;
}
/* The current segment: base and length, for callers that handle contiguous pieces. False at the
 * end. */
bool io_buffer_piece(const struct io_buffer *buffer, void **base, size_t *len);
