/*
 * Pipes: a ring of pages (pipe(7)).
 *
 * A slot holds up to a page. A write appends to the last slot if all of its first part fits there,
 * and else takes new slots, so a write of at most PIPE_BUF bytes lies in one slot: it is atomic.
 * A slot that has been read keeps its page for the next write: a pipe that is filled and emptied
 * over and over allocates nothing. The ring starts at its first slot whenever it is empty, so a
 * pipe keeps as many pages as lay in it at one time; a reader that waits gives all but one back.
 * pipe.lock protects the ring; it is held while user memory is touched, which takes no lock of a
 * pipe. Who waits for the other side is woken one at a time: who was woken and leaves something
 * behind (data, room) hands the wake on.
 */
#include "pipe_private.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/poll.h>
#include <arch/user.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <vfs/inode.h>
#include <vfs/poll.h>
#include <vfs/regular.h>

#define READ_EVENTS  (EPOLLIN | EPOLLRDNORM)
#define WRITE_EVENTS (EPOLLOUT | EPOLLWRNORM)

struct pipe *pipe_alloc(void)
{
    struct pipe *pipe = kzalloc(sizeof(*pipe), ALLOC_WAIT);

    if (pipe == NULL)
        return NULL;
    if (!pipe_size_begin(pipe)) {
        kfree(pipe);
        return NULL;
    }
    pipe->slots = kcalloc(pipe->nr_slots, sizeof(*pipe->slots), ALLOC_WAIT);
    if (pipe->slots == NULL) {
        pipe_size_end(pipe);
        kfree(pipe);
        return NULL;
    }
    mutex_init(&pipe->lock);
    wait_queue_init(&pipe->read_wait);
    wait_queue_init(&pipe->write_wait);
    wait_queue_init(&pipe->open_wait);
    async_list_init(&pipe->async);
    return pipe;
}

struct pipe_slot *pipe_slot_at(const struct pipe *pipe, u32 i)
{
    return &pipe->slots[(pipe->first + i) & (pipe->nr_slots - 1)];
}

void pipe_drop_spares(struct pipe *pipe, u32 keep)
{
    for (; pipe->nr_filled > keep; pipe->nr_filled--) {
        struct pipe_slot *slot = &pipe->slots[pipe->nr_filled - 1];

        if (slot->page != NULL)
            page_put(slot->page);
        slot->page = NULL;
    }
}

void pipe_free(struct pipe *pipe)
{
    pipe_drop_spares(pipe, 0);
    kfree(pipe->slots);
    pipe_size_end(pipe);
    kfree(pipe);
}

/* SIGIO, if a file that is open in @mode wants it. */
static inline void tell(struct pipe *pipe, u32 mode, unsigned events)
{
    if (unlikely(!async_list_is_empty(&pipe->async)))
        async_list_notify(&pipe->async, mode, events);
}

bool pipe_add_ends(struct pipe *pipe, const struct file *file, u32 *seen)
{
    bool alone;

    mutex_lock(&pipe->lock);
    if (file->mode & FILE_READ) {
        pipe->readers++;
        pipe->reader_opens++;
    }
    if (file->mode & FILE_WRITE) {
        pipe->writers++;
        pipe->writer_opens++;
    }
    alone = pipe->readers == 0 || pipe->writers == 0;
    *seen = file->mode & FILE_READ ? pipe->writer_opens : pipe->reader_opens;
    mutex_unlock(&pipe->lock);
    wake_all(&pipe->open_wait);
    return alone;
}

void pipe_drop_ends(struct pipe *pipe, const struct file *file)
{
    bool alone;

    mutex_lock(&pipe->lock);
    if (file->mode & FILE_READ)
        pipe->readers--;
    if (file->mode & FILE_WRITE)
        pipe->writers--;
    alone = (pipe->readers == 0) != (pipe->writers == 0);
    mutex_unlock(&pipe->lock);
    wake_all(&pipe->read_wait);
    wake_all(&pipe->write_wait);
    if (alone) {
        tell(pipe, FILE_READ, POLLIN);
        tell(pipe, FILE_WRITE, POLLOUT);
    }
}

