/*
 * msgsnd(2) and msgrcv(2).
 *
 * A wait that ends without a result (the permissions were changed, there may be room) begins the
 * call anew, with the permissions asked again. The identifier then names the same queue, or none:
 * that is -EIDRM.
 */
#include "msg_queue.h"

#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <proc/task.h>
#include <sched/wait.h>

/* ---- what queues hold ---- */

static void put_in(struct msg_queue *queue, struct message *message)
{
    list_add_tail(&message->link, &queue->messages);
    queue->bytes += message->len;
    queue->nr_messages++;
    fetch_add(&msg_total, 1);
    fetch_add(&msg_total_bytes, message->len);
}

void msg_take_out(struct msg_queue *queue, struct message *message)
{
    list_remove(&message->link);
    queue->bytes -= message->len;
    queue->nr_messages--;
    fetch_sub(&msg_total, 1);
    fetch_sub(&msg_total_bytes, message->len);
}

static bool has_room(const struct msg_queue *queue, size_t len)
{
    u64 max = READ_ONCE(queue->max_bytes);

    return len + READ_ONCE(queue->bytes) <= max && READ_ONCE(queue->nr_messages) + 1 <= max;
}

/* The queue of a call that begins anew. */
static struct msg_queue *queue_again(s32 id, u32 mode)
{
    struct msg_queue *queue = msg_queue_lock(id, mode);

    return IS_ERR(queue) && PTR_ERR(queue) == -EINVAL ? ERR_PTR(-EIDRM) : queue;
}

/* ---- choosing ---- */

static bool is_chosen(const struct msg_receiver *receiver, const struct message *message)
{
    switch (receiver->choice) {
    case MSG_EQUAL:
        return message->type == receiver->type;
    case MSG_NOT_EQUAL:
        return message->type != receiver->type;
    case MSG_LOWEST:
        return message->type <= receiver->type;
    default:
        return true;
    }
}

/* The first that fits; of MSG_LOWEST the first of the lowest type. NULL: none */
static struct message *find_message(struct msg_queue *queue, const struct msg_receiver *receiver)
{
    struct message *message, *found = NULL;
    s64 passed = 0;

    list_for_each_entry (message, &queue->messages, link) {
        if (!is_chosen(receiver, message))
            continue;
        if (receiver->choice == MSG_INDEX && passed++ != receiver->type)
            continue;
        if (receiver->choice != MSG_LOWEST)
            return message;
        if (found == NULL || message->type < found->type)
            found = message;
    }
    return found;
}

/* ---- handing over ---- */

/* => queue.lock held */
static void receiver_end(struct msg_receiver *receiver, struct message *message, int result)
{
    list_remove(&receiver->link);
    receiver->message = message;
    WRITE_ONCE(receiver->result, result);
    wake_all(&receiver->queue);
}

void msg_receivers_end(struct msg_queue *queue, int result)
{
    struct msg_receiver *receiver, *following;

    list_for_each_entry_safe (receiver, following, &queue->receivers, link)
        receiver_end(receiver, NULL, result);
}

/* Hand the message to the first who waits for such a one; true: it is gone. */
static bool hand_over(struct msg_queue *queue, struct message *message)
{
    struct msg_receiver *receiver, *following;

    list_for_each_entry_safe (receiver, following, &queue->receivers, link) {
        if (!is_chosen(receiver, message))
            continue;
        if (message->len > receiver->max_len) {
            receiver_end(receiver, NULL, -E2BIG);
            continue;
        }
        queue->receiver_id = receiver->process_id;
        queue->receive_time = ipc_time_now();
        receiver_end(receiver, message, 0);
        return true;
    }
    return false;
}

/* ---- msgsnd ---- */

static struct message *message_read(const void __user *user, size_t len, s64 type)
{
    struct message *message = kmalloc(sizeof(*message) + len, ALLOC_WAIT);

    if (message == NULL)
        return ERR_PTR(-ENOMEM);
    message->type = type;
    message->len = len;
    if (copy_from_user(message->text, (const char __user *)user + sizeof(type), len) == 0)
        return message;
    kfree(message);
    return ERR_PTR(-EFAULT);
}

/* Wait until there may be room. => the queue locked, and given back */
static int wait_for_room(struct msg_queue *queue, size_t len)
{
    int err;

    mutex_unlock(&queue->lock);
    err = wait_event_interruptible(&queue->senders,
                                   READ_ONCE(queue->removed) || has_room(queue, len));
    msg_queue_put(queue);
    return err != 0 ? -ERESTARTNOHAND : 0;
}

static int send(s32 id, struct message *message, u32 flags)
{
    struct msg_queue *queue = msg_queue_lock(id, IPC_MAY_WRITE);
    int err;

    for (;;) {
        if (IS_ERR(queue))
            return PTR_ERR(queue);
        if (has_room(queue, message->len))
            break;
        if (flags & IPC_NOWAIT) {
            msg_queue_unlock(queue);
            return -EAGAIN;
        }
        err = wait_for_room(queue, message->len);
        if (err != 0)
            return err;
        queue = queue_again(id, IPC_MAY_WRITE);
    }
    queue->sender_id = process_id(current_process());
    queue->send_time = ipc_time_now();
    if (!hand_over(queue, message))
        put_in(queue, message);
    msg_queue_unlock(queue);
    return 0;
}

