/*
 * POSIX message queues: the filesystem of their names, and what can be done to an open one.
 *
 * There is one flat folder, whoever mounts it ("mount -t mqueue none /dev/mqueue"): what is made
 * there with touch is a queue, and rm is mq_unlink. mq_open and mq_unlink are open and unlink in an
 * internal mount of it, so that names, permissions and the life of an inode are vfs's. The inode of
 * a queue holds it (inode.private) and frees it with its last reference.
 *
 * Locks: open_mutex > the folder's inode.lock, which protects the list of names.
 */
#include "mqueue.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/statfs.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/names.h>
#include <vfs/poll.h>

#define STATUS_SIZE 80 /* st_size, and the room for what read(2) gives */
#define ENTRY_SIZE  20 /* what a name adds to the size of the folder, as on Linux */

/* (f): the folder's inode.lock. (o): open_mutex. */
struct mq_name {
    struct list_head link; /* (f) oldest first */
    u64 serial;            /* (f) position in the listing */
    struct inode *inode;   /* (I) a reference */
    size_t len;            /* (I) */
    char text[];           /* (I) */
};

static struct filesystem filesystem; /* (I) */
static struct fs_context *folder;    /* (I) root and working directory of mq_open */
static struct list_head names = LIST_INIT(names);
static u64 nr_names;    /* (f) */
static u64 last_serial; /* (f) */

/* What the task in mq_open wants its new queue to be like. */
static struct mutex open_mutex = MUTEX_INIT(open_mutex);
static const struct abi_mq_attr *wanted; /* (o) */
static const struct task *opener;        /* (o) anybody may compare it with himself */

struct mqueue *mqueue_of(struct file *file)
{
    return file->ops == &mqueue_file_ops ? file->private : NULL;
}

/* ---- the folder ---- */

static struct mq_name *find(const struct name *name)
{
    struct mq_name *entry;

    list_for_each_entry (entry, &names, link) {
        if (entry->len == name->len && memcmp(entry->text, name->text, name->len) == 0)
            return entry;
    }
    return NULL;
}

static int lookup(struct inode *directory, const struct name *name, struct inode **out)
{
    struct mq_name *entry = find(name);

    (void)directory;
    if (entry == NULL)
        return -ENOENT;
    *out = inode_get(entry->inode);
    return 0;
}

static void queue_evict(struct inode *inode)
{
    if (inode->private != NULL)
        mqueue_destroy(inode->private);
}

static const struct inode_ops queue_inode_ops = {.evict = queue_evict};

/* => both references of the inode are the caller's to give: to the list, and to *out */
static struct inode *queue_inode_create(const struct inode_template *template)
{
    const struct abi_mq_attr *attributes =
        READ_ONCE(opener) == current_task_or_null() ? wanted : NULL;
    struct mqueue *queue = mqueue_create(attributes);
    struct inode *inode;
    int err;

    if (IS_ERR(queue))
        return ERR_PTR(PTR_ERR(queue));
    inode = inode_create(&filesystem, &queue_inode_ops, &mqueue_file_ops, template, NULL);
    if (inode == NULL) {
        mqueue_destroy(queue);
        return ERR_PTR(-ENOMEM);
    }
    inode->private = queue;
    err = object_resize(&inode->object, STATUS_SIZE);
    if (err != 0) {
        inode_put(inode);
        return ERR_PTR(err);
    }
    return inode;
}

static int create(struct inode *directory, const struct name *name,
                  const struct inode_template *template, struct inode **out)
{
    struct mq_name *entry;
    struct inode *inode;

    if (!S_ISREG(template->mode))
        return -EPERM;
    entry = kmalloc(sizeof(*entry) + name->len, ALLOC_WAIT);
    if (entry == NULL)
        return -ENOMEM;
    inode = queue_inode_create(template);
    if (IS_ERR(inode)) {
        kfree(entry);
        return PTR_ERR(inode);
    }
    entry->inode = inode_get(inode);
    entry->serial = ++last_serial;
    entry->len = name->len;
    memcpy(entry->text, name->text, name->len);
    list_add_tail(&entry->link, &names);
    nr_names++;
    inode_touch_modify(directory);
    *out = inode;
    return 0;
}

static int unlink(struct inode *directory, const struct name *name, struct inode *inode)
{
    struct mq_name *entry = find(name);

    list_remove(&entry->link);
    nr_names--;
    inode_touch_modify(directory);
    inode->links--;
    inode_touch_change(inode);
    inode_put(entry->inode);
    kfree(entry);
    return 0;
}

