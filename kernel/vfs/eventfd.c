/*
 * eventfd(2): a counter that reads wait for and writes add to.
 *
 * The counter changes by one compare-and-exchange, without a lock; wakes come after.
 */
#include <vfs/event.h>

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#define COUNT_MAX (~0ull - 1)

struct eventfd {
    u64 count;      /* (a) 0..COUNT_MAX, ~0 after kernel signals overflowed it */
    bool semaphore; /* (I) reads take one at a time */
    struct wait_queue wait;
};

static const struct file_ops eventfd_ops;

/* Take what a read gives. False: the counter is 0. */
static bool take(struct eventfd *event, u64 *value)
{
    u64 count = load_acquire(&event->count);

    do {
        if (count == 0)
            return false;
        *value = event->semaphore ? 1 : count;
    } while (!try_cmpxchg(&event->count, &count, count - *value));
    return true;
}

/* Add @value if it fits. */
static bool give(struct eventfd *event, u64 value)
{
    u64 count = load_acquire(&event->count);

    do {
        if (~0ull - count <= value)
            return false;
    } while (!try_cmpxchg(&event->count, &count, count + value));
    return true;
}

static ssize_t eventfd_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct eventfd *event = file->private;
    u64 value;

    (void)position;
    if (buffer->remaining < sizeof(value))
        return -EINVAL;
    if (!take(event, &value)) {
        int err;

        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        err = wait_event_interruptible(&event->wait, take(event, &value));
        if (err != 0)
            return err;
    }
    wake_key(&event->wait, EPOLLOUT | EPOLLWRNORM);
    return io_buffer_copy_to(buffer, &value, sizeof(value)) == sizeof(value)
               ? (ssize_t)sizeof(value)
               : -EFAULT;
}

static ssize_t eventfd_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct eventfd *event = file->private;
    u64 value;

    (void)position;
    if (buffer->remaining < sizeof(value))
        return -EINVAL;
    if (io_buffer_copy_from(buffer, &value, sizeof(value)) != sizeof(value))
        return -EFAULT;
    if (value == ~0ull)
        return -EINVAL;
    if (!give(event, value)) {
        int err;

        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        err = wait_event_interruptible(&event->wait, give(event, value));
        if (err != 0)
            return err;
    }
    wake_key(&event->wait, EPOLLIN | EPOLLRDNORM);
    return sizeof(value);
}

static unsigned eventfd_poll(struct file *file, struct poll_table *table)
{
    struct eventfd *event = file->private;
    unsigned events = 0;
    u64 count;

    poll_wait(file, &event->wait, table);
    count = __atomic_load_n(&event->count, __ATOMIC_ACQUIRE);
    if (count > 0)
        events |= EPOLLIN | EPOLLRDNORM;
    if (count == ~0ull)
        events |= EPOLLERR;
    if (count < COUNT_MAX)
        events |= EPOLLOUT | EPOLLWRNORM;
    return events;
}

static void eventfd_release(struct file *file)
{
    kfree(file->private);
}

static size_t eventfd_describe(struct file *file, char *buffer, size_t size)
{
    struct eventfd *event = file->private;

    return (size_t)scnprintf(buffer, size, "eventfd-count: %16lx\n", event->count);
}

static const struct file_ops eventfd_ops = {
    .read = eventfd_read,
    .write = eventfd_write,
    .poll = eventfd_poll,
    .release = eventfd_release,
    .describe = eventfd_describe,
    .seek = file_seek_null,
};

struct file *eventfd_create(u32 count, int flags)
{
    struct eventfd *event;
    struct file *file;

    if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
        return ERR_PTR(-EINVAL);
    event = kzalloc(sizeof(*event), ALLOC_WAIT);
    if (event == NULL)
        return ERR_PTR(-ENOMEM);
    wait_queue_init(&event->wait);
    event->count = count;
    event->semaphore = flags & EFD_SEMAPHORE;
    file =
        file_create_pseudo("[eventfd]", 0, &eventfd_ops, event, O_RDWR | ((u32)flags & O_NONBLOCK));
    if (IS_ERR(file))
        kfree(event);
    return file;
}

bool file_is_eventfd(const struct file *file)
{
    return file->ops == &eventfd_ops;
}

void eventfd_signal(struct file *file, u64 amount)
{
    struct eventfd *event = file->private;
    u64 count = load_acquire(&event->count);
    u64 sum;

    do {
        sum = ~0ull - count < amount ? ~0ull : count + amount;
    } while (!try_cmpxchg(&event->count, &count, sum));
    wake_key(&event->wait, EPOLLIN | EPOLLRDNORM);
}
