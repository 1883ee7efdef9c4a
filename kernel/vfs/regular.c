/*
 * Reading and writing regular files through their page cache.
 *
 * Writers hold inode.lock, so that writes are atomic to each other and the size is stable; readers
 * do not, the object protects its pages. Holes are read without making pages.
 */
#include <vfs/regular.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/mman.h>
#include <abi/signal.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <mm/mm.h>
#include <sched/thread.h>
#include <time/time.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "notify.h"

static inline bool time_is_before(const struct inode_time *a, const struct inode_time *b)
{
    return a->seconds < b->seconds || (a->seconds == b->seconds && a->nanoseconds < b->nanoseconds);
}

/* relatime(mount(8)): the access time moves when it is not newer than the others or a day old. */
static bool relatime_is_stale(const struct inode *inode)
{
    const struct inode_time *access = &inode->access_time;

    return !time_is_before(&inode->modify_time, access) ||
           !time_is_before(&inode->change_time, access) ||
           time_realtime_ns() >= (access->seconds + 24 * 60 * 60) * (s64)NS_PER_SECOND;
}

void file_accessed(struct file *file)
{
    struct inode *inode = file->inode;
    u32 flags = READ_ONCE(file->path.mount->flags);

    if ((file_flags(file) & O_NOATIME) || (flags & MS_NOATIME) ||
        mount_may_write(file->path.mount) != 0)
        return;
    if ((flags & MS_NODIRATIME) && inode_is_directory(inode))
        return;
    /* Looked at without the lock: a change that races is as if it came before or after. */
    if (!(flags & MS_RELATIME) || relatime_is_stale(inode))
        inode_touch_access(inode);
}

/* Pages looked at in one go. */
#define EXTENT_PAGES 256

/* Up to @len bytes at @offset that the object has data for, or *hole: has none. */
static u64 extent_len(struct vm_object *object, u64 offset, u64 len, bool *hole)
{
    u64 index = offset >> PAGE_SHIFT;
    u64 next;

    *hole = false;
    if (!(object->flags & VM_OBJECT_SHMEM))
        return len;
    next = object_next_hole(object, index, index + EXTENT_PAGES);
    *hole = next == index;
    if (*hole)
        next = object_next_data(object, index);
    if (next > (offset + len) >> PAGE_SHIFT)
        return len;
    return (next << PAGE_SHIFT) - offset;
}

static ssize_t piece_read(struct vm_object *object, u64 offset, void *base, size_t len, bool kernel)
{
    if (kernel)
        return object_read_kernel(object, offset, base, len);
    return object_read(object, offset, (void __user __force *)base, len);
}

static __noinline ssize_t read_pieces(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct vm_object *object = &file->inode->object;
    size_t done = 0;
    void *base;
    size_t len;

    while (io_buffer_piece(buffer, &base, &len)) {
        u64 offset = *position + done;
        u64 size = inode_size(file->inode);
        ssize_t got;
        bool hole;

        if (offset >= size)
            break;
        len = min(len, size - offset);
        len = min(len, extent_len(object, offset, len, &hole));
        if (hole) {
            got = (ssize_t)io_buffer_zero(buffer, len);
            got = got == 0 ? -EFAULT : got;
        } else {
            got = piece_read(object, offset, base, len, buffer->kernel);
            if (got > 0)
                io_buffer_advance(buffer, (size_t)got);
        }
        if (got <= 0) {
            if (done == 0)
                return got;
            break;
        }
        done += (size_t)got;
    }
    file_accessed(file);
    *position += done;
    return (ssize_t)done;
}

/* A read inside one page that is in memory, to one piece of user memory. => 0: it is another one */
static inline ssize_t read_cached(struct vm_object *object, struct io_buffer *buffer, u64 offset)
{
    u64 size = READ_ONCE(object->size);
    ssize_t got;

    if (!io_buffer_is_plain(buffer) || buffer->remaining == 0 || offset >= size)
        return 0;
    got = object_read_cached(object, offset, io_buffer_plain_base(buffer),
                             min((u64)buffer->remaining, size - offset));
    if (got > 0)
        io_buffer_plain_advance(buffer, (size_t)got);
    return got;
}

ssize_t regular_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct vm_object *object = &file->inode->object;
    ssize_t got = read_cached(object, buffer, *position);

    if (unlikely(got == 0))
        return read_pieces(file, buffer, position);
    if (got > 0) {
        file_accessed(file);
        *position += (u64)got;
    }
    return got;
}

/* F_SEAL_GROW: page by page, up to the one that a part of the write would make the file grow in. */
static int seal_grow_check(const struct inode *inode, struct io_buffer *buffer, u64 position)
{
    u64 size = inode_size(inode);
    u64 end;

    if (!(inode->seals & F_SEAL_GROW))
        return 0;
    if (!add_overflow(position, (u64)buffer->remaining, &end) && end <= size)
        return 0;
    size = align_down(size, PAGE_SIZE);
    if (position >= size)
        return -EPERM;
    io_buffer_truncate(buffer, size - position);
    return 0;
}

