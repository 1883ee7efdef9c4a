/*
 * struct file: allocation, opening an inode, references, the last close.
 */
#include <vfs/file.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <kmem/slab.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/device.h>
#include <vfs/inode.h>
#include <vfs/io.h>
#include <vfs/lock.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include <vfs/pipe.h>
#include <vfs/poll.h>
#include <vfs/vfs.h>
#include "file_open.h"
#include "watch.h"

static struct kmem_cache *file_slab;
static u64 nr_files;  /* (a) */
static u64 max_files; /* (a) fs.file-max */

static const struct sysctl settings[] = {
    {.name = "file-max", .kind = SYSCTL_ULONG, .value = &max_files, .maximum = INT64_MAX},
    {0},
};

void file_cache_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    file_slab = kmem_cache_create("file", sizeof(struct file), 0, NULL);
    ASSERT(file_slab != NULL);
    sysctl_register(&table);
    max_files = max(frames_total_count() * (PAGE_SIZE / 1024) / 10, (u64)8192);
}

u64 file_count(void)
{
    return READ_ONCE(nr_files);
}

u64 file_count_max(void)
{
    return READ_ONCE(max_files);
}

struct file *file_alloc(u32 flags, const struct credentials *credentials)
{
    struct file *file;

    if (READ_ONCE(nr_files) >= file_count_max() && !credentials_capable(credentials, CAP_SYS_ADMIN))
        return ERR_PTR(-ENFILE);
    file = kmem_cache_alloc(file_slab, ALLOC_WAIT | ALLOC_ZERO);
    if (file == NULL)
        return ERR_PTR(-ENOMEM);
    fetch_add(&nr_files, 1);
    refcount_init(&file->references, 1);
    file->flags = flags & ~(u32)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
    if (flags & O_PATH)
        file->mode = FILE_PATH;
    else if ((flags & O_ACCMODE) == O_RDONLY)
        file->mode = FILE_READ;
    else if ((flags & O_ACCMODE) == O_WRONLY)
        file->mode = FILE_WRITE;
    else if ((flags & O_ACCMODE) == O_RDWR)
        file->mode = FILE_READ | FILE_WRITE;
    mutex_init(&file->position_lock);
    spin_lock_init(&file->spin, LOCK_RANK_FILE_INNER);
    list_init(&file->epoll_items);
    file->source.ops = &file_source_ops;
    file->credentials = credentials_get(credentials);
    return file;
}

static void file_free(struct file *file)
{
    credentials_put(file->credentials);
    path_put(&file->path);
    kmem_cache_free(file_slab, file);
    fetch_sub(&nr_files, 1);
}

static const struct file_ops path_file_ops = {};

/* The operations by type, and the device's data. */
static int file_find_ops(struct file *file, struct inode *inode)
{
    u32 type = inode->mode & S_IFMT;

    if (file->mode & FILE_PATH) {
        file->ops = &path_file_ops;
    } else if (type == S_IFCHR || type == S_IFBLK) {
        file->ops = device_find(type, inode->device, &file->private);
        return file->ops == NULL ? -ENXIO : 0;
    } else if (type == S_IFSOCK) {
        return -ENXIO;
    } else if (type == S_IFIFO) {
        file->ops = &fifo_file_ops;
    } else {
        file->ops = inode->file_ops;
    }
    return file->ops == NULL ? -ENXIO : 0;
}

/* The file is going to be open for writing: its mount and its inode hear of it. */
static int get_write(struct file *file)
{
    int err = inode_get_write(file->inode);

    if (err != 0)
        return err;
    err = mount_get_write(file->path.mount);
    if (err != 0)
        inode_put_write(file->inode);
    return err;
}

static void put_access(struct file *file)
{
    if (file->mode & FILE_HAS_WRITE) {
        mount_put_write(file->path.mount);
        inode_put_write(file->inode);
    }
    if (file->mode & FILE_HAS_READ)
        fetch_sub(&file->inode->readers, 1);
}

