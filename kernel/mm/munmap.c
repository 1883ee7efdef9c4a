/*
 * munmap(2): check, reserve, commit (unmap.h).
 *
 * Order in commit: entries first, while objects still know the areas (a truncation may run at the
 * same time); then the areas; then the page tables nobody can reach any more.
 */
#include <abi/errno.h>
#include <kern/panic.h>

#include "account.h"
#include "hugetlb.h"
#include "mm_list.h"
#include "refuse.h"
#include "settings.h"
#include "unmap.h"

/* Noting the peak walks the leaf tables: worth it only before much goes away. */
#define PEAK_NOTE_LEN (4UL << 20)

int unmap_check(vaddr_t addr, size_t len, vaddr_t *end)
{
    if (!is_aligned(addr, PAGE_SIZE) || addr > USER_END || len > USER_END - addr || len == 0)
        return -EINVAL;
    *end = addr + align_up(len, PAGE_SIZE);
    return 0;
}

/* Would the middle of an area go away, leaving one more than there may be? */
static bool is_too_many(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find_at(mm, start);

    return vma != NULL && vma->start < start && end < vma->end &&
           mm->nr_areas >= settings_max_map_count();
}

int unmap_reserve(struct unmap_reserve *reserve, struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *below = vma_find_below(mm, start);
    struct vma *above = vma_find(mm, end);
    int err;

    reserve->range =
        (struct pt_range){.start = start, .end = end, .floor = 0, .ceiling = PT_CEILING};
    if (below != NULL)
        reserve->range.floor = min(below->end, start);
    if (above != NULL)
        reserve->range.ceiling = max(above->start, end);
    if (is_too_many(mm, start, end))
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    err = vma_reserve_split(&reserve->areas, mm, start, end);
    if (err != 0)
        return err;
    err = pt_own_edges(mm, &reserve->range);
    if (err != 0)
        vma_reserve_release(&reserve->areas);
    return err;
}

void unmap_release(struct unmap_reserve *reserve)
{
    vma_reserve_release(&reserve->areas);
}

static void remove_area(struct mm *mm, struct vma *vma)
{
    account_remove(mm, vma->flags, vma_pages(vma));
    if (vma->flags & VMA_ACCOUNT)
        account_uncommit(mm, vma_pages(vma));
    vma_unlink_and_free(vma);
}

/* Areas that promised huge pages say what is still promised while their entries are there. */
static void leave_hugetlb(struct mm *mm, const struct pt_range *range)
{
    struct vma *vma;

    vma_for_each_overlap (vma, mm, range->start, range->end)
        hugetlb_area_leave(vma);
}

void unmap_commit(struct unmap_reserve *reserve, struct mm *mm, struct batch *batch)
{
    struct pt_range *range = &reserve->range;
    struct vma *vma = vma_isolate(mm, range->start, range->end, &reserve->areas);

    leave_hugetlb(mm, range);
    if (vma != NULL)
        pt_zap(batch, range);
    while (vma != NULL && vma->start < range->end) {
        struct vma *next = vma_next(vma);

        remove_area(mm, vma);
        vma = next;
    }
    pt_free_tables(batch, range);
    unmap_release(reserve);
}

int unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct unmap_reserve reserve;
    struct batch batch;
    int err;

    if (vma_find_overlap(mm, start, end) == NULL)
        return 0;
    err = unmap_reserve(&reserve, mm, start, end);
    if (err != 0)
        return err;
    if (end - start >= PEAK_NOTE_LEN)
        mm_peak_update(mm);
    batch_init(&batch, mm);
    unmap_commit(&reserve, mm, &batch);
    batch_finish(&batch);
    return 0;
}

int mm_unmap(struct mm *mm, vaddr_t addr, size_t len)
{
    vaddr_t end;
    int err = unmap_check(addr, len, &end);

    if (err != 0)
        return err;
    write_lock(&mm->map_lock);
    err = unmap_locked(mm, addr, end);
    write_unlock(&mm->map_lock);
    return err;
}
