/*
 * Descriptor tables.
 *
 * Descriptors below 64 live in the table itself; a larger table is one allocation of the files and
 * the two bitmaps. It never shrinks. All fields change under table->lock, which is never held
 * across an allocation or a file_put.
 */
#include <vfs/fd_table.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <lib/atomic.h>
#include <lib/bitmap.h>
#include <lib/bits.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/lock.h>
#include "directory_notify.h"

static struct kmem_cache table_cache;

/* The bounds of fs.nr_open are Linux's. */
static s32 nr_open = 1048576;
static const struct sysctl settings[] = {
    {.name = "nr_open", .value = &nr_open, .minimum = 64, .maximum = 2147483584},
    {0},
};

u32 fd_limit_max(void)
{
    return (u32)READ_ONCE(nr_open);
}

void fd_table_cache_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
    kmem_cache_init(&table_cache, "fd_table", sizeof(struct fd_table), 0, NULL);
}

struct fd_table *fd_table_create(void)
{
    struct fd_table *table = kmem_cache_alloc(&table_cache, ALLOC_WAIT | ALLOC_ZERO);

    if (table == NULL)
        return NULL;
    refcount_init(&table->references, 1);
    spin_lock_init(&table->lock, LOCK_RANK_FILE);
    table->capacity = FD_TABLE_INLINE;
    table->files = table->inline_files;
    table->used = table->inline_used;
    table->cloexec = table->inline_cloexec;
    return table;
}

/* The files and bitmaps of a table of @capacity descriptors, in one block. */
struct fd_storage {
    struct file **files;
    unsigned long *used;
    unsigned long *cloexec;
};

static int storage_alloc(unsigned capacity, struct fd_storage *storage)
{
    size_t bitmap = BITMAP_LONGS((size_t)capacity) * sizeof(unsigned long);
    char *block = kzalloc(capacity * sizeof(struct file *) + 2 * bitmap, ALLOC_WAIT);

    if (block == NULL)
        return -ENOMEM;
    storage->files = (struct file **)block;
    storage->used = (unsigned long *)(block + capacity * sizeof(struct file *));
    storage->cloexec = (unsigned long *)((char *)storage->used + bitmap);
    return 0;
}

static void storage_free(struct fd_table *table, struct file **files)
{
    if (files != table->inline_files)
        kfree(files);
}

/* Make room for @fd. => lock not held; another thread may have done it meanwhile */
static int table_grow(struct fd_table *table, unsigned fd)
{
    unsigned capacity = (unsigned)round_up_power_of_two(max(fd + 1, 2u * FD_TABLE_INLINE));
    struct fd_storage storage;
    struct file **old;
    int err;

    if (fd >= fd_limit_max())
        return -EMFILE;
    err = storage_alloc(capacity, &storage);
    if (err != 0)
        return err;
    spin_lock(&table->lock);
    old = storage.files;
    if (table->capacity < capacity) {
        size_t longs = BITMAP_LONGS((size_t)table->capacity);

        memcpy(storage.files, table->files, table->capacity * sizeof(*table->files));
        memcpy(storage.used, table->used, longs * sizeof(unsigned long));
        memcpy(storage.cloexec, table->cloexec, longs * sizeof(unsigned long));
        old = table->files;
        table->files = storage.files;
        table->used = storage.used;
        table->cloexec = storage.cloexec;
        table->capacity = capacity;
    }
    spin_unlock(&table->lock);
    storage_free(table, old);
    return 0;
}

/* Mark @fd taken. => lock held */
static void fd_take(struct fd_table *table, unsigned fd, bool cloexec)
{
    bitmap_set(table->used, fd);
    if (cloexec)
        bitmap_set(table->cloexec, fd);
    else
        bitmap_clear(table->cloexec, fd);
}

/* Mark @fd free; what was there. => lock held */
static struct file *fd_release(struct fd_table *table, unsigned fd)
{
    struct file *file = table->files[fd];

    ASSERT_HELD(&table->lock);
    table->files[fd] = NULL;
    bitmap_clear(table->used, fd);
    bitmap_clear(table->cloexec, fd);
    table->first_free = min(table->first_free, fd);
    return file;
}

struct fd_table *fd_table_get(struct fd_table *table)
{
    refcount_get(&table->references);
    return table;
}

bool fd_table_is_shared(const struct fd_table *table)
{
    return refcount_read(&table->references) > 1;
}

static void file_close(struct fd_table *table, struct file *file)
{
    if (!(file->mode & FILE_PATH)) {
        if (file->ops->flush != NULL)
            file->ops->flush(file);
        lock_release_posix(file, table);
        directory_notify_release(file, table);
    }
    file_put(file);
}

