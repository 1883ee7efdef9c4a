/*
 * Pipes: a ring of pages (pipe(7)).
 *
 * A slot holds up to a page. A write appends to the last slot if all of its first part fits there,
 * and else takes new slots, so a write of at most PIPE_BUF bytes lies in one slot: it is atomic.
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
    return pipe;
}

struct pipe_slot *pipe_slot_at(const struct pipe *pipe, u32 i)
{
    return &pipe->slots[(pipe->first + i) & (pipe->nr_slots - 1)];
}

void pipe_free(struct pipe *pipe)
{
    for (u32 i = 0; i < pipe->used; i++)
        page_put(pipe_slot_at(pipe, i)->page);
    if (pipe->spare != NULL)
        page_put(pipe->spare);
    kfree(pipe->slots);
    pipe_size_end(pipe);
    kfree(pipe);
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
    mutex_lock(&pipe->lock);
    if (file->mode & FILE_READ)
        pipe->readers--;
    if (file->mode & FILE_WRITE)
        pipe->writers--;
    mutex_unlock(&pipe->lock);
    wake_all(&pipe->read_wait);
    wake_all(&pipe->write_wait);
}

/* The oldest slot has been read. */
static void slot_release(struct pipe *pipe)
{
    struct page *page = pipe_slot_at(pipe, 0)->page;

    pipe->first = (pipe->first + 1) & (pipe->nr_slots - 1);
    pipe->used--;
    if (pipe->spare == NULL && page_references(page) == 1)
        pipe->spare = page;
    else
        page_put(page);
}

struct pipe_slot *pipe_push(struct pipe *pipe, struct page *page, u32 offset, u32 len)
{
    struct pipe_slot *slot = pipe_slot_at(pipe, pipe->used);

    *slot = (struct pipe_slot){.page = page, .offset = offset, .len = len, .fixed = true};
    pipe->used++;
    return slot;
}

void pipe_consume(struct pipe *pipe, size_t len)
{
    struct pipe_slot *slot = pipe_first(pipe);

    slot->offset += (u32)len;
    slot->len -= (u32)len;
    if (slot->len == 0)
        slot_release(pipe);
}

void pipe_wake_readers(struct pipe *pipe)
{
    wake_key(&pipe->read_wait, READ_EVENTS);
}

void pipe_wake_writers(struct pipe *pipe)
{
    wake_key(&pipe->write_wait, WRITE_EVENTS);
}