struct file *file_open_path(const struct path *path, u32 flags,
                            const struct credentials *credentials)
{
    struct file *file = file_alloc(flags, credentials);
    struct inode *inode = path_inode(path);
    int err;

    if (IS_ERR(file))
        return file;
    file->path = *path;
    path_get(&file->path);
    file->inode = inode;
    err = file_find_ops(file, inode);
    if (err != 0)
        goto fail;
    if (S_ISREG(inode->mode) && (file->mode & FILE_WRITE)) {
        err = get_write(file);
        if (err != 0)
            goto fail;
        file->mode |= FILE_HAS_WRITE;
    } else if (S_ISREG(inode->mode) && (file->mode & FILE_READ)) {
        fetch_add(&inode->readers, 1);
        file->mode |= FILE_HAS_READ;
    }
    err = file->mode & (FILE_HAS_WRITE | FILE_HAS_READ) ? lease_break(inode, flags) : 0;
    if (err != 0)
        goto fail_write;
    if (S_ISREG(inode->mode) || S_ISDIR(inode->mode))
        file->mode |= FILE_ATOMIC_POSITION;
    file->flags |= flags & O_NOCTTY; /* for a terminal's open; F_GETFL does not show it */
    err = file->ops->open != NULL ? file->ops->open(inode, file) : 0;
    if (err != 0)
        goto fail_write;
    file->flags &= ~(u32)O_NOCTTY;
    if (file->ops->seek == NULL)
        file->mode |= FILE_STREAM;
    return file;
fail_write:
    put_access(file);
fail:
    file_free(file);
    return ERR_PTR(err);
}

struct file *file_get(struct file *file)
{
    refcount_get(&file->references);
    return file;
}

static void file_release(struct file *file)
{
    notify_file(file, file->mode & FILE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    epoll_forget(file);
    if (!(file->mode & FILE_PATH))
        lock_release_file(file);
    if (file->ops->release != NULL)
        file->ops->release(file);
    put_access(file);
    if (file->mode & FILE_EXEC)
        inode_allow_write(file->inode);
    file_free(file);
}

void file_put(struct file *file)
{
    struct vfs_context *context = current_thread()->vfs;

    if (file == NULL || !refcount_put_and_test(&file->references))
        return;
    if (likely(context == NULL || context->late == NULL)) {
        file_release(file);
        return;
    }
    file->late_next = *context->late;
    *context->late = file;
}

void file_releases_wait(struct file **late)
{
    *late = NULL;
    vfs_current()->late = late;
}

void file_releases_go(struct file **late)
{
    vfs_current()->late = NULL;
    while (*late != NULL) {
        struct file *file = *late;

        *late = file->late_next;
        file_release(file);
    }
}

char *file_describe(struct file *file, char *buffer, size_t size)
{
    return path_describe_current(&file->path, buffer, size);
}

static void source_get(struct vm_source *source)
{
    file_get(file_of_source(source));
}

static void source_put(struct vm_source *source)
{
    file_put(file_of_source(source));
}

static void source_describe(struct vm_source *source, char *path, size_t size, u64 *device,
                            u64 *inode)
{
    struct file *file = file_of_source(source);
    char *text;

    *device = file->inode->filesystem->device;
    *inode = file->inode->number;
    if (size == 0)
        return;
    text = file_describe(file, path, size);
    if (IS_ERR(text))
        path[0] = '\0';
    else
        memmove(path, text, strlen(text) + 1);
}

static bool source_is_trusted(struct vm_source *source)
{
    struct inode *inode = file_of_source(source)->inode;
    const struct credentials *credentials = vfs_current()->credentials;

    return inode_is_owner(inode, credentials) ||
           inode_permission(inode, credentials, MAY_WRITE) == 0;
}

static bool source_is_for_writing(const struct vm_source *source)
{
    return container_of(source, struct file, source)->mode & FILE_WRITE;
}

static bool source_is_sealed(const struct vm_source *source)
{
    const struct file *file = container_of(source, struct file, source);

    return READ_ONCE(file->inode->seals) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
}

static int source_punch(struct vm_source *source, u64 offset, u64 len)
{
    return file_allocate(file_of_source(source), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                         (s64)offset, (s64)len);
}

const struct vm_source_ops file_source_ops = {
    .get = source_get,
    .put = source_put,
    .describe = source_describe,
    .is_trusted = source_is_trusted,
    .is_for_writing = source_is_for_writing,
    .is_sealed = source_is_sealed,
    .punch = source_punch,
};