void fd_close_range(struct fd_table *table, unsigned first, unsigned last, bool only_cloexec)
{
    for (size_t fd = first;; fd++) {
        struct file *file = NULL;

        spin_lock(&table->lock);
        fd = bitmap_find_next_set(table->used, table->capacity, fd);
        if (fd >= table->capacity || fd > last) {
            spin_unlock(&table->lock);
            return;
        }
        if (only_cloexec)
            bitmap_set(table->cloexec, fd);
        else if (table->files[fd] != NULL)
            file = fd_release(table, (unsigned)fd);
        spin_unlock(&table->lock);
        if (file != NULL)
            file_close(table, file);
    }
}

void fd_table_put(struct fd_table *table)
{
    if (table == NULL || !refcount_put_and_test(&table->references))
        return;
    fd_close_range(table, 0, ~0u, false);
    storage_free(table, table->files);
    kmem_cache_free(&table_cache, table);
}

void fd_table_close_on_exec(struct fd_table *table)
{
    for (size_t fd = 0;; fd++) {
        struct file *file;

        spin_lock(&table->lock);
        fd = bitmap_find_next_set(table->cloexec, table->capacity, fd);
        if (fd >= table->capacity) {
            spin_unlock(&table->lock);
            return;
        }
        file = fd_release(table, (unsigned)fd);
        spin_unlock(&table->lock);
        if (file != NULL)
            file_close(table, file);
    }
}

/* Copy the entries of @from; reserved ones are left out. => from->lock held */
static void table_copy_entries(struct fd_table *to, const struct fd_table *from)
{
    size_t fd;

    bitmap_for_each (fd, from->used, from->capacity) {
        if (from->files[fd] == NULL)
            continue;
        to->files[fd] = file_get(from->files[fd]);
        fd_take(to, (unsigned)fd, bitmap_test(from->cloexec, fd));
    }
    to->first_free = (unsigned)bitmap_find_first_zero(to->used, to->capacity);
}

struct fd_table *fd_table_copy(struct fd_table *from)
{
    struct fd_table *table = fd_table_create();
    unsigned highest;

    if (table == NULL)
        return NULL;
    spin_lock(&from->lock);
    for (;;) {
        highest = (unsigned)bitmap_find_last_set(from->used, from->capacity);
        if (highest == from->capacity || highest < table->capacity)
            break;
        spin_unlock(&from->lock);
        if (table_grow(table, highest) != 0) {
            fd_table_put(table);
            return NULL;
        }
        spin_lock(&from->lock);
    }
    table_copy_entries(table, from);
    spin_unlock(&from->lock);
    return table;
}

int fd_reserve(struct fd_table *table, unsigned minimum, u64 limit, bool cloexec)
{
    unsigned fd;
    int err;

    for (;;) {
        spin_lock(&table->lock);
        fd = max(minimum, table->first_free);
        if (fd < table->capacity)
            fd = (unsigned)bitmap_find_next_zero(table->used, table->capacity, fd);
        if (fd >= limit) {
            spin_unlock(&table->lock);
            return -EMFILE;
        }
        if (fd < table->capacity)
            break;
        spin_unlock(&table->lock);
        err = table_grow(table, fd);
        if (err != 0)
            return err;
    }
    fd_take(table, fd, cloexec);
    if (minimum <= table->first_free)
        table->first_free = fd + 1;
    spin_unlock(&table->lock);
    return (int)fd;
}

void fd_install(struct fd_table *table, int fd, struct file *file)
{
    spin_lock(&table->lock);
    ASSERT(table->files[fd] == NULL);
    store_release(&table->files[fd], file);
    spin_unlock(&table->lock);
}

void fd_unreserve(struct fd_table *table, int fd)
{
    spin_lock(&table->lock);
    ASSERT(table->files[fd] == NULL);
    (void)fd_release(table, (unsigned)fd);
    spin_unlock(&table->lock);
}

/* The usual case of both steps: first_free is free. => -1: it is not */
static inline int add_at_first_free(struct fd_table *table, struct file *file, u64 limit,
                                    bool cloexec)
{
    unsigned fd;

    spin_lock(&table->lock);
    fd = table->first_free;
    if (unlikely(fd >= limit || fd >= table->capacity || bitmap_test(table->used, fd))) {
        spin_unlock(&table->lock);
        return -1;
    }
    fd_take(table, fd, cloexec);
    table->first_free = fd + 1;
    store_release(&table->files[fd], file);
    spin_unlock(&table->lock);
    return (int)fd;
}

