/*
 * POSIX message queues: sending, receiving, telling.
 */
#include "mqueue.h"

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <time/time.h>
#include <vfs/cred.h>
#include <vfs/file.h>

struct mq_message {
    struct list_head link; /* (q) */
    u32 priority;          /* (I) */
    size_t len;            /* (I) */
    char text[];           /* (I) */
};

/* One call that waits, on the stack of its task. */
struct mq_waiter {
    struct list_head link;      /* (q) in queue.receivers or queue.senders */
    struct wait_queue queue;    /* its task waits here */
    struct mq_message *message; /* (q) to be put in, or what was handed over */
    bool done;                  /* (q) the message has changed hands */
};

/* ---- the heap of messages; queue.lock held ---- */

static void insert(struct mqueue *queue, struct mq_message *message)
{
    struct mq_message *before;

    list_for_each_entry (before, &queue->messages, link) {
        if (before->priority < message->priority)
            break;
    }
    list_add_tail(&message->link, &before->link);
    queue->nr_messages++;
}

static struct mq_message *take_first(struct mqueue *queue)
{
    struct mq_message *message = list_first_entry(&queue->messages, struct mq_message, link);

    list_remove(&message->link);
    queue->nr_messages--;
    return message;
}

void mqueue_drop_messages(struct mqueue *queue)
{
    while (queue->nr_messages != 0)
        kfree(take_first(queue));
}

u64 mqueue_count_bytes(struct mqueue *queue)
{
    struct mq_message *message;
    u64 bytes = 0;

    list_for_each_entry (message, &queue->messages, link)
        bytes += message->len;
    return bytes;
}

/* ---- telling; queue.lock held ---- */

void mqueue_forget_process(struct mqueue *queue, const struct process *process)
{
    mutex_lock(&queue->lock);
    if (queue->notification.process == process)
        queue->notification.process = NULL;
    mutex_unlock(&queue->lock);
}

/* A message came into the empty queue and nobody waits for it: tell once. */
static void tell(struct mqueue *queue)
{
    struct mq_notification *told = &queue->notification;
    struct process *process;
    struct abi_siginfo info = {0};

    if (told->process == NULL)
        return;
    process = told->event.notify == SIGEV_SIGNAL ? process_find(told->process_id) : NULL;
    if (process != NULL && process == told->process && told->event.signo != 0) {
        info.signo = told->event.signo;
        info.code = SI_MESGQ;
        info.sent.pid = process_id(current_process());
        info.sent.uid = current_task()->vfs.credentials->uid;
        info.sent.value = told->event.value;
        (void)signal_send_process(process, &info);
    }
    if (process != NULL)
        process_put(process);
    told->process = NULL;
}

int mqueue_check_event(const struct abi_sigevent *event)
{
    if (event->notify != SIGEV_NONE && event->notify != SIGEV_SIGNAL &&
        event->notify != SIGEV_THREAD)
        return -EINVAL;
    if (event->notify == SIGEV_SIGNAL && (u32)event->signo > NR_SIGNALS)
        return -EINVAL;
    return 0;
}

int mqueue_notify(struct file *file, const struct abi_sigevent *event)
{
    struct mqueue *queue = mqueue_of(file);
    struct process *self = current_process();
    int err = 0;

    /* A thread is told through a netlink socket, of which there are none. */
    if (queue == NULL || (event != NULL && event->notify == SIGEV_THREAD))
        return -EBADF;
    mutex_lock(&queue->lock);
    if (event == NULL) {
        if (queue->notification.process == self)
            queue->notification.process = NULL;
    } else if (queue->notification.process != NULL) {
        err = -EBUSY;
    } else {
        queue->notification = (struct mq_notification){
            .process = self, .event = *event, .process_id = process_id(self)};
    }
    mutex_unlock(&queue->lock);
    return err;
}

/* ---- waiting ---- */

/* The moment on the monotonic clock at which the realtime clock, as it is set now, shows
 * @deadline. */
static u64 monotonic_of(const s64 *deadline)
{
    s64 at;

    if (deadline == NULL)
        return WAIT_FOREVER;
    if (sub_overflow(*deadline, time_realtime_offset(), &at))
        return INT64_MAX;
    return at > 0 ? (u64)at : 0;
}