long msg_send(s32 id, const void __user *user, size_t len, u32 flags)
{
    struct message *message;
    s64 type;
    int err;

    if (copy_from_user(&type, user, sizeof(type)) != 0)
        return -EFAULT;
    if ((ssize_t)len < 0 || len > (size_t)READ_ONCE(msgmax) || id < 0 || type < 1)
        return -EINVAL;
    message = message_read(user, len, type);
    if (IS_ERR(message))
        return PTR_ERR(message);
    err = send(id, message, flags);
    if (err != 0)
        kfree(message);
    return err;
}

/* ---- msgrcv ---- */

static void choose(struct msg_receiver *receiver, s64 type, u32 flags)
{
    receiver->type = type;
    if (flags & MSG_COPY) {
        receiver->choice = MSG_INDEX;
    } else if (type == 0) {
        receiver->choice = MSG_ANY;
    } else if (type < 0) {
        receiver->choice = MSG_LOWEST;
        receiver->type = type == INT64_MIN ? INT64_MAX : -type;
    } else {
        receiver->choice = flags & MSG_EXCEPT ? MSG_NOT_EQUAL : MSG_EQUAL;
    }
}

/* A message of one's own with what is in @message, which stays in the queue. */
static struct message *message_copy(const struct message *message)
{
    struct message *copy = kmemdup(message, sizeof(*message) + message->len, ALLOC_WAIT);

    return copy == NULL ? ERR_PTR(-ENOMEM) : copy;
}

/* A message that is there. => queue.lock held; ERR_PTR(-E2BIG, -ENOMEM); NULL: none */
static struct message *receive_now(struct msg_queue *queue, struct msg_receiver *receiver)
{
    struct message *message = find_message(queue, receiver);

    if (message == NULL)
        return NULL;
    if (message->len > receiver->max_len)
        return ERR_PTR(-E2BIG);
    if (receiver->choice == MSG_INDEX)
        return message_copy(message);
    msg_take_out(queue, message);
    queue->receiver_id = receiver->process_id;
    queue->receive_time = ipc_time_now();
    wake_all(&queue->senders);
    return message;
}

/* Wait to be handed a message. => the queue locked, and given back; ERR_PTR(-EAGAIN): begin anew */
static struct message *receive_later(struct msg_queue *queue, struct msg_receiver *receiver)
{
    struct message *message = ERR_PTR(-ERESTARTNOHAND);

    receiver->result = MSG_WAITING;
    wait_queue_init(&receiver->queue);
    list_add_tail(&receiver->link, &queue->receivers);
    mutex_unlock(&queue->lock);
    (void)wait_event_interruptible(&receiver->queue, READ_ONCE(receiver->result) != MSG_WAITING);
    mutex_lock(&queue->lock); /* who woke us has left our stack */
    if (receiver->result == MSG_WAITING)
        list_remove(&receiver->link);
    else
        message = receiver->result != 0 ? ERR_PTR(receiver->result) : receiver->message;
    msg_queue_unlock(queue);
    return message;
}

static struct message *receive(s32 id, struct msg_receiver *receiver, u32 flags)
{
    struct msg_queue *queue = msg_queue_lock(id, IPC_MAY_READ);
    struct message *message;

    for (;;) {
        if (IS_ERR(queue))
            return ERR_PTR(PTR_ERR(queue));
        message = receive_now(queue, receiver);
        if (message == NULL && (flags & IPC_NOWAIT))
            message = ERR_PTR(-ENOMSG);
        if (message != NULL) {
            msg_queue_unlock(queue);
            return message;
        }
        message = receive_later(queue, receiver);
        if (!IS_ERR(message) || PTR_ERR(message) != -EAGAIN)
            return message;
        queue = queue_again(id, IPC_MAY_READ);
    }
}

/* The message is gone from the queue, whatever becomes of it here (as on Linux). */
static long message_write(const struct message *message, char __user *user, size_t len)
{
    len = min(len, message->len);
    if (copy_to_user(user, &message->type, sizeof(message->type)) != 0 ||
        copy_to_user(user + sizeof(message->type), message->text, len) != 0)
        return -EFAULT;
    return (long)len;
}

long msg_receive(s32 id, void __user *user, size_t len, s64 type, u32 flags)
{
    struct msg_receiver receiver = {
        .max_len = flags & MSG_NOERROR ? SIZE_MAX : len,
        .process_id = process_id(current_process()),
    };
    struct message *message;
    long result;

    if (id < 0 || (ssize_t)len < 0)
        return -EINVAL;
    if ((flags & MSG_COPY) && ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
        return -EINVAL;
    choose(&receiver, type, flags);
    message = receive(id, &receiver, flags);
    if (IS_ERR(message))
        return PTR_ERR(message);
    result = message_write(message, user, len);
    kfree(message);
    return result;
}