/* The oldest slot has been read; it keeps its page if nobody else has it. */
static inline void slot_release(struct pipe *pipe, struct pipe_slot *slot)
{
    if (unlikely(page_references(slot->page) != 1)) {
        page_put(slot->page);
        slot->page = NULL;
    }
    pipe->used--;
    pipe->first = pipe->used == 0 ? 0 : (pipe->first + 1) & (pipe->nr_slots - 1);
}

/* A free slot has a page now that its last round did not leave there. */
static void slot_fill(struct pipe *pipe, struct pipe_slot *slot, struct page *page)
{
    slot->page = page;
    pipe->nr_filled = max(pipe->nr_filled, (u32)(slot - pipe->slots) + 1);
}

struct pipe_slot *pipe_push(struct pipe *pipe, struct page *page, u32 offset, u32 len)
{
    struct pipe_slot *slot = pipe_slot_at(pipe, pipe->used);

    if (slot->page != NULL)
        page_put(slot->page);
    slot_fill(pipe, slot, page);
    slot->offset = offset;
    slot->len = len;
    slot->packet = false;
    slot->fixed = true;
    pipe->used++;
    return slot;
}

void pipe_consume(struct pipe *pipe, size_t len)
{
    struct pipe_slot *slot = pipe_first(pipe);

    slot->offset += (u32)len;
    slot->len -= (u32)len;
    if (slot->len == 0)
        slot_release(pipe, slot);
}

inline void pipe_wake_readers(struct pipe *pipe)
{
    wake_key(&pipe->read_wait, READ_EVENTS);
    tell(pipe, FILE_READ, POLLIN);
}

void pipe_wake_writers(struct pipe *pipe)
{
    wake_key(&pipe->write_wait, WRITE_EVENTS);
    tell(pipe, FILE_WRITE, POLLOUT);
}

ssize_t pipe_wait_data(struct pipe *pipe, bool nonblocking)
{
    while (pipe->used == 0 && pipe->writers != 0) {
        int err;

        pipe_drop_spares(pipe, 1);
        if (nonblocking)
            return -EAGAIN;
        mutex_unlock(&pipe->lock);
        err = wait_event_interruptible(&pipe->read_wait,
                                       READ_ONCE(pipe->used) > 0 || READ_ONCE(pipe->writers) == 0);
        mutex_lock(&pipe->lock);
        if (err != 0)
            return err;
    }
    return 0;
}

ssize_t pipe_wait_room(struct pipe *pipe, bool nonblocking)
{
    for (;;) {
        int err;

        if (pipe->readers == 0)
            return -EPIPE;
        if (pipe->used < pipe->nr_slots)
            return 0;
        if (nonblocking)
            return -EAGAIN;
        mutex_unlock(&pipe->lock);
        err = wait_event_interruptible(&pipe->write_wait,
                                       READ_ONCE(pipe->used) < READ_ONCE(pipe->nr_slots) ||
                                           READ_ONCE(pipe->readers) == 0);
        mutex_lock(&pipe->lock);
        if (err != 0)
            return err;
    }
}

/* Read what is there. => pipe.lock held, the ring is not empty; bytes, or -EFAULT for none */
static __always_inline ssize_t ring_read(struct pipe *pipe, struct io_buffer *buffer)
{
    ssize_t done = 0;

    do {
        struct pipe_slot *slot = pipe_first(pipe);
        size_t len = min((size_t)slot->len, buffer->remaining);
        size_t copied =
            io_buffer_copy_to(buffer, (char *)page_to_virt(slot->page) + slot->offset, len);

        slot->offset += (u32)copied;
        slot->len -= (u32)copied;
        done += (ssize_t)copied;
        if (unlikely(copied < len))
            return done > 0 ? done : -EFAULT;
        if (slot->len == 0 || slot->packet)
            slot_release(pipe, slot);
        if (slot->packet)
            break;
    } while (pipe->used > 0 && buffer->remaining > 0);
    return done;
}

