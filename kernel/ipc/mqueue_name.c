/*
 * POSIX message queues: names, opening, closing, limits, attributes.
 */
#include "mqueue.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/permission.h>
#include <vfs/poll.h>
#include <vfs/user_account.h>

/* Limits as Linux is shipped; the hard ones hold for the privileged too. */
#define QUEUES_MAX        256
#define MESSAGES_DEFAULT  10
#define SIZE_DEFAULT      8192
#define MESSAGES_HARD_MAX 65536
#define SIZE_HARD_MAX     (16 << 20)

/* What Linux counts for each message, and for each of up to MQ_PRIORITY_MAX priorities. */
#define MESSAGE_OVERHEAD  48
#define PRIORITY_OVERHEAD 48

#define STATUS_SIZE 80 /* st_size, and the room for what read(2) gives */

static struct mutex names_mutex;
static struct list_head names; /* (names_mutex) struct mqueue */
static u32 nr_queues;          /* (names_mutex) with a name or an open file */

void mqueue_init(void)
{
    mutex_init(&names_mutex);
    list_init(&names);
}

struct mqueue *mqueue_of(struct file *file)
{
    return file->ops == &mqueue_file_ops ? file->private : NULL;
}

static struct mqueue *find(const char *name)
{
    struct mqueue *queue;

    list_for_each_entry (queue, &names, link) {
        if (strcmp(queue->name, name) == 0)
            return queue;
    }
    return NULL;
}