static void folder_status(struct inode *inode, struct file_status *status)
{
    (void)inode;
    status->size = (2 + READ_ONCE(nr_names)) * ENTRY_SIZE;
    status->links = 2;
}

static const struct inode_ops folder_ops = {
    .lookup = lookup, .create = create, .unlink = unlink, .status = folder_status};

/* Positions: 0 ".", 1 "..", 1 + N what has serial number N. */
static int iterate(struct file *file, struct directory_sink *sink)
{
    u64 number = file->inode->number;
    struct mq_name *entry;

    if (sink->position == 0 && sink->emit(sink, ".", 1, 1, number, S_IFDIR >> 12))
        sink->position = 1;
    if (sink->position == 1 && sink->emit(sink, "..", 2, 2, number, S_IFDIR >> 12))
        sink->position = 2;
    if (sink->position < 2)
        return 0;
    list_for_each_entry (entry, &names, link) {
        if (entry->serial + 1 < sink->position)
            continue;
        if (!sink->emit(sink, entry->text, entry->len, entry->serial + 2, entry->inode->number,
                        S_IFREG >> 12))
            break;
        sink->position = entry->serial + 2;
    }
    return 0;
}

static const struct file_ops folder_file_ops = {.iterate = iterate, .seek = file_seek_directory};

static int mount_names(struct filesystem_type *type, const struct mount_request *request,
                       struct filesystem **out)
{
    (void)type;
    if (request->options != NULL && *request->options != '\0')
        return -EINVAL;
    *out = filesystem_get(&filesystem);
    return 0;
}

static struct filesystem_type type = {.name = "mqueue", .mount = mount_names};
static const struct filesystem_ops filesystem_ops = {};

void mqueue_init(void)
{
    struct inode_template template = {.mode = S_IFDIR | 01777};
    struct inode *inode;
    struct path root;

    mqueue_settings_init();
    filesystem_init(&filesystem, &type, &filesystem_ops, MQUEUE_MAGIC);
    filesystem.flags |= FILESYSTEM_NO_EXEC;
    inode = inode_create(&filesystem, &folder_ops, &folder_file_ops, &template, NULL);
    ASSERT(inode != NULL);
    filesystem.root = dentry_create_root(&filesystem, inode);
    folder = fs_context_create();
    ASSERT(filesystem.root != NULL && folder != NULL &&
           mount_create_internal(&filesystem, &root) == 0);
    folder->umask = 0;
    fs_context_set_root(folder, &root);
    fs_context_set_cwd(folder, &root);
    path_put(&root);
    filesystem_register(&type);
}

/* ---- mq_open and mq_unlink ---- */

static int check_name(const char *name)
{
    if (*name == '\0')
        return -ENOENT;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/') != NULL)
        return -EACCES;
    return strlen(name) > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* The caller, standing in the folder. */
static struct vfs_context context_here(void)
{
    return (struct vfs_context){.fs = folder, .credentials = vfs_current()->credentials};
}

/* An access mode that does not exist is refused where there is a queue to be opened. */
static int check_access(const struct vfs_context *context, const char *name, u32 flags)
{
    struct file_status status;

    if ((flags & O_ACCMODE) != O_ACCMODE || vfs_status_at(context, AT_FDCWD, name, 0, &status) != 0)
        return 0;
    return (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? -EEXIST : -EINVAL;
}

struct file *mqueue_open(const char *name, u32 flags, u32 mode,
                         const struct abi_mq_attr *attributes)
{
    const u32 counted = O_ACCMODE | O_NONBLOCK | O_CREAT | O_EXCL;
    struct vfs_context context = context_here();
    struct file *file;
    int err = check_name(name);

    if (err != 0)
        return ERR_PTR(err);
    mode &= 07777 & ~READ_ONCE(vfs_current()->fs->umask);
    mutex_lock(&open_mutex);
    wanted = attributes;
    WRITE_ONCE(opener, current_task());
    err = check_access(&context, name, flags);
    if (err == 0)
        err = vfs_open_at(&context, AT_FDCWD, name, flags & counted, mode, &file);
    WRITE_ONCE(opener, NULL);
    mutex_unlock(&open_mutex);
    return err != 0 ? ERR_PTR(err) : file;
}

int mqueue_unlink(const char *name)
{
    struct vfs_context context = context_here();
    int err = check_name(name);

    return err != 0 ? err : vfs_unlink_at(&context, AT_FDCWD, name, 0);
}

/* ---- the file ---- */

static int file_open(struct inode *inode, struct file *file)
{
    file->private = inode->private;
    return 0;
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
    .open = file_open,
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