/* Nothing is there: wait for it. => pipe.lock held; 0 with it held; else an error without it */
static __noinline ssize_t read_wait(struct file *file, struct io_buffer *buffer)
{
    struct pipe *pipe = file->private;
    ssize_t err = 0;

    while (err == 0 && pipe->used == 0 && pipe->writers != 0) {
        pipe_drop_spares(pipe, 1);
        mutex_unlock(&pipe->lock);
        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        err = wait_event_interruptible_exclusive(
            &pipe->read_wait, READ_ONCE(pipe->used) > 0 || READ_ONCE(pipe->writers) == 0);
        if (err != 0)
            return err;
        mutex_lock(&pipe->lock);
    }
    return 0;
}

ssize_t pipe_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pipe *pipe = file->private;
    bool waited = false;
    ssize_t result = 0;
    u32 used;

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    mutex_lock(&pipe->lock);
    if (pipe->used == 0) {
        result = read_wait(file, buffer);
        if (result != 0)
            return result;
        waited = true;
    }
    used = pipe->used;
    if (used > 0)
        result = ring_read(pipe, buffer);
    waited &= pipe->used > 0;
    used -= pipe->used;
    mutex_unlock(&pipe->lock);
    if (used > 0)
        wake_key(&pipe->write_wait, WRITE_EVENTS);
    if (waited)
        wake_key(&pipe->read_wait, READ_EVENTS);
    if (result > 0) {
        tell(pipe, FILE_WRITE, POLLOUT);
        file_accessed(file);
    }
    return result;
}

/* Append to the last slot if all of @len fits. => bytes; 0: it does not; -EFAULT */
static __always_inline ssize_t ring_append(struct pipe *pipe, struct io_buffer *buffer, size_t len)
{
    struct pipe_slot *slot;
    size_t end;

    if (pipe->used == 0 || len == 0)
        return 0;
    slot = pipe_slot_at(pipe, pipe->used - 1);
    end = slot->offset + slot->len;
    if (slot->packet || slot->fixed || end + len > PAGE_SIZE)
        return 0;
    /* As Linux: a piece of a page that cannot be read is not written in part. */
    if (io_buffer_copy_from(buffer, (char *)page_to_virt(slot->page) + end, len) < len)
        return -EFAULT;
    slot->len += (u32)len;
    return (ssize_t)len;
}

/* Fill a new slot with up to a page. => there is a free one; bytes, -EFAULT, -ENOMEM */
static __always_inline ssize_t ring_push(struct pipe *pipe, struct io_buffer *buffer, bool packet)
{
    struct pipe_slot *slot = pipe_slot_at(pipe, pipe->used);
    size_t len = min(buffer->remaining, PAGE_SIZE);

    if (unlikely(slot->page == NULL)) {
        struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER);

        if (page == NULL)
            return -ENOMEM;
        slot_fill(pipe, slot, page);
    }
    if (io_buffer_copy_from(buffer, page_to_virt(slot->page), len) < len)
        return -EFAULT;
    slot->offset = 0;
    slot->len = (u32)len;
    slot->packet = packet;
    slot->fixed = false;
    pipe->used++;
    return (ssize_t)len;
}

/* Write as much as fits. => pipe.lock held; bytes; for none -EPIPE, -EAGAIN: no room, -EFAULT,
 * -ENOMEM */
static __always_inline ssize_t ring_write(struct pipe *pipe, struct io_buffer *buffer, bool packet)
{
    ssize_t done = 0, put;

    if (unlikely(pipe->readers == 0))
        return -EPIPE;
    if (!packet) {
        done = ring_append(pipe, buffer, buffer->remaining & (PAGE_SIZE - 1));
        if (done < 0 || buffer->remaining == 0)
            return done;
    }
    do {
        put = pipe->used < pipe->nr_slots ? ring_push(pipe, buffer, packet) : -EAGAIN;
        if (put < 0)
            return done > 0 ? done : put;
        done += put;
    } while (buffer->remaining > 0);
    return done;
}

/* One pass: what fits now, and readers told of it. As ring_write. */
static __always_inline ssize_t write_pass(struct pipe *pipe, struct io_buffer *buffer, bool packet)
{
    ssize_t put;

    mutex_lock(&pipe->lock);
    put = ring_write(pipe, buffer, packet);
    mutex_unlock(&pipe->lock);
    if (put > 0)
        pipe_wake_readers(pipe);
    return put;
}

