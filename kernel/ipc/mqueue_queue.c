/*
 * POSIX message queues: making and freeing one, the limits of fs.mqueue and RLIMIT_MSGQUEUE.
 *
 * Lock: a queue being made or freed is reached by nobody else; their number is atomic.
 */
#include "mqueue.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <vfs/user_account.h>

/* The hard limits hold for the privileged too. */
#define MESSAGES_HARD_MAX 65536
#define SIZE_HARD_MAX     (16 << 20)
#define SIZE_MIN          128

/* What Linux counts for each message, and for each of up to MQ_PRIORITY_MAX priorities. */
#define MESSAGE_OVERHEAD  48
#define PRIORITY_OVERHEAD 48

/* (a) fs.mqueue */
static s32 queues_max = 256;
static s32 messages_max = 10;
static s32 size_max = 8192;
static s32 messages_default = 10;
static s32 size_default = 8192;

static u32 nr_queues; /* (a) with a name or in use */

static const struct sysctl settings[] = {
    {.name = "queues_max", .value = &queues_max},
    {.name = "msg_max", .value = &messages_max, .minimum = 1, .maximum = MESSAGES_HARD_MAX},
    {.name = "msgsize_max", .value = &size_max, .minimum = SIZE_MIN, .maximum = SIZE_HARD_MAX},
    {.name = "msg_default", .value = &messages_default, .minimum = 1, .maximum = MESSAGES_HARD_MAX},
    {.name = "msgsize_default",
     .value = &size_default,
     .minimum = SIZE_MIN,
     .maximum = SIZE_HARD_MAX},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("fs/mqueue", settings);

void mqueue_settings_init(void)
{
    sysctl_register(&table);
}

static int check_attributes(const struct abi_mq_attr *attributes)
{
    bool privileged = capable(CAP_SYS_RESOURCE);

    if (attributes->max_messages <= 0 || attributes->message_size <= 0)
        return -EINVAL;
    if (attributes->max_messages > (privileged ? MESSAGES_HARD_MAX : READ_ONCE(messages_max)) ||
        attributes->message_size > (privileged ? SIZE_HARD_MAX : READ_ONCE(size_max)))
        return -EINVAL;
    return 0;
}

static int charge(struct mqueue *queue)
{
    struct user_account *account = current_task()->account;
    u64 priorities = min(queue->max_messages, (u64)MQ_PRIORITY_MAX);

    queue->charged = queue->max_messages * (queue->message_size + MESSAGE_OVERHEAD) +
                     priorities * PRIORITY_OVERHEAD;
    if (fetch_add(&account->queue_bytes, queue->charged) + queue->charged >
        rlimit_current(RLIMIT_MSGQUEUE)) {
        fetch_sub(&account->queue_bytes, queue->charged);
        return -EMFILE;
    }
    queue->account = user_account_get(account);
    return 0;
}

static struct mqueue *create_with(const struct abi_mq_attr *attributes)
{
    struct mqueue *queue = kzalloc(sizeof(*queue), ALLOC_WAIT);
    int err;

    if (queue == NULL)
        return ERR_PTR(-ENOMEM);
    mutex_init(&queue->lock);
    list_init(&queue->messages);
    list_init(&queue->receivers);
    list_init(&queue->senders);
    wait_queue_init(&queue->poll);
    queue->max_messages = (u64)attributes->max_messages;
    queue->message_size = (u64)attributes->message_size;
    err = charge(queue);
    if (err != 0) {
        kfree(queue);
        return ERR_PTR(err);
    }
    return queue;
}

struct mqueue *mqueue_create(const struct abi_mq_attr *attributes)
{
    struct abi_mq_attr usual = {
        .max_messages = min(READ_ONCE(messages_max), READ_ONCE(messages_default)),
        .message_size = min(READ_ONCE(size_max), READ_ONCE(size_default)),
    };
    struct mqueue *queue;
    int err = attributes != NULL ? check_attributes(attributes) : 0;

    if (fetch_add(&nr_queues, 1) >= (u32)READ_ONCE(queues_max) && !capable(CAP_SYS_RESOURCE))
        err = -ENOSPC;
    queue = err != 0 ? ERR_PTR(err) : create_with(attributes != NULL ? attributes : &usual);
    if (IS_ERR(queue))
        fetch_sub(&nr_queues, 1);
    return queue;
}

void mqueue_destroy(struct mqueue *queue)
{
    fetch_sub(&nr_queues, 1);
    mqueue_drop_messages(queue);
    fetch_sub(&queue->account->queue_bytes, queue->charged);
    user_account_put(queue->account);
    kfree(queue);
}
