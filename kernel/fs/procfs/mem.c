/*
 * /proc/PID/mem: another address space as a file, for debuggers. Positions are addresses.
 *
 * The open file keeps the storage of the address space it was opened on: after execve or exit it
 * reads as empty.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <mm/mm.h>
#include <proc/control.h>
#include <proc/task.h>
#include <vfs/file.h>

#include "views.h"

int proc_inspect_memory(const struct proc_subject *subject, struct mm **out)
{
    struct task *task = proc_subject_task(subject);
    struct mm *mm;

    *out = NULL;
    if (!task)
        return proc_subject_is_alive(subject) ? 0 : -ESRCH;
    mm = task_inspect_mm(task);
    task_put(task);
    if (IS_ERR(mm))
        return -EACCES;
    if (mm) {
        *out = mm_get(mm);
        mm_put_user(mm);
    }
    return 0;
}

int proc_open_memory(struct inode *inode, struct file *file)
{
    struct mm *mm;
    int error = proc_inspect_memory(&proc_node_of(inode)->subject, &mm);

    file->private = mm;
    return error;
}

void proc_release_memory(struct file *file)
{
    if (file->private)
        mm_put(file->private);
}

/* One piece of at most a page; bytes moved, 0 or -EIO at an address that is not mapped. */
static ssize_t move_piece(struct mm *mm, struct io_buffer *buffer, u64 address, char *page,
                          bool write)
{
    size_t len = min(buffer->remaining, PAGE_SIZE);
    ssize_t done;

    if (write && io_buffer_copy_from(buffer, page, len) < len)
        return -EFAULT;
    done = mm_access(mm, address, page, len, write, true);
    if (done <= 0)
        return -EIO;
    if (!write && io_buffer_copy_to(buffer, page, (size_t)done) < (size_t)done)
        return -EFAULT;
    return done;
}

static ssize_t move(struct file *file, struct io_buffer *buffer, u64 *position, bool write)
{
    struct mm *mm = file->private ? mm_get_user(file->private) : NULL;
    ssize_t done = 0, piece = 0;
    char *page;

    if (!mm)
        return 0;
    page = kmalloc(PAGE_SIZE, ALLOC_WAIT);
    if (!page) {
        mm_put_user(mm);
        return -ENOMEM;
    }
    while (buffer->remaining > 0) {
        piece = move_piece(mm, buffer, *position, page, write);
        if (piece == -EFAULT) /* the caller's own memory: nothing counts */
            done = piece;
        if (piece <= 0)
            break;
        *position += (u64)piece;
        done += piece;
    }
    kfree(page);
    mm_put_user(mm);
    return done ? done : piece;
}

static ssize_t read_mem(struct file *file, struct io_buffer *buffer, u64 *position)
{
    return move(file, buffer, position, false);
}

static ssize_t write_mem(struct file *file, struct io_buffer *buffer, u64 *position)
{
    return move(file, buffer, position, true);
}

s64 proc_seek_memory(struct file *file, s64 offset, int whence)
{
    return whence == SEEK_END ? -EINVAL : file_seek_position(file, offset, whence, 0);
}

const struct file_ops proc_mem_file_ops = {
    .open = proc_open_memory,
    .release = proc_release_memory,
    .read = read_mem,
    .write = write_mem,
    .seek = proc_seek_memory,
};
