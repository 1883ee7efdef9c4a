/*
 * Faulting ranges in before they are used: MAP_POPULATE, mlock, MADV_POPULATE, exec's arguments.
 *
 * map_lock is held for reading and given up every now and then, so that a large range does not keep
 * other threads from mapping.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <kern/preempt.h>
#include <sched/sched.h>

#include "fault.h"
#include "populate.h"

#define POPULATE_PAGES_AT_ONCE 64

/* What a failed fault means to the caller of a populate. */
static int populate_errno(const struct mm_fault_failure *failure)
{
    return failure->signal == SIGKILL ? -ENOMEM : -EFAULT;
}

/* Fault in pages of [start, end) up to a good place to pause; *done is where. */
static int populate_some(struct mm *mm, vaddr_t start, vaddr_t end, bool write, vaddr_t *done)
{
    struct mm_fault_failure failure;
    struct fault fault = {
        .mm = mm, .access = write ? FAULT_WRITE : FAULT_READ, .failure = &failure};
    vaddr_t stop = min(end, start + POPULATE_PAGES_AT_ONCE * PAGE_SIZE);
    int err = 0;

    read_lock(&mm->map_lock);
    for (fault.addr = start; err == 0 && fault.addr < stop; fault.addr += PAGE_SIZE) {
        if (fault_resolve(&fault) != 0)
            err = populate_errno(&failure);
    }
    read_unlock(&mm->map_lock);
    *done = stop;
    return err;
}

int mm_populate(struct mm *mm, vaddr_t addr, size_t len, bool write)
{
    vaddr_t end = align_up(addr + len, PAGE_SIZE);
    int err = 0;

    addr = align_down(addr, PAGE_SIZE);
    if (end > USER_END || end < addr)
        return -EFAULT;
    while (err == 0 && addr < end) {
        err = populate_some(mm, addr, end, write, &addr);
        if (thread_flag(current_thread(), THREAD_KILL_PENDING))
            return -EAGAIN;
    }
    return err;
}

/* ---- area by area ---- */

/* The part of a range that lies in one area. */
struct part {
    vaddr_t start, end;
    u32 flags; /* of the area */
    bool device;
};

/* The first part of [start, end); false: there is no more. */
static bool next_part(struct mm *mm, vaddr_t start, vaddr_t end, struct part *part)
{
    struct vma *vma;

    read_lock(&mm->map_lock);
    vma = vma_find_overlap(mm, start, end);
    if (vma != NULL)
        *part = (struct part){.start = max(start, vma->start),
                              .end = min(end, vma->end),
                              .flags = vma->flags,
                              .device = vma_is_device(vma)};
    read_unlock(&mm->map_lock);
    return vma != NULL;
}

static int populate_part(struct mm *mm, const struct part *part)
{
    if (part->device || (part->flags & VMA_LOCKONFAULT))
        return 0;
    if (!(part->flags & VMA_PROTECTION))
        return -EFAULT;
    return mm_populate(mm, part->start, part->end - part->start,
                       (part->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE);
}

int populate_areas(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct part part;
    int err = 0;

    for (; err == 0 && start < end && next_part(mm, start, end, &part); start = part.end)
        err = populate_part(mm, &part);
    return err;
}

void populate_quietly(struct mm *mm, vaddr_t start, vaddr_t end, bool locked)
{
    struct part part;

    for (; start < end && next_part(mm, start, end, &part); start = part.end) {
        if (locked && !(part.flags & VMA_LOCKED))
            continue;
        if (populate_part(mm, &part) == -EAGAIN)
            return;
    }
}
