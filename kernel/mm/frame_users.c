/*
 * Who uses which frame: a look at the entries of all address spaces, for /proc/kpagecount and for
 * Mlocked in meminfo. The map count of a frame would not do: a leaf table that fork shares counts
 * once there, and a page that two processes lock is one page.
 *
 * Locks: mm_list_lock (sleeping) around it all; map_lock of one address space at a time for
 * reading; each leaf table is locked while it is read.
 */
#include <abi/errno.h>
#include <kmem/vmalloc.h>
#include <lib/bitmap.h>

#include "mm_list.h"
#include "pt.h"

struct frame_look {
    u32 area_flags; /* only areas with all of these */
    void (*visit)(struct frame_look *look, pfn_t pfn);
    pfn_t first; /* frames of interest: [first, first + nr) */
    u64 nr;
    u64 *counts;           /* of each */
    unsigned long *before; /* bitmap: frames that were visited; NULL: each visit counts */
    u64 visited;
};

static void look_at_leaf(struct frame_look *look, struct pt_cursor *cursor, vaddr_t end)
{
    for (; cursor->addr < end; pt_next(cursor)) {
        struct page *page = pt_page_of(pt_get(cursor));
        pfn_t pfn = page == NULL ? 0 : page_to_pfn(page);

        if (page != NULL && pfn >= look->first && pfn - look->first < look->nr)
            look->visit(look, pfn);
    }
}

static void look_at_area(struct frame_look *look, const struct vma *vma)
{
    vaddr_t addr = vma->start;
    struct pt_cursor cursor;

    while (pt_next_upper(vma->mm, &addr, vma->end) != NULL) {
        vaddr_t end = pt_leaf_end(addr, vma->end);

        if (pt_lock(&cursor, vma->mm, addr)) {
            look_at_leaf(look, &cursor, end);
            pt_unlock(&cursor);
        }
        addr = end;
    }
}

/* => mm_list_lock held */
static void look_at_all(struct frame_look *look)
{
    struct vma *vma;
    struct mm *mm;

    list_for_each_entry (mm, &mm_list, list_link) {
        if ((look->area_flags & VMA_LOCKED) && READ_ONCE(mm->locked_pages) == 0)
            continue;
        read_lock(&mm->map_lock);
        vma_for_each (vma, mm) {
            if ((vma->flags & look->area_flags) == look->area_flags)
                look_at_area(look, vma);
        }
        read_unlock(&mm->map_lock);
    }
}

static void count_user(struct frame_look *look, pfn_t pfn)
{
    look->counts[pfn - look->first]++;
}

void mm_count_users(pfn_t first, u64 nr, u64 *counts)
{
    struct frame_look look = {.visit = count_user, .first = first, .nr = nr, .counts = counts};
    bool any = false;
    u64 i;

    for (i = 0; i < nr; i++) {
        counts[i] = 0;
        any |=
            page_flag_test(pfn_to_page(first + i), PAGE_OBJECT | PAGE_PRIVATE_OWNED | PAGE_POOLED);
    }
    if (!any)
        return;
    mutex_lock(&mm_list_lock);
    look_at_all(&look);
    mutex_unlock(&mm_list_lock);
}

static void count_once(struct frame_look *look, pfn_t pfn)
{
    if (look->before != NULL && bitmap_test(look->before, pfn))
        return;
    if (look->before != NULL)
        bitmap_set(look->before, pfn);
    look->visited++;
}

static bool is_any_locked(void)
{
    struct mm *mm;
    bool any = false;

    mutex_lock(&mm_list_lock);
    list_for_each_entry (mm, &mm_list, list_link)
        any |= READ_ONCE(mm->locked_pages) != 0;
    mutex_unlock(&mm_list_lock);
    return any;
}

u64 mm_locked_resident(void)
{
    struct frame_look look = {.area_flags = VMA_LOCKED, .visit = count_once, .nr = page_map_end};

    if (!is_any_locked())
        return 0;
    look.before = vzalloc(BITMAP_LONGS(page_map_end) * sizeof(*look.before));
    mutex_lock(&mm_list_lock);
    look_at_all(&look);
    mutex_unlock(&mm_list_lock);
    vfree(look.before);
    return look.visited;
}