/* The first pass did @put, which was not all: go on until all is written, or that cannot be. */
static __noinline ssize_t write_rest(struct file *file, struct io_buffer *buffer, bool packet,
                                     ssize_t put)
{
    struct pipe *pipe = file->private;
    bool waited = false;
    ssize_t done = 0;

    for (;;) {
        if (put > 0)
            done += put;
        else if (put != -EAGAIN)
            break;
        if (buffer->remaining == 0)
            break;
        if (put == -EAGAIN) {
            if (file_is_nonblocking(file, buffer))
                break;
            put = wait_event_interruptible_exclusive(
                &pipe->write_wait,
                READ_ONCE(pipe->used) < READ_ONCE(pipe->nr_slots) || READ_ONCE(pipe->readers) == 0);
            if (put != 0)
                break;
            waited = true;
        }
        put = write_pass(pipe, buffer, packet);
    }
    if (waited && READ_ONCE(pipe->used) < READ_ONCE(pipe->nr_slots))
        wake_key(&pipe->write_wait, WRITE_EVENTS);
    return done > 0 ? done : put;
}

ssize_t pipe_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pipe *pipe = file->private;
    bool packet = file_flags(file) & O_DIRECT;
    ssize_t result;

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    result = write_pass(pipe, buffer, packet);
    if (unlikely(result < 0 || buffer->remaining > 0))
        result = write_rest(file, buffer, packet, result);
    if (result > 0)
        inode_touch_modify(file->inode);
    return result;
}

static __noinline void pipe_poll_wait(struct file *file, struct poll_table *table)
{
    struct pipe *pipe = file->private;

    if (file->mode & FILE_READ)
        poll_wait(file, &pipe->read_wait, table);
    if (file->mode & FILE_WRITE)
        poll_wait(file, &pipe->write_wait, table);
}

static unsigned pipe_poll(struct file *file, struct poll_table *table)
{
    struct pipe *pipe = file->private;
    unsigned events = 0;

    if (table != NULL)
        pipe_poll_wait(file, table);
    if (file->mode & FILE_READ) {
        if (READ_ONCE(pipe->used) > 0)
            events |= READ_EVENTS;
        /* A fifo opened before any writer came is idle, not hung up: position is the count at open.
         */
        if (READ_ONCE(pipe->writers) == 0 && READ_ONCE(pipe->writer_opens) != (u32)file->position)
            events |= EPOLLHUP;
    }
    if (file->mode & FILE_WRITE) {
        if (READ_ONCE(pipe->used) < READ_ONCE(pipe->nr_slots))
            events |= WRITE_EVENTS;
        if (READ_ONCE(pipe->readers) == 0)
            events |= EPOLLERR;
    }
    return events;
}

static long pipe_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct pipe *pipe = file->private;
    int count = 0;

    if (request != FIONREAD)
        return -ENOTTY;
    mutex_lock(&pipe->lock);
    for (u32 i = 0; i < pipe->used; i++)
        count += (int)pipe_slot_at(pipe, i)->len;
    mutex_unlock(&pipe->lock);
    return put_user(count, (int __user *)argument);
}

static int pipe_set_async(struct file *file, bool on)
{
    struct pipe *pipe = file->private;

    return async_list_set(&pipe->async, file, on);
}

const struct file_ops fifo_file_ops = {
    .open = fifo_open,
    .release = fifo_release,
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .set_async = pipe_set_async,
};

static void add_writers(struct pipe *pipe, int nr)
{
    mutex_lock(&pipe->lock);
    pipe->writers += (u32)nr;
    mutex_unlock(&pipe->lock);
}

void pipe_wait_until_read(struct file *file)
{
    struct pipe *pipe = file->private;

    add_writers(pipe, -1);
    wake_all(&pipe->read_wait);
    (void)wait_event_interruptible(&pipe->write_wait, READ_ONCE(pipe->readers) == 0);
    add_writers(pipe, 1);
}
