/*
 * Message queues: making, finding and removing them; the settings; the view for /proc.
 */
#include "msg_queue.h"

#include <abi/errno.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>

struct ipc_ids msg_ids;
u64 msg_total, msg_total_bytes;
s32 msgmni = MSGMNI;
s32 msgmax = MSGMAX;
s32 msgmnb = MSGMNB;

static const struct sysctl settings[] = {
    {.name = "msg_next_id", .value = &msg_ids.next_id, .maximum = INT32_MAX},
    {.name = "msgmax", .value = &msgmax, .maximum = INT32_MAX},
    {.name = "msgmnb", .value = &msgmnb, .maximum = INT32_MAX},
    {.name = "msgmni", .value = &msgmni, .maximum = IPC_OBJECTS_MAX},
    {0},
};
static struct sysctl_table settings_table = SYSCTL_TABLE("kernel", settings);

void msg_init(void)
{
    ipc_ids_init(&msg_ids);
    sysctl_register(&settings_table);
}

/* ---- making ---- */

static long queue_create(const struct ipc_get_request *request)
{
    struct msg_queue *queue = kzalloc(sizeof(*queue), ALLOC_WAIT);
    long id;

    if (queue == NULL)
        return -ENOMEM;
    queue->ipc.key = request->key;
    queue->ipc.mode = request->flags & 0777;
    refcount_init(&queue->references, 1);
    mutex_init(&queue->lock);
    list_init(&queue->messages);
    list_init(&queue->receivers);
    wait_queue_init(&queue->senders);
    queue->change_time = ipc_time_now();
    queue->max_bytes = (u64)READ_ONCE(msgmnb);
    id = ipc_ids_insert(&msg_ids, &queue->ipc, (u32)READ_ONCE(msgmni));
    if (id < 0)
        kfree(queue);
    return id;
}

long msg_get(s32 key, u32 flags)
{
    struct ipc_get_request request = {.key = key, .flags = flags, .create = queue_create};

    return ipc_get(&msg_ids, &request);
}

/* ---- finding ---- */

struct msg_queue *msg_queue_lock(s32 id, u32 mode)
{
    struct msg_queue *queue = NULL;
    struct ipc_object *object;
    int err = -EINVAL;

    mutex_lock(&msg_ids.lock);
    object = ipc_ids_find(&msg_ids, id);
    if (object != NULL)
        err = ipc_may_access(object, mode);
    if (err == 0) {
        queue = container_of(object, struct msg_queue, ipc);
        refcount_get(&queue->references);
        mutex_lock(&queue->lock);
    }
    mutex_unlock(&msg_ids.lock);
    return err == 0 ? queue : ERR_PTR(err);
}

void msg_queue_put(struct msg_queue *queue)
{
    if (refcount_put_and_test(&queue->references))
        kfree(queue);
}

void msg_queue_unlock(struct msg_queue *queue)
{
    mutex_unlock(&queue->lock);
    msg_queue_put(queue);
}

/* ---- removing ---- */

void msg_queue_remove(struct msg_queue *queue)
{
    ipc_ids_remove(&msg_ids, &queue->ipc);
    mutex_lock(&queue->lock);
    queue->removed = true;
    msg_receivers_end(queue, -EIDRM);
    wake_all(&queue->senders);
    while (!list_is_empty(&queue->messages)) {
        struct message *message = list_first_entry(&queue->messages, struct message, link);

        msg_take_out(queue, message);
        kfree(message);
    }
    msg_queue_unlock(queue);
}

/* ---- views ---- */

void msg_queue_describe(const struct msg_queue *queue, struct abi_msqid_ds *status)
{
    *status = (struct abi_msqid_ds){
        .send_time = READ_ONCE(queue->send_time),
        .receive_time = READ_ONCE(queue->receive_time),
        .change_time = READ_ONCE(queue->change_time),
        .bytes = READ_ONCE(queue->bytes),
        .messages = READ_ONCE(queue->nr_messages),
        .max_bytes = READ_ONCE(queue->max_bytes),
        .sender = READ_ONCE(queue->sender_id),
        .receiver = READ_ONCE(queue->receiver_id),
    };
    ipc_object_describe(&queue->ipc, &status->perm);
}

int msg_for_each(int (*visit)(const struct msg_line *line, void *argument), void *argument)
{
    struct ipc_object *object;
    u64 index = 0;
    int result = 0;

    mutex_lock(&msg_ids.lock);
    for (; result == 0 && (object = ipc_ids_next(&msg_ids, &index)) != NULL; index++) {
        struct msg_line line = {.id = object->id};

        msg_queue_describe(container_of(object, struct msg_queue, ipc), &line.status);
        result = visit(&line, argument);
    }
    mutex_unlock(&msg_ids.lock);
    return result;
}