int fd_add(const struct vfs_context *context, struct file *file, u32 flags)
{
    u64 limit = READ_ONCE(context->nr_files_limit);
    int fd = add_at_first_free(context->files, file, limit, flags & O_CLOEXEC);

    if (likely(fd >= 0))
        return fd;
    fd = fd_reserve(context->files, 0, limit, flags & O_CLOEXEC);
    if (fd < 0)
        file_put(file);
    else
        fd_install(context->files, fd, file);
    return fd;
}

struct file *fd_get_any(struct fd_table *table, int fd)
{
    struct file *file = NULL;

    spin_lock(&table->lock);
    if ((unsigned)fd < table->capacity)
        file = table->files[fd];
    if (file != NULL)
        file_get(file);
    spin_unlock(&table->lock);
    return file;
}

struct file *fd_get(struct fd_table *table, int fd)
{
    struct file *file = fd_get_any(table, fd);

    if (file != NULL && (file->mode & FILE_PATH)) {
        file_put(file);
        return NULL;
    }
    return file;
}

int fd_close(struct fd_table *table, int fd)
{
    struct file *file = NULL;

    spin_lock(&table->lock);
    if ((unsigned)fd < table->capacity && table->files[fd] != NULL)
        file = fd_release(table, (unsigned)fd);
    spin_unlock(&table->lock);
    if (file == NULL)
        return -EBADF;
    file_close(table, file);
    return 0;
}

int fd_duplicate(const struct vfs_context *context, int fd, unsigned minimum, bool cloexec)
{
    u64 limit = READ_ONCE(context->nr_files_limit);
    struct file *file = fd_get_any(context->files, fd);
    int new;

    if (file == NULL)
        return -EBADF;
    new = minimum >= limit ? -EINVAL : fd_reserve(context->files, minimum, limit, cloexec);
    if (new < 0)
        file_put(file);
    else
        fd_install(context->files, new, file);
    return new;
}

/* Put @file at @fd, which has room. -EBUSY: another thread has reserved it and not yet installed.
 */
static int fd_replace(struct fd_table *table, unsigned fd, struct file *file, bool cloexec)
{
    struct file *old;

    spin_lock(&table->lock);
    old = table->files[fd];
    if (old == NULL && bitmap_test(table->used, fd)) {
        spin_unlock(&table->lock);
        return -EBUSY;
    }
    fd_take(table, fd, cloexec);
    table->files[fd] = file;
    spin_unlock(&table->lock);
    if (old != NULL)
        file_close(table, old);
    return 0;
}

int fd_duplicate_to(const struct vfs_context *context, int fd, int new, bool cloexec)
{
    struct fd_table *table = context->files;
    struct file *file;
    int err = 0;

    if ((unsigned)new >= READ_ONCE(context->nr_files_limit))
        return -EBADF;
    file = fd_get_any(table, fd);
    if (file == NULL)
        return -EBADF;
    if ((unsigned)new >= READ_ONCE(table->capacity))
        err = table_grow(table, (unsigned)new);
    if (err == 0)
        err = fd_replace(table, (unsigned)new, file, cloexec);
    if (err != 0)
        file_put(file);
    if (err == -EMFILE)
        err = -EBADF; /* dup2(2) names the number, not the lack of one */
    return err != 0 ? err : new;
}

int fd_get_cloexec(struct fd_table *table, int fd)
{
    int result = -EBADF;

    spin_lock(&table->lock);
    if ((unsigned)fd < table->capacity && table->files[fd] != NULL)
        result = bitmap_test(table->cloexec, (size_t)fd);
    spin_unlock(&table->lock);
    return result;
}

int fd_set_cloexec(struct fd_table *table, int fd, bool on)
{
    int result = -EBADF;

    spin_lock(&table->lock);
    if ((unsigned)fd < table->capacity && table->files[fd] != NULL) {
        fd_take(table, (unsigned)fd, on);
        result = 0;
    }
    spin_unlock(&table->lock);
    return result;
}

int fd_next(struct fd_table *table, unsigned from, struct file **file)
{
    size_t fd = from;
    int result = -1;

    spin_lock(&table->lock);
    for (;; fd++) {
        fd = fd < table->capacity ? bitmap_find_next_set(table->used, table->capacity, fd)
                                  : table->capacity;
        if (fd >= table->capacity)
            break;
        if (table->files[fd] != NULL) {
            *file = file_get(table->files[fd]);
            result = (int)fd;
            break;
        }
    }
    spin_unlock(&table->lock);
    return result;
}

unsigned fd_capacity(struct fd_table *table)
{
    return READ_ONCE(table->capacity);
}
