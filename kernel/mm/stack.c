/*
 * Growing areas that grow down, on a fault below them.
 *
 * The limits are those of setrlimit(2) and of Linux: RLIMIT_STACK for the area, RLIMIT_AS for the
 * address space, and STACK_GUARD_GAP free bytes to an accessible neighbour below.
 */
#include <abi/errno.h>

#include "account.h"
#include "fault.h"
#include "settings.h"

/* Does the neighbour below leave the guard gap free? An inaccessible one is a guard itself. */
static bool gap_is_kept(const struct vma *vma, vaddr_t start)
{
    const struct vma *below = vma_prev(vma);

    if (below == NULL)
        return true;
    if (start < below->end)
        return false;
    if ((below->flags & VMA_GROWSDOWN) || !(below->flags & VMA_PROTECTION))
        return true;
    return start - below->end >= STACK_GUARD_GAP;
}

int stack_grow(struct mm *mm, struct vma *vma, vaddr_t addr)
{
    vaddr_t start = align_down(addr, PAGE_SIZE);
    u64 nr_pages = (vma->start - start) >> PAGE_SHIFT;

    if (start < settings_min_address() || !gap_is_kept(vma, start))
        return -ENOMEM;
    vma_set_lineage(vma); /* as Linux, whether it then may grow or not */
    if (vma->end - start > mm->limits.stack || account_check(mm, vma->flags, nr_pages) != 0 ||
        account_check_locked(mm, vma->flags, nr_pages) != 0)
        return -ENOMEM;
    if (vma->object != NULL && vma->offset < nr_pages)
        return -ENOMEM;
    if ((vma->flags & VMA_ACCOUNT) && account_commit(mm, nr_pages) != 0)
        return -ENOMEM;
    vma_set_bounds(vma, start, vma->end);
    account_add(mm, vma->flags, nr_pages);
    return 0;
}