static int check_name(const char *name)
{
    if (*name == '\0')
        return -ENOENT;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/') != NULL)
        return -EACCES;
    return strlen(name) > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* ---- limits ---- */

static int check_attributes(struct abi_mq_attr *attributes)
{
    bool privileged = capable(CAP_SYS_RESOURCE);

    if (attributes->max_messages <= 0 || attributes->message_size <= 0)
        return -EINVAL;
    if (attributes->max_messages > (privileged ? MESSAGES_HARD_MAX : MESSAGES_DEFAULT) ||
        attributes->message_size > (privileged ? SIZE_HARD_MAX : SIZE_DEFAULT))
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

/* ---- life ---- */

/* Nobody has it open and nobody can find it. => names_mutex held */
static void destroy(struct mqueue *queue)
{
    nr_queues--;
    mqueue_drop_messages(queue);
    if (queue->account != NULL) {
        fetch_sub(&queue->account->queue_bytes, queue->charged);
        user_account_put(queue->account);
    }
    if (queue->anchor != NULL)
        file_put(queue->anchor);
    kfree(queue->name);
    kfree(queue);
}

static const struct file_ops anchor_ops = {.seek = file_seek_sized};

static int make_anchor(struct mqueue *queue, u32 mode)
{
    struct file *anchor =
        file_create_pseudo(queue->name, S_IFREG | mode, &anchor_ops, NULL, O_RDWR);

    if (IS_ERR(anchor))
        return PTR_ERR(anchor);
    queue->anchor = anchor;
    return object_resize(&anchor->inode->object, STATUS_SIZE);
}

static struct mqueue *create(const char *name, u32 mode, const struct abi_mq_attr *attributes)
{
    struct abi_mq_attr usual = {.max_messages = MESSAGES_DEFAULT, .message_size = SIZE_DEFAULT};
    struct mqueue *queue;
    int err;

    if (attributes != NULL)
        usual = *attributes;
    if (nr_queues >= QUEUES_MAX && !capable(CAP_SYS_RESOURCE))
        return ERR_PTR(-ENOSPC);
    err = check_attributes(&usual);
    if (err != 0)
        return ERR_PTR(err);
    queue = kzalloc(sizeof(*queue), ALLOC_WAIT);
    if (queue == NULL)
        return ERR_PTR(-ENOMEM);
    nr_queues++;
    mutex_init(&queue->lock);
    list_init(&queue->link);
    list_init(&queue->messages);
    list_init(&queue->receivers);
    list_init(&queue->senders);
    wait_queue_init(&queue->poll);
    queue->max_messages = (u64)usual.max_messages;
    queue->message_size = (u64)usual.message_size;
    err = charge(queue);
    queue->name = kstrdup(name, ALLOC_WAIT);
    if (err == 0)
        err = queue->name == NULL ? -ENOMEM : make_anchor(queue, mode);
    if (err != 0) {
        destroy(queue);
        return ERR_PTR(err);
    }
    list_add_tail(&queue->link, &names);
    return queue;
}

static int may_open(const struct mqueue *queue, u32 flags)
{
    static const unsigned wants[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE};

    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    return inode_permission(queue->anchor->inode, vfs_current()->credentials,
                            wants[flags & O_ACCMODE]);
}

/* => names_mutex held */
static struct file *open_locked(const char *name, u32 flags, u32 mode,
                                const struct abi_mq_attr *attributes)
{
    struct mqueue *queue = find(name);
    struct file *file;
    int err = 0;

    if (queue != NULL)
        err = may_open(queue, flags);
    else if (flags & O_CREAT)
        queue = create(name, mode, attributes);
    else
        err = -ENOENT;
    if (err != 0)
        return ERR_PTR(err);
    if (IS_ERR(queue))
        return ERR_PTR(PTR_ERR(queue));
    file = file_create_pseudo_twin(queue->anchor, &mqueue_file_ops, queue,
                                   flags & (O_ACCMODE | O_NONBLOCK));
    if (!IS_ERR(file))
        queue->files++;
    return file;
}

struct file *mqueue_open(const char *name, u32 flags, u32 mode,
                         const struct abi_mq_attr *attributes)
{
    struct file *file;
    int err = check_name(name);

    if (err != 0)
        return ERR_PTR(err);
    mode &= 07777 & ~READ_ONCE(vfs_current()->fs->umask);
    mutex_lock(&names_mutex);
    file = open_locked(name, flags, mode, attributes);
    mutex_unlock(&names_mutex);
    return file;
}

int mqueue_unlink(const char *name)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct mqueue *queue;
    int err = check_name(name);

    if (err != 0)
        return err;
    mutex_lock(&names_mutex);
    queue = find(name);
    if (queue == NULL) {
        err = -ENOENT;
    } else if (!inode_is_owner(queue->anchor->inode, credentials)) {
        err = -EPERM; /* the folder is sticky */
    } else {
        list_remove(&queue->link);
        if (queue->files == 0)
            destroy(queue);
    }
    mutex_unlock(&names_mutex);
    return err;
}

/* ---- the file ---- */

static void file_release(struct file *file)
{
    struct mqueue *queue = file->private;

    mutex_lock(&names_mutex);
    if (--queue->files == 0 && !list_is_linked(&queue->link))
        destroy(queue);
    mutex_unlock(&names_mutex);
}

static void file_flush(struct file *file)
{
    mqueue_forget_process(file->private, current_process());
}

static unsigned file_poll_queue(struct file *file, struct poll_table *table)
{
    struct mqueue *queue = file->private;
    unsigned events = 0;
    u64 nr;

    poll_wait(file, &queue->poll, table);
    nr = READ_ONCE(queue->nr_messages);
    if (nr > 0)
        events |= EPOLLIN | EPOLLRDNORM;
    if (nr < queue->max_messages)
        events |= EPOLLOUT | EPOLLWRNORM;
    return events;
}

/* What proc(5)-like readers of /dev/mqueue know: bytes, and who is told of messages. */
static ssize_t file_read_status(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct mqueue *queue = file->private;
    const struct mq_notification *told = &queue->notification;
    char text[STATUS_SIZE];
    size_t len, done;

    mutex_lock(&queue->lock);
    len = (size_t)scnprintf(
        text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
        mqueue_count_bytes(queue), told->process != NULL ? told->event.notify : 0,
        told->process != NULL && told->event.notify == SIGEV_SIGNAL ? told->event.signo : 0,
        told->process != NULL ? told->process_id : 0);
    mutex_unlock(&queue->lock);
    if (*position >= len)
        return 0;
    done = io_buffer_copy_to(buffer, text + *position, min(buffer->remaining, len - *position));
    *position += done;
    return done != 0 || buffer->remaining == 0 ? (ssize_t)done : -EFAULT;
}

const struct file_ops mqueue_file_ops = {
    .release = file_release,
    .flush = file_flush,
    .read = file_read_status,
    .seek = file_seek_sized,
    .poll = file_poll_queue,
};

int mqueue_attributes(struct file *file, const struct abi_mq_attr *new, struct abi_mq_attr *old)
{
    struct mqueue *queue = mqueue_of(file);
    u32 flags = file_flags(file);

    if (new != NULL && (new->flags & ~(s64)O_NONBLOCK))
        return -EINVAL;
    if (queue == NULL)
        return -EBADF;
    if (old != NULL)
        *old = (struct abi_mq_attr){.flags = flags & O_NONBLOCK,
                                    .max_messages = (s64)queue->max_messages,
                                    .message_size = (s64)queue->message_size,
                                    .messages = (s64)READ_ONCE(queue->nr_messages)};
    if (new != NULL)
        WRITE_ONCE(file->flags, (flags & ~(u32)O_NONBLOCK) | (u32) new->flags);
    return 0;
}