ssize_t pipe_wait_data(struct pipe *pipe, bool nonblocking)
{
    while (pipe->used == 0 && pipe->writers != 0) {
        int err;

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

/* Read what is there. => pipe.lock held; bytes, or -EFAULT for none */
static ssize_t ring_read(struct pipe *pipe, struct io_buffer *buffer, bool *freed)
{
    ssize_t done = 0;

    while (pipe->used > 0 && buffer->remaining > 0) {
        struct pipe_slot *slot = pipe_slot_at(pipe, 0);
        size_t len = min((size_t)slot->len, buffer->remaining);
        size_t copied =
            io_buffer_copy_to(buffer, (char *)page_to_virt(slot->page) + slot->offset, len);
        bool packet = slot->packet;

        if (copied < len && done == 0 && copied == 0)
            return -EFAULT;
        slot->offset += (u32)copied;
        slot->len -= (u32)copied;
        done += (ssize_t)copied;
        if (slot->len == 0 || (packet && copied == len)) {
            slot_release(pipe);
            *freed = true;
        }
        if (copied < len || packet)
            break;
    }
    return done;
}

ssize_t pipe_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pipe *pipe = file->private;
    bool freed = false, waited = false;
    ssize_t result;

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    for (;;) {
        mutex_lock(&pipe->lock);
        if (pipe->used > 0) {
            result = ring_read(pipe, buffer, &freed);
            break;
        }
        result = pipe->writers == 0 ? 0 : -EAGAIN;
        if (result == 0 || file_is_nonblocking(file, buffer))
            break;
        mutex_unlock(&pipe->lock);
        result = wait_event_interruptible_exclusive(
            &pipe->read_wait, READ_ONCE(pipe->used) > 0 || READ_ONCE(pipe->writers) == 0);
        if (result != 0)
            return result;
        waited = true;
    }
    waited &= pipe->used > 0;
    mutex_unlock(&pipe->lock);
    if (freed)
        wake_key(&pipe->write_wait, WRITE_EVENTS);
    if (waited)
        wake_key(&pipe->read_wait, READ_EVENTS);
    if (result > 0)
        file_accessed(file);
    return result;
}

/* Append to the last slot if all of @len fits. => bytes; 0: it does not; -EFAULT */
static ssize_t ring_append(struct pipe *pipe, struct io_buffer *buffer, size_t len)
{
    struct pipe_slot *slot;
    size_t end, copied;

    if (pipe->used == 0 || len == 0)
        return 0;
    slot = pipe_slot_at(pipe, pipe->used - 1);
    end = slot->offset + slot->len;
    if (slot->packet || slot->fixed || end + len > PAGE_SIZE)
        return 0;
    copied = io_buffer_copy_from(buffer, (char *)page_to_virt(slot->page) + end, len);
    if (copied < len)
        return -EFAULT; /* as Linux: a piece of a page that cannot be read is not written in part */
    slot->len += (u32)copied;
    return (ssize_t)copied;
}

/* Fill a new slot with up to a page. => there is a free one; bytes, -EFAULT, -ENOMEM */
static ssize_t ring_push(struct pipe *pipe, struct io_buffer *buffer, bool packet)
{
    size_t len = min(buffer->remaining, PAGE_SIZE);
    struct page *page = pipe->spare;
    size_t copied;

    pipe->spare = NULL;
    if (page == NULL)
        page = page_alloc(ALLOC_WAIT | ALLOC_USER);
    if (page == NULL)
        return -ENOMEM;
    copied = io_buffer_copy_from(buffer, page_to_virt(page), len);
    if (copied < len) {
        pipe->spare = page;
        return -EFAULT;
    }
    *pipe_slot_at(pipe, pipe->used) =
        (struct pipe_slot){.page = page, .len = (u32)copied, .packet = packet};
    pipe->used++;
    return (ssize_t)copied;
}

/* Write as much as fits. => pipe.lock held; adds to *done; 0, or why it stopped early */
static int ring_write(struct pipe *pipe, struct io_buffer *buffer, bool packet, ssize_t *done)
{
    ssize_t put = 0;

    if (!packet)
        put = ring_append(pipe, buffer, buffer->remaining & (PAGE_SIZE - 1));
    while (put >= 0) {
        *done += put;
        if (buffer->remaining == 0 || pipe->used == pipe->nr_slots)
            return 0;
        put = ring_push(pipe, buffer, packet);
    }
    return (int)put;
}

ssize_t pipe_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pipe *pipe = file->private;
    bool packet = file_flags(file) & O_DIRECT, waited = false, room;
    ssize_t done = 0;
    int err;

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    for (;;) {
        ssize_t before = done;

        mutex_lock(&pipe->lock);
        err = pipe->readers == 0 ? -EPIPE : ring_write(pipe, buffer, packet, &done);
        room = pipe->used < pipe->nr_slots;
        mutex_unlock(&pipe->lock);
        if (done > before)
            wake_key(&pipe->read_wait, READ_EVENTS);
        if (err != 0 || buffer->remaining == 0)
            break;
        err = -EAGAIN;
        if (file_is_nonblocking(file, buffer))
            break;
        err = wait_event_interruptible_exclusive(
            &pipe->write_wait,
            READ_ONCE(pipe->used) < READ_ONCE(pipe->nr_slots) || READ_ONCE(pipe->readers) == 0);
        if (err != 0)
            break;
        waited = true;
    }
    if (waited && room)
        wake_key(&pipe->write_wait, WRITE_EVENTS);
    if (done == 0)
        return err;
    inode_touch_modify(file->inode);
    return done;
}

static unsigned pipe_poll(struct file *file, struct poll_table *table)
{
    struct pipe *pipe = file->private;
    unsigned events = 0;

    if (file->mode & FILE_READ)
        poll_wait(file, &pipe->read_wait, table);
    if (file->mode & FILE_WRITE)
        poll_wait(file, &pipe->write_wait, table);
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

const struct file_ops fifo_file_ops = {
    .open = fifo_open,
    .release = fifo_release,
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
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
