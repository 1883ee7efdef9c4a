/*
 * process_vm_readv and process_vm_writev: page by page through a page of the kernel's own, since
 * the two address spaces are never loaded at the same time. process_madvise.
 */
#include <proc/process_vm.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <kmem/kmalloc.h>
#include <mm/mm.h>
#include <proc/control.h>
#include <proc/credentials.h>
#include <proc/task.h>

/* The address space of @task (NULL: gone), a user of it; the reference to @task is consumed.
 * ERR_PTR; @refusal: not the caller's to inspect */
static struct mm *get_memory(struct task *task, int refusal)
{
    struct mm *mm;

    if (task == NULL)
        return ERR_PTR(-ESRCH);
    mm = task_inspect_mm(task);
    task_put(task);
    if (IS_ERR(mm))
        return ERR_PTR(refusal);
    return mm != NULL ? mm : ERR_PTR(-ESRCH);
}

/* Up to the end of the remote page. => bytes moved; fewer than asked for: a bad address */
static size_t move_piece(struct mm *mm, struct io_buffer *local, vaddr_t addr, size_t len,
                         char *page, bool write)
{
    ssize_t moved;

    if (write) {
        len = io_buffer_copy_from(local, page, len);
        moved = mm_access(mm, addr, page, len, true, false);
        return moved < 0 ? 0 : (size_t)moved;
    }
    moved = mm_access(mm, addr, page, len, false, false);
    return moved < 0 ? 0 : io_buffer_copy_to(local, page, (size_t)moved);
}

/* As Linux, which holds so many pages of the other process while it copies: they are there (and
 * have been copied on write) even where the copy itself then fails. */
#define PREPARED_BYTES (1024 * PAGE_SIZE)

/* => false: a bad address ended it */
static bool move_segment(struct mm *mm, struct io_buffer *local, const struct iovec *segment,
                         char *page, bool write, size_t *moved)
{
    vaddr_t addr = (vaddr_t)segment->iov_base;
    vaddr_t end = addr + segment->iov_len, prepared = addr;
    size_t left = min(segment->iov_len, local->remaining);

    while (left > 0) {
        size_t len = min(left, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
        size_t done;

        if (addr >= prepared) {
            vaddr_t stop = align_down(addr, PAGE_SIZE) + PREPARED_BYTES;

            prepared = mm_access_prepare(mm, addr, min(end, stop) - addr, write);
            if (prepared == addr)
                return false;
        }
        done = move_piece(mm, local, addr, len, page, write);

        *moved += done;
        if (done < len)
            return false;
        addr += len;
        left -= len;
    }
    return true;
}

ssize_t process_vm_move(int pid, struct io_buffer *local, const struct iovec *remote, size_t nr,
                        bool write)
{
    struct mm *mm = get_memory(task_find(pid), -EPERM);
    size_t moved = 0, i;
    bool good = true;
    char *page;

    if (IS_ERR(mm))
        return PTR_ERR(mm);
    page = kmalloc(PAGE_SIZE, ALLOC_WAIT);
    for (i = 0; page != NULL && good && i < nr && local->remaining > 0; i++)
        good = move_segment(mm, local, &remote[i], page, write, &moved);
    mm_put_user(mm);
    if (page == NULL)
        return -ENOMEM;
    kfree(page);
    return moved > 0 || good ? (ssize_t)moved : -EFAULT;
}

/* Such as does no harm. */
static bool is_for_others(int advice)
{
    return advice == MADV_COLD || advice == MADV_PAGEOUT || advice == MADV_WILLNEED ||
           advice == MADV_COLLAPSE;
}

static ssize_t advise_segments(struct mm *mm, const struct iovec *segments, size_t nr, int advice)
{
    u64 left = 0;
    ssize_t done = 0;
    size_t i;

    for (i = 0; i < nr; i++)
        left += segments[i].iov_len;
    for (i = 0; i < nr && left > 0; i++) {
        int err = mm_advise(mm, (vaddr_t)segments[i].iov_base, segments[i].iov_len, advice);

        if (err != 0)
            return done > 0 ? done : err;
        done += (ssize_t)segments[i].iov_len;
        left -= segments[i].iov_len;
    }
    return done;
}

ssize_t process_advise(struct process *process, const struct iovec *segments, size_t nr, int advice)
{
    struct mm *mm;
    ssize_t result;

    if (READ_ONCE(process->state) != PROCESS_REAPED && !is_for_others(advice))
        return -EINVAL;
    mm = get_memory(process_get_task(process), -EACCES);
    if (IS_ERR(mm))
        return PTR_ERR(mm);
    result = capable(CAP_SYS_NICE) ? advise_segments(mm, segments, nr, advice) : -EPERM;
    mm_put_user(mm);
    return result;
}