/* As Linux does before it asks the seals: look at the memory of the part of a write at @position
 * that lies in one page of the file. => how many bytes of it were seen to be there, 0: none */
static size_t look_at_part(const struct io_buffer *buffer, u64 position)
{
    const char __user *user;
    void *base;
    size_t len;
    char byte;

    if (buffer->kernel || !io_buffer_piece(buffer, &base, &len))
        return buffer->remaining;
    user = (const char __user __force *)base;
    len = min(len, PAGE_SIZE - (size_t)(position & (PAGE_SIZE - 1)));
    if (copy_from_user(&byte, user, 1) != 0)
        return 0;
    return copy_from_user(&byte, user + len - 1, 1) != 0 ? 1 : len;
}

/* Seals on a write at @position, which are asked when its memory has been looked at; the buffer may
 * be cut. */
static int seal_check(const struct inode *inode, struct io_buffer *buffer, u64 position)
{
    int err = inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
                  ? -EPERM
                  : seal_grow_check(inode, buffer, position);

    return err != 0 && look_at_part(buffer, position) == 0 ? -EFAULT : err;
}

/* Limits on a write at @position; the buffer may be cut. */
static int limit_check(struct io_buffer *buffer, u64 position)
{
    u64 limit = READ_ONCE(vfs_current()->file_size_limit);

    if (position >= limit) {
        vfs_raise_signal(SIGXFSZ);
        return -EFBIG;
    }
    if (position >= FILE_SIZE_MAX)
        return -EFBIG;
    io_buffer_truncate(buffer, min(limit, (u64)FILE_SIZE_MAX) - position);
    return 0;
}

/* Writing takes set-user-id and set-group-id away from a program. => inode.lock held */
static void write_clear_set_id(struct file *file)
{
    struct inode *inode = file->inode;
    u32 cleared = S_ISUID;

    if (!(inode->mode & (S_ISUID | S_ISGID)) ||
        credentials_capable(vfs_current()->credentials, CAP_FSETID))
        return;
    if (inode->mode & S_IXGRP)
        cleared |= S_ISGID;
    WRITE_ONCE(inode->mode, inode->mode & ~cleared);
}

static ssize_t piece_write(struct vm_object *object, u64 offset, void *base, size_t len,
                           bool kernel)
{
    size_t in_page = PAGE_SIZE - ((uintptr_t)base & (PAGE_SIZE - 1));
    ssize_t put;

    if (kernel)
        return object_write_kernel(object, offset, base, len);
    put = object_write(object, offset, (const void __user __force *)base, len);
    /* What lies before the first bad page of user memory counts as written (write(2) to a bad
     * address). */
    if (put == -EFAULT && in_page < len)
        put = object_write(object, offset, (const void __user __force *)base, in_page);
    return put;
}

static ssize_t write_locked(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct vm_object *object = &file->inode->object;
    size_t done = 0;
    ssize_t result;
    void *base;
    size_t len;

    if (likely(io_buffer_is_plain(buffer))) {
        base = (void __force *)io_buffer_plain_base(buffer);
        result = piece_write(object, *position, base, buffer->remaining, false);
        if (result > 0) {
            io_buffer_plain_advance(buffer, (size_t)result);
            *position += (u64)result;
        }
        return result;
    }
    while (io_buffer_piece(buffer, &base, &len)) {
        ssize_t put = piece_write(object, *position + done, base, len, buffer->kernel);

        if (put <= 0) {
            if (done == 0)
                return put;
            break;
        }
        io_buffer_advance(buffer, (size_t)put);
        done += (size_t)put;
        if ((size_t)put < len)
            break;
    }
    *position += done;
    return (ssize_t)done;
}

/* Write what the seals allow; of the rest the part that they refused has been looked at, too. */
static ssize_t write_sealed(struct file *file, struct io_buffer *buffer, u64 *position)
{
    size_t asked = buffer->remaining;
    ssize_t result = seal_check(file->inode, buffer, *position);
    size_t refused = asked - buffer->remaining;

    if (result != 0)
        return result;
    result = write_locked(file, buffer, position);
    if (refused > 0 && buffer->remaining == 0) {
        buffer->remaining = refused;
        look_at_part(buffer, *position);
        buffer->remaining = 0;
    }
    return result;
}

ssize_t regular_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct inode *inode = file->inode;
    ssize_t result;

    if (buffer->remaining == 0)
        return 0;
    mutex_lock(&inode->lock);
    if ((file_flags(file) & O_APPEND) || (buffer->flags & IO_APPEND))
        *position = inode_size(inode);
    result = limit_check(buffer, *position);
    if (result == 0) {
        write_clear_set_id(file);
        inode_touch_modify(inode);
        result = write_sealed(file, buffer, position);
    }
    mutex_unlock(&inode->lock);
    if (result > 0 && (file->ops->sync != NULL) &&
        ((file_flags(file) & O_DSYNC) || (buffer->flags & IO_SYNC))) {
        int err = file->ops->sync(file, *position - (u64)result, *position, false);

        if (err != 0)
            return err;
    }
    return result;
}

