/*
 * msgctl(2).
 */
#include "msg_queue.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <proc/credentials.h>

static long control_information(s32 command, void __user *user)
{
    struct abi_msginfo info = {
        .pool = MSGPOOL,
        .map = MSGMAP,
        .max = READ_ONCE(msgmax),
        .max_bytes = READ_ONCE(msgmnb),
        .queues = READ_ONCE(msgmni),
        .segment_size = MSGSSZ,
        .headers = MSGTQL,
        .segments = MSGSEG,
    };
    long highest;

    mutex_lock(&msg_ids.lock);
    if (command == MSG_INFO) {
        info.pool = (s32)msg_ids.nr_objects;
        info.map = (s32)READ_ONCE(msg_total);
        info.headers = (s32)READ_ONCE(msg_total_bytes);
    }
    highest = ipc_ids_highest(&msg_ids);
    mutex_unlock(&msg_ids.lock);
    return copy_to_user(user, &info, sizeof(info)) != 0 ? -EFAULT : highest;
}

/* IPC_STAT by identifier; MSG_STAT and MSG_STAT_ANY by index, and the answer is the identifier. */
static long stat_locked(s32 id, s32 command, struct abi_msqid_ds *status)
{
    struct ipc_object *object =
        command == IPC_STAT ? ipc_ids_find(&msg_ids, id) : ipc_ids_find_index(&msg_ids, id);

    if (object == NULL)
        return -EINVAL;
    if (command != MSG_STAT_ANY && ipc_may_access(object, IPC_MAY_READ) != 0)
        return -EACCES;
    msg_queue_describe(container_of(object, struct msg_queue, ipc), status);
    return command == IPC_STAT ? 0 : object->id;
}

static long control_stat(s32 id, s32 command, struct abi_msqid_ds __user *user)
{
    struct abi_msqid_ds status;
    long result;

    mutex_lock(&msg_ids.lock);
    result = stat_locked(id, command, &status);
    mutex_unlock(&msg_ids.lock);
    if (result >= 0 && copy_to_user(user, &status, sizeof(status)) != 0)
        return -EFAULT;
    return result;
}

/* Who waits asks for permission and room again. */
static long set_locked(struct msg_queue *queue, const struct abi_msqid_ds *status)
{
    long err;

    if (status->max_bytes > (u64)READ_ONCE(msgmnb) && !capable(CAP_SYS_RESOURCE))
        return -EPERM;
    err = ipc_object_set(&queue->ipc, &status->perm);
    if (err != 0)
        return err;
    mutex_lock(&queue->lock);
    queue->max_bytes = status->max_bytes;
    queue->change_time = ipc_time_now();
    msg_receivers_end(queue, -EAGAIN);
    wake_all(&queue->senders);
    mutex_unlock(&queue->lock);
    return 0;
}

/* IPC_SET and, with @status NULL, IPC_RMID. */
static long control_own(s32 id, const struct abi_msqid_ds *status)
{
    struct ipc_object *object;
    struct msg_queue *queue;
    long err;

    mutex_lock(&msg_ids.lock);
    object = ipc_ids_find(&msg_ids, id);
    queue = container_of(object, struct msg_queue, ipc);
    err = object == NULL ? -EINVAL : ipc_may_control(object);
    if (err == 0 && status != NULL)
        err = set_locked(queue, status);
    else if (err == 0)
        msg_queue_remove(queue);
    mutex_unlock(&msg_ids.lock);
    return err;
}

static long control_set(s32 id, const struct abi_msqid_ds __user *user)
{
    struct abi_msqid_ds status;

    if (copy_from_user(&status, user, sizeof(status)) != 0)
        return -EFAULT;
    return control_own(id, &status);
}

long msg_control(s32 id, s32 command, struct abi_msqid_ds __user *user)
{
    if (id < 0 || command < 0)
        return -EINVAL;
    switch (command) {
    case IPC_INFO:
    case MSG_INFO:
        return control_information(command, user);
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY:
        return control_stat(id, command, user);
    case IPC_SET:
        return control_set(id, user);
    case IPC_RMID:
        return control_own(id, NULL);
    default:
        return -EINVAL;
    }
}