/* Wait in @list until the message has changed hands. => queue.lock held, and given up meanwhile */
static int wait_turn(struct mqueue *queue, struct mq_waiter *waiter, struct list_head *list,
                     const s64 *deadline)
{
    int err;

    wait_queue_init(&waiter->queue);
    list_add_tail(&waiter->link, list);
    mutex_unlock(&queue->lock);
    err = wait_event_interruptible_timeout(&waiter->queue, READ_ONCE(waiter->done),
                                           monotonic_of(deadline));
    mutex_lock(&queue->lock); /* who woke us has left our stack */
    if (waiter->done)
        return 0;
    list_remove(&waiter->link);
    return err;
}

/* The first of a list of waiters, taken off it; NULL: none. */
static struct mq_waiter *waiter_take(struct list_head *list)
{
    struct mq_waiter *waiter;

    if (list_is_empty(list))
        return NULL;
    waiter = list_first_entry(list, struct mq_waiter, link);
    list_remove(&waiter->link);
    return waiter;
}

static void waiter_end(struct mq_waiter *waiter)
{
    WRITE_ONCE(waiter->done, true);
    wake_all(&waiter->queue);
}

/* ---- sending ---- */

/* Give the message to a receiver that waits, or put it in. => there is room */
static void deliver(struct mqueue *queue, struct mq_message *message)
{
    struct mq_waiter *receiver = waiter_take(&queue->receivers);

    if (receiver != NULL) {
        receiver->message = message;
        waiter_end(receiver);
        return;
    }
    insert(queue, message);
    if (queue->nr_messages == 1)
        tell(queue);
    wake_key(&queue->poll, EPOLLIN | EPOLLRDNORM);
}

static int send(struct file *file, struct mqueue *queue, struct mq_message *message,
                const s64 *deadline)
{
    struct mq_waiter waiter = {.message = message};
    int err = 0;

    mutex_lock(&queue->lock);
    if (queue->nr_messages < queue->max_messages)
        deliver(queue, message);
    else if (file_flags(file) & O_NONBLOCK)
        err = -EAGAIN;
    else
        err = wait_turn(queue, &waiter, &queue->senders, deadline);
    mutex_unlock(&queue->lock);
    return err;
}

int mqueue_send(struct file *file, const char __user *text, size_t len, u32 priority,
                const s64 *deadline)
{
    struct mqueue *queue = mqueue_of(file);
    struct mq_message *message;
    int err;

    if (queue == NULL || !(file->mode & FILE_WRITE))
        return -EBADF;
    if (len > queue->message_size)
        return -EMSGSIZE;
    message = kmalloc(sizeof(*message) + len, ALLOC_WAIT);
    if (message == NULL)
        return -ENOMEM;
    message->priority = priority;
    message->len = len;
    err = copy_from_user(message->text, text, len) != 0 ? -EFAULT
                                                        : send(file, queue, message, deadline);
    if (err != 0)
        kfree(message);
    return err;
}

/* ---- receiving ---- */

/* The first message; a sender that waited for room has it now. */
static struct mq_message *receive_now(struct mqueue *queue)
{
    struct mq_message *message = take_first(queue);
    struct mq_waiter *sender = waiter_take(&queue->senders);

    if (sender != NULL) {
        insert(queue, sender->message);
        waiter_end(sender);
        return message;
    }
    wake_key(&queue->poll, EPOLLOUT | EPOLLWRNORM);
    return message;
}

static struct mq_message *receive(struct file *file, struct mqueue *queue, const s64 *deadline)
{
    struct mq_waiter waiter = {.message = NULL};
    int err = 0;

    mutex_lock(&queue->lock);
    if (queue->nr_messages != 0)
        waiter.message = receive_now(queue);
    else if (file_flags(file) & O_NONBLOCK)
        err = -EAGAIN;
    else
        err = wait_turn(queue, &waiter, &queue->receivers, deadline);
    mutex_unlock(&queue->lock);
    return err != 0 ? ERR_PTR(err) : waiter.message;
}

ssize_t mqueue_receive(struct file *file, char __user *text, size_t len, u32 __user *priority,
                       const s64 *deadline)
{
    struct mqueue *queue = mqueue_of(file);
    struct mq_message *message;
    ssize_t result;

    if (queue == NULL || !(file->mode & FILE_READ))
        return -EBADF;
    if (len < queue->message_size)
        return -EMSGSIZE;
    message = receive(file, queue, deadline);
    if (IS_ERR(message))
        return PTR_ERR(message);
    result = (ssize_t)message->len;
    if ((priority != NULL && put_user(message->priority, priority) != 0) ||
        copy_to_user(text, message->text, message->len) != 0)
        result = -EFAULT;
    kfree(message);
    return result;
}
