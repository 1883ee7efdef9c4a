/*
 * Buffers of reads and writes: walking over segments of user or kernel memory.
 */
#include <vfs/io_buffer.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>

void io_buffer_segments(struct io_buffer *buffer, const struct iovec *segments, unsigned nr,
                        size_t total)
{
    *buffer = (struct io_buffer){.next = segments, .nr_next = nr, .remaining = total};
    io_buffer_advance(buffer, 0);
}

void io_buffer_kernel(struct io_buffer *buffer, void *base, size_t len)
{
    io_buffer_user(buffer, (void __user __force *)base, len);
    buffer->kernel = true;
}

/* Check the copied-in segments and cut their sum to MAX_RW_COUNT. */
static int segments_check(struct iovec *segments, size_t nr, size_t *total)
{
    size_t sum = 0;

    for (size_t i = 0; i < nr; i++) {
        if ((s64)segments[i].iov_len < 0)
            return -EINVAL;
        if (!user_range_ok(segments[i].iov_base, segments[i].iov_len))
            return -EFAULT;
        segments[i].iov_len = min(segments[i].iov_len, (u64)(MAX_RW_COUNT - sum));
        sum += segments[i].iov_len;
    }
    *total = sum;
    return 0;
}

int io_buffer_vector(struct io_buffer *buffer, const struct iovec __user *user, size_t nr,
                     struct iovec **segments)
{
    struct iovec *copy = NULL;
    size_t total = 0;
    int err = 0;

    *segments = NULL;
    if (nr > UIO_MAXIOV)
        return -EINVAL;
    if (nr > 0) {
        copy = kmalloc_array(nr, sizeof(*copy), ALLOC_WAIT);
        if (copy == NULL)
            return -ENOMEM;
        err = copy_from_user(copy, user, nr * sizeof(*copy));
        if (err == 0)
            err = segments_check(copy, nr, &total);
    }
    if (err != 0) {
        kfree(copy);
        return err;
    }
    io_buffer_segments(buffer, copy, (unsigned)nr, total);
    *segments = copy;
    return 0;
}

bool io_buffer_piece(const struct io_buffer *buffer, void **base, size_t *len)
{
    void *at = buffer->base;
    size_t left = buffer->len;

    for (unsigned i = 0; left == 0 && i < buffer->nr_next; i++) {
        at = (void __force *)buffer->next[i].iov_base;
        left = buffer->next[i].iov_len;
    }
    *base = at;
    *len = min(left, buffer->remaining);
    return *len > 0;
}

void io_buffer_advance(struct io_buffer *buffer, size_t len)
{
    len = min(len, buffer->remaining);
    buffer->remaining -= len;
    while (len >= buffer->len && buffer->nr_next > 0) {
        len -= buffer->len;
        buffer->base = (void __force *)buffer->next->iov_base;
        buffer->len = buffer->next->iov_len;
        buffer->next++;
        buffer->nr_next--;
    }
    buffer->base = (char *)buffer->base + len;
    buffer->len -= len;
}

/* The way of most calls: @len bytes lie in the segment at hand, of user memory, at *base. */
static inline bool is_plain(const struct io_buffer *buffer, size_t len, void __user **base)
{
    *base = io_buffer_plain_base(buffer);
    return !buffer->kernel && len <= buffer->remaining && len <= buffer->len;
}

/* What is_plain found is behind. */
static inline size_t plain_advance(struct io_buffer *buffer, size_t len)
{
    io_buffer_plain_advance(buffer, len);
    return len;
}

static __noinline size_t copy_pieces_to(struct io_buffer *buffer, const char *from, size_t len)
{
    size_t done = 0;
    size_t piece, failed;
    void *base;

    while (done < len && io_buffer_piece(buffer, &base, &piece)) {
        piece = min(piece, len - done);
        failed = 0;
        if (buffer->kernel)
            memcpy(base, from + done, piece);
        else
            failed = copy_to_user_partial((void __user __force *)base, from + done, piece);
        io_buffer_advance(buffer, piece - failed);
        done += piece - failed;
        if (failed != 0)
            break;
    }
    return done;
}

size_t io_buffer_copy_to(struct io_buffer *buffer, const void *from, size_t len)
{
    void __user *base;

    if (unlikely(!is_plain(buffer, len, &base)))
        return copy_pieces_to(buffer, from, len);
    len -= copy_to_user_partial(base, from, len);
    return plain_advance(buffer, len);
}

static __noinline size_t copy_pieces_from(struct io_buffer *buffer, char *to, size_t len)
{
    size_t done = 0;
    size_t piece, failed;
    void *base;

    while (done < len && io_buffer_piece(buffer, &base, &piece)) {
        piece = min(piece, len - done);
        failed = 0;
        if (buffer->kernel)
            memcpy(to + done, base, piece);
        else
            failed = copy_from_user_partial(to + done, (const void __user __force *)base, piece);
        io_buffer_advance(buffer, piece - failed);
        done += piece - failed;
        if (failed != 0)
            break;
    }
    return done;
}

size_t io_buffer_copy_from(struct io_buffer *buffer, void *to, size_t len)
{
    void __user *base;

    if (unlikely(!is_plain(buffer, len, &base)))
        return copy_pieces_from(buffer, to, len);
    len -= copy_from_user_partial(to, base, len);
    return plain_advance(buffer, len);
}

static __noinline size_t zero_pieces(struct io_buffer *buffer, size_t len)
{
    size_t done = 0;
    size_t piece, failed;
    void *base;

    while (done < len && io_buffer_piece(buffer, &base, &piece)) {
        piece = min(piece, len - done);
        failed = 0;
        if (buffer->kernel)
            memset(base, 0, piece);
        else
            failed = clear_user_partial((void __user __force *)base, piece);
        io_buffer_advance(buffer, piece - failed);
        done += piece - failed;
        if (failed != 0)
            break;
    }
    return done;
}

size_t io_buffer_zero(struct io_buffer *buffer, size_t len)
{
    void __user *base;

    if (unlikely(!is_plain(buffer, len, &base)))
        return zero_pieces(buffer, len);
    len -= clear_user_partial(base, len);
    return plain_advance(buffer, len);
}
