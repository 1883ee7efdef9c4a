/*
 * Files of huge pages (vfs/hugetlb.h). Sizes are multiples of the huge page; a read passes over
 * what is not there as zeroes; what fallocate(2) promises it takes from the pool at once. Lock:
 * inode.lock around changes of the size, the object protects its pages.
 */
#include <vfs/hugetlb.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/signal.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <lib/printf.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>
#include <sched/thread.h>
#include <vfs/context.h>
#include <vfs/io.h>
#include <vfs/permission.h>

#include "notify.h"
#include <vfs/regular.h>

/* ---- reading ---- */

/* Up to @len bytes at @offset, which lie in one page; how many. */
static size_t piece_read(struct vm_object *object, struct io_buffer *buffer, u64 offset, size_t len)
{
    struct page *block = hugetlb_object_get(object, offset >> HUGETLB_SHIFT);
    size_t got;

    if (block == NULL)
        return io_buffer_zero(buffer, len);
    got =
        io_buffer_copy_to(buffer, (char *)page_to_virt(block) + (offset & (HUGETLB_SIZE - 1)), len);
    hugetlb_block_put(block);
    return got;
}

static ssize_t hugetlb_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct vm_object *object = &file->inode->object;
    size_t done = 0;

    while (buffer->remaining > 0) {
        u64 offset = *position + done;
        u64 size = inode_size(file->inode);
        size_t len, got;

        if (offset >= size)
            break;
        len = min((u64)buffer->remaining,
                  min(size, align_down(offset, HUGETLB_SIZE) + HUGETLB_SIZE) - offset);
        got = piece_read(object, buffer, offset, len);
        done += got;
        if (got < len && done == 0)
            return -EFAULT;
        if (got < len)
            break;
    }
    *position += done;
    return (ssize_t)done;
}

/* All of the file counts as data. */
static s64 hugetlb_seek(struct file *file, s64 offset, int whence)
{
    u64 size = inode_size(file->inode);

    if (whence != SEEK_DATA && whence != SEEK_HOLE)
        return file_seek_sized(file, offset, whence);
    if ((u64)offset >= size)
        return -ENXIO;
    file->position = whence == SEEK_DATA ? (u64)offset : size;
    return (s64)file->position;
}

/* ---- allocating ---- */

static int punch(struct inode *inode, u64 offset, u64 len)
{
    if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
        return -EPERM;
    hugetlb_object_punch(&inode->object, offset, len);
    return 0;
}

/* May the file be @end bytes long? */
static int end_check(const struct inode *inode, u64 end)
{
    if (end <= inode_size(inode))
        return 0;
    if (end > READ_ONCE(vfs_current()->file_size_limit)) {
        vfs_raise_signal(SIGXFSZ);
        return -EFBIG;
    }
    return inode->seals & F_SEAL_GROW ? -EPERM : 0;
}

static int fill(struct inode *inode, int mode, u64 offset, u64 end)
{
    u64 index = offset >> HUGETLB_SHIFT;
    u64 last = div_round_up(end, HUGETLB_SIZE);
    int err = end_check(inode, end);

    for (; err == 0 && index < last; index++)
        err = thread_flag(current_thread(), THREAD_SIGNAL_PENDING)
                  ? -EINTR
                  : hugetlb_object_fill(&inode->object, index);
    if (err == 0 && !(mode & FALLOC_FL_KEEP_SIZE))
        hugetlb_object_grow(&inode->object, end);
    return err;
}

static int hugetlb_allocate(struct file *file, int mode, u64 offset, u64 len)
{
    struct inode *inode = file->inode;
    int err;

    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
        return -EOPNOTSUPP;
    mutex_lock(&inode->lock);
    err = mode & FALLOC_FL_PUNCH_HOLE ? punch(inode, offset, len)
                                      : fill(inode, mode, offset, offset + len);
    if (err == 0)
        inode_touch_change(inode);
    mutex_unlock(&inode->lock);
    return err;
}

static int sync_nothing(struct file *file, u64 start, u64 end, bool data_only)
{
    (void)file;
    (void)start;
    (void)end;
    (void)data_only;
    return 0;
}

const struct file_ops hugetlb_file_ops = {
    .read = hugetlb_read,
    .seek = hugetlb_seek,
    .map = regular_map,
    .sync = sync_nothing,
    .allocate = hugetlb_allocate,
    .nonblocking_read = true,
};

/* ---- attributes ---- */

int hugetlb_set_attributes(struct inode *inode, const struct inode_change *change)
{
    if ((change->what & CHANGE_SIZE) && !is_aligned(change->size, HUGETLB_SIZE))
        return -EINVAL;
    if (change->what & CHANGE_SIZE)
        hugetlb_object_resize(&inode->object, change->size);
    inode_change_apply(inode, change);
    return 0;
}

static void describe_status(struct inode *inode, struct file_status *status)
{
    (void)inode;
    status->block_size = HUGETLB_SIZE;
}

const struct inode_ops hugetlb_inode_ops = {
    .set_attributes = hugetlb_set_attributes,
    .status = describe_status,
};

/* ---- files without a name ---- */

struct file *file_create_hugetlb(const char *name, u64 size, u32 mode)
{
    char shown[NAME_MAX + 16];
    struct file *file;
    struct inode *inode;

    scnprintf(shown, sizeof(shown), "/%s (deleted)", name);
    file = file_create_pseudo(shown, S_IFREG | mode, &hugetlb_file_ops, NULL, O_RDWR | O_LARGEFILE);
    if (IS_ERR(file))
        return file;
    inode = file->inode;
    inode->ops = &hugetlb_inode_ops;
    inode->links = 0;
    inode->seals = F_SEAL_SEAL;
    inode->object.flags = VM_OBJECT_HUGETLB;
    inode->object.size = size;
    return file;
}
