/*
 * What an inotify instance tells: a queue of events, which a read takes. Equal events that follow
 * each other are one; past the limit one IN_Q_OVERFLOW stands for all that is lost. Lock:
 * inotify.lock.
 */
#include "inotify_internal.h"

#include <abi/errno.h>
#include <abi/poll.h>
#include <abi/termios.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <lib/string.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#define NAME_UNIT  sizeof(struct inotify_event) /* names are padded to a multiple of it */
#define SHOWN_MASK (IN_ALL_EVENTS | IN_ISDIR | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW)

static bool event_is_equal(const struct queued_event *a, const struct queued_event *b)
{
    return a->mask == b->mask && a->number == b->number && a->name_len == b->name_len &&
           memcmp(a->name, b->name, a->name_len) == 0;
}

/* Put @event (NULL: there was no memory for it) in the queue. => what is to be freed */
static struct queued_event *queue_put_locked(struct inotify *instance, struct queued_event *event)
{
    struct queued_event *last;

    if (event == NULL || instance->nr_events >= instance->max_events) {
        if (!list_is_linked(&instance->overflow.link)) {
            list_add_tail(&instance->overflow.link, &instance->events);
            instance->nr_events++;
        }
        return event;
    }
    if (!list_is_empty(&instance->events) && !(event->mask & IN_IGNORED)) {
        last = list_last_entry(&instance->events, struct queued_event, link);
        if (last != &instance->overflow && event_is_equal(last, event))
            return event;
    }
    list_add_tail(&event->link, &instance->events);
    instance->nr_events++;
    return NULL;
}

void inotify_queue_put(struct inotify *instance, s32 number, const struct watch_event *happened)
{
    size_t len = happened->name == NULL ? 0 : happened->name_len;
    struct queued_event *event = kmalloc(sizeof(*event) + len, ALLOC_WAIT);
    struct queued_event *unused;

    if (event != NULL) {
        event->number = number;
        event->mask = happened->mask & SHOWN_MASK;
        event->cookie = happened->cookie;
        event->name_len = (u32)len;
        memcpy(event->name, happened->name, len);
        list_init(&event->link);
    }
    spin_lock(&instance->lock);
    unused = queue_put_locked(instance, event);
    spin_unlock(&instance->lock);
    kfree(unused);
    wake_key(&instance->wait, EPOLLIN | EPOLLRDNORM);
    async_list_notify(&instance->async, FILE_READ, POLLIN);
}

static size_t padded_name(const struct queued_event *event)
{
    return event->name_len == 0 ? 0 : align_up(event->name_len + 1, NAME_UNIT);
}

static size_t record_size(const struct queued_event *event)
{
    return sizeof(struct inotify_event) + padded_name(event);
}

static void event_free(struct inotify *instance, struct queued_event *event)
{
    if (event != &instance->overflow)
        kfree(event);
}

/* The oldest event if its record fits in @room: 0; 1: the queue is empty; -EINVAL: no room. */
static int queue_take(struct inotify *instance, size_t room, struct queued_event **out)
{
    struct queued_event *event;
    int result = 0;

    spin_lock(&instance->lock);
    event = list_first_entry_or_null(&instance->events, struct queued_event, link);
    if (event == NULL) {
        result = 1;
    } else if (record_size(event) > room) {
        result = -EINVAL;
    } else {
        list_remove(&event->link);
        instance->nr_events--;
    }
    spin_unlock(&instance->lock);
    *out = event;
    return result;
}

static int event_copy(struct io_buffer *buffer, const struct queued_event *event)
{
    size_t padded = padded_name(event);
    struct inotify_event record = {
        .wd = event->number, .mask = event->mask, .cookie = event->cookie, .len = (u32)padded};
    size_t zeros = padded - event->name_len;

    if (io_buffer_copy_to(buffer, &record, sizeof(record)) != sizeof(record) ||
        io_buffer_copy_to(buffer, event->name, event->name_len) != event->name_len ||
        io_buffer_zero(buffer, zeros) != zeros)
        return -EFAULT;
    return 0;
}

static bool queue_is_empty(const struct inotify *instance)
{
    return READ_ONCE(instance->events.next) == &instance->events;
}

ssize_t inotify_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct inotify *instance = file->private;
    size_t size = buffer->remaining;
    struct queued_event *event;
    int result;

    (void)position;
    for (;;) {
        result = queue_take(instance, buffer->remaining, &event);
        if (result == 0) {
            result = event_copy(buffer, event);
            event_free(instance, event);
            if (result != 0)
                return result;
            continue;
        }
        if (result < 0 || buffer->remaining != size)
            break;
        result = -EAGAIN;
        if (file_is_nonblocking(file, buffer))
            break;
        result = wait_event_interruptible(&instance->wait, !queue_is_empty(instance));
        if (result != 0)
            break;
    }
    return buffer->remaining != size ? (ssize_t)(size - buffer->remaining) : result;
}

unsigned inotify_poll(struct file *file, struct poll_table *table)
{
    struct inotify *instance = file->private;

    poll_wait(file, &instance->wait, table);
    return queue_is_empty(instance) ? 0 : EPOLLIN | EPOLLRDNORM;
}

long inotify_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct inotify *instance = file->private;
    const struct queued_event *event;
    size_t bytes = 0;

    if (request != FIONREAD)
        return -ENOTTY;
    spin_lock(&instance->lock);
    list_for_each_entry (event, &instance->events, link)
        bytes += record_size(event);
    spin_unlock(&instance->lock);
    return put_user((int)bytes, (int __user *)argument);
}

void inotify_queue_free(struct inotify *instance)
{
    struct queued_event *event, *following;

    list_for_each_entry_safe (event, following, &instance->events, link)
        event_free(instance, event);
}