/* The first index of [index, end) without data. */
static u64 hole_find(struct vm_object *object, u64 index, u64 end)
{
    u64 next;

    for (; index < end; index = next) {
        u64 stop = min(end, index + EXTENT_PAGES);

        next = object_next_hole(object, index, stop);
        if (next < stop)
            return next;
    }
    return end;
}

s64 regular_seek(struct file *file, s64 offset, int whence)
{
    struct vm_object *object = &file->inode->object;
    u64 size = inode_size(file->inode);
    u64 index = (u64)offset >> PAGE_SHIFT;
    u64 found = (u64)offset;

    if (whence != SEEK_DATA && whence != SEEK_HOLE)
        return file_seek_sized(file, offset, whence);
    if (offset < 0 || (u64)offset >= size)
        return -ENXIO;
    if (whence == SEEK_DATA) {
        u64 data = object_next_data(object, index);

        if (data == ~0ull || data << PAGE_SHIFT >= size)
            return -ENXIO;
        if (data != index)
            found = data << PAGE_SHIFT;
    } else {
        found = hole_find(object, index, div_round_up(size, PAGE_SIZE)) << PAGE_SHIFT;
        found = min(max(found, (u64)offset), size);
    }
    file->position = found;
    return (s64)found;
}

/* F_SEAL_WRITE says no after the other checks, F_SEAL_FUTURE_WRITE when the place is clear. */
static int seal_refuses(const struct inode *inode, struct mm_map_request *request)
{
    if (!(inode->seals & F_SEAL_WRITE))
        return -EPERM;
    request->seal_refusal = -EPERM;
    return 0;
}

int regular_map(struct file *file, struct mm_map_request *request)
{
    struct inode *inode = file->inode;
    bool shared = request->flags & MAP_SHARED;

    if (shared && (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))) {
        if (request->prot & PROT_WRITE)
            return seal_refuses(inode, request);
        request->may &= ~VMA_MAYWRITE;
    }
    request->object = &inode->object;
    file_accessed(file);
    return 0;
}

int regular_sync(struct file *file, u64 start, u64 end, bool data_only)
{
    (void)data_only;
    return object_sync(&file->inode->object, start >> PAGE_SHIFT, end >> PAGE_SHIFT);
}

/* Pages for [offset, offset + len): what fallocate(2) promises to be there; all of them or, as far
 * as they are new and nobody used them meanwhile, none. => inode.lock held */
static int range_reserve(struct vm_object *object, u64 offset, u64 len)
{
    u64 first = offset >> PAGE_SHIFT;
    u64 last = (offset + len - 1) >> PAGE_SHIFT;

    for (u64 index = first; index <= last; index++) {
        int err = thread_flag(current_thread(), THREAD_SIGNAL_PENDING)
                      ? -EINTR
                      : object_reserve_page(object, index);

        if (err != 0 && index > first)
            object_drop_reserved(object, first, index - 1);
        if (err != 0)
            return err;
    }
    return 0;
}

/* May the file have pages up to @end? Its size counts, even if it is to stay as it is. */
static int end_check(struct inode *inode, u64 end)
{
    if (end <= inode_size(inode))
        return 0;
    if (end > READ_ONCE(vfs_current()->file_size_limit)) {
        vfs_raise_signal(SIGXFSZ);
        return -EFBIG;
    }
    return inode->seals & F_SEAL_GROW ? -EPERM : 0;
}

static int allocate_locked(struct inode *inode, int mode, u64 offset, u64 len, u64 max_pages)
{
    u64 end = offset + len;
    u64 nr_pages = ((end - 1) >> PAGE_SHIFT) - (offset >> PAGE_SHIFT) + 1;
    int err;

    if (mode & FALLOC_FL_PUNCH_HOLE) {
        if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
            return -EPERM;
        return object_punch(&inode->object, offset, len);
    }
    err = end_check(inode, end);
    if (err == 0 && max_pages != 0 && nr_pages > max_pages)
        err = -ENOSPC;
    if (err == 0)
        err = range_reserve(&inode->object, offset, len);
    if (err == 0 && end > inode_size(inode) && !(mode & FALLOC_FL_KEEP_SIZE))
        err = object_resize(&inode->object, end);
    return err;
}

int regular_allocate_within(struct file *file, int mode, u64 offset, u64 len, u64 max_pages)
{
    struct inode *inode = file->inode;
    int err;

    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
        return -EOPNOTSUPP;
    mutex_lock(&inode->lock);
    err = allocate_locked(inode, mode, offset, len, max_pages);
    if (err == 0)
        inode_touch_modify(inode);
    mutex_unlock(&inode->lock);
    return err;
}

int regular_allocate(struct file *file, int mode, u64 offset, u64 len)
{
    return regular_allocate_within(file, mode, offset, len, 0);
}

const struct file_ops regular_file_ops = {
    .read = regular_read,
    .write = regular_write,
    .seek = regular_seek,
    .map = regular_map,
    .sync = regular_sync,
    .allocate = regular_allocate,
    .nonblocking_read = true,
};

ssize_t directory_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)file;
    (void)buffer;
    (void)position;
    return -EISDIR;
}
