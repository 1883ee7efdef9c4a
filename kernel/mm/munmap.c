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
static bool is_too_many(const struct vma *vma, vaddr_t start, vaddr_t end)
{
    return vma->start < start && end < vma->end && vma->mm->nr_areas >= settings_max_map_count();
}

/* The first area goes away at one end only: it is made smaller, and none is needed to cut it. */
static bool is_trim(const struct vma *first, vaddr_t start, vaddr_t end)
{
    bool tail = first->start < start && first->end == end;
    bool head = first->start == start && first->end > end;

    return (tail || head) && !(first->flags & VMA_HUGETLB);
}

static int reserve_trim(struct unmap_reserve *reserve, struct vma *vma, vaddr_t start, vaddr_t end)
{
    int err = vma_check_cut(vma, start);

    reserve->areas = (struct vma_reserve){{NULL, NULL}, start, end, vma, vma};
    if (vma->end == end)
        reserve->areas.above = vma_next(vma);
    return err != 0 ? err : pt_split_at(vma->mm, vma->start < start ? start : end);
}

/* What page tables serve around the range, and nothing else. */
static void find_range(struct unmap_reserve *reserve)
{
    const struct vma_reserve *areas = &reserve->areas;
    const struct vma *below =
        areas->first->start < areas->start ? areas->first : vma_prev(areas->first);

    reserve->range = (struct pt_range){
        .start = areas->start, .end = areas->end, .floor = 0, .ceiling = PT_CEILING};
    if (below != NULL)
        reserve->range.floor = min(below->end, areas->start);
    if (areas->above != NULL)
        reserve->range.ceiling = max(areas->above->start, areas->end);
}

/* @first: the first area that ends above @start */
static int reserve_from(struct unmap_reserve *reserve, struct vma *first, vaddr_t start,
                        vaddr_t end)
{
    int err;

    if (is_too_many(first, start, end))
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    reserve->trims = is_trim(first, start, end);
    if (reserve->trims)
        err = reserve_trim(reserve, first, start, end);
    else
        err = vma_reserve_split(&reserve->areas, first, start, end);
    if (err != 0)
        return err;
    find_range(reserve);
    err = pt_own_edges(first->mm, &reserve->range);
    if (err != 0)
        vma_reserve_release(&reserve->areas);
    return err;
}

int unmap_reserve(struct unmap_reserve *reserve, struct mm *mm, vaddr_t start, vaddr_t end)
{
    return reserve_from(reserve, vma_find(mm, start), start, end);
}

void unmap_release(struct unmap_reserve *reserve)
{
    vma_reserve_release(&reserve->areas);
}

static void uncount(struct vma *vma, u64 nr_pages)
{
    account_remove(vma->mm, vma->flags, nr_pages);
    if (vma->flags & VMA_ACCOUNT)
        account_uncommit(vma->mm, nr_pages);
}

/* Areas that promised huge pages say what is still promised while their entries are there. */
static void leave_hugetlb(struct vma *vma, vaddr_t end)
{
    for (; vma != NULL && vma->start < end; vma = vma_next(vma))
        hugetlb_area_leave(vma);
}

static void remove_areas(struct vma *vma, vaddr_t end)
{
    while (vma != NULL && vma->start < end) {
        struct vma *next = vma_next(vma);

        uncount(vma, vma_pages(vma));
        vma_unlink_and_free(vma);
        vma = next;
    }
}

static void trim(struct vma *vma, vaddr_t start, vaddr_t end)
{
    uncount(vma, (end - start) >> PAGE_SHIFT);
    if (vma->start < start)
        vma_set_bounds(vma, vma->start, start);
    else
        vma_set_bounds(vma, end, vma->end);
}

void unmap_commit(struct unmap_reserve *reserve, struct batch *batch)
{
    struct pt_range *range = &reserve->range;
    struct vma *vma = reserve->areas.first;

    if (!reserve->trims) {
        vma = vma_isolate(&reserve->areas);
        leave_hugetlb(vma, range->end);
    }
    if (vma != NULL)
        pt_zap(batch, range);
    if (reserve->trims)
        trim(vma, range->start, range->end);
    else
        remove_areas(vma, range->end);
    pt_free_tables(batch, range);
    unmap_release(reserve);
}

static bool has_tables(struct mm *mm, vaddr_t start, vaddr_t end)
{
    return pt_next_upper(mm, &start, end) != NULL;
}

int unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *first = vma_find_overlap(mm, start, end);
    struct unmap_reserve reserve __uncleared;
    struct batch batch __uncleared;
    int err;

    if (first == NULL)
        return 0;
    err = reserve_from(&reserve, first, start, end);
    if (err != 0)
        return err;
    if (end - start >= PEAK_NOTE_LEN && has_tables(mm, start, end))
        mm_peak_update(mm);
    batch_init(&batch, mm);
    unmap_commit(&reserve, &batch);
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
