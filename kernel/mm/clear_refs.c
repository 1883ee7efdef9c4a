/*
 * Forgetting what is known of the pages of an address space, so that it can be learned anew:
 * /proc/PID/clear_refs.
 *
 * 1. Used: the accessed bit of the entry and PAGE_REFERENCED. The processor sets the former again.
 * 2. Changed ("soft-dirty"): the bit of the entry, and VMA_SOFTDIRTY, which says it of every page
 *    of an area since it was mapped. Both are cleared and the entries lose write permission; the
 *    fault of the next write sets the bit of its entry. So a writable entry of a private area is
 *    soft-dirty. One of a shared area, brought in by a read, is not if the whole area was; where
 *    that area then merges with one that is not (vma_merge), nothing is known of the page until it
 *    is cleared again: Linux loses the same. An entry that mremap moves is soft-dirty.
 * 3. How many there were at most: the peak begins at what is resident now.
 *
 * Locks: map_lock for writing; each leaf table, made the address space's own first.
 */
#include <abi/errno.h>

#include "mm_list.h"
#include "pt.h"

/* One entry loses what is to be forgotten; a huge leaf does with each of its pages. True: a
 * processor may remember it otherwise. */
static bool clear_entry(struct pt_cursor *cursor, enum mm_clear what)
{
    pte_t *slot = cursor->slot;
    pte_t old = pte_load(slot);
    struct page *page = pt_page_of(pt_get(cursor));
    pte_t new;

    if (pte_is_empty(old))
        return false;
    if (what != MM_CLEAR_SOFT_DIRTY) {
        if (page == NULL)
            return false;
        page_flag_clear(page, PAGE_REFERENCED);
        return pte_test_and_clear_accessed(slot);
    }
    do {
        new = pte_clear_soft_dirty(old);
        if (pte_is_present(old))
            new = pte_clear_writable(new);
    } while (!pte_compare_exchange(slot, &old, new));
    return !pte_is_same(old, new);
}

static bool clear_leaf(struct pt_cursor *cursor, vaddr_t end, enum mm_clear what)
{
    bool lost = false;

    for (; cursor->addr < end; pt_next(cursor))
        lost |= clear_entry(cursor, what);
    return lost;
}

static int clear_area(struct vma *vma, enum mm_clear what, struct batch *batch)
{
    vaddr_t addr = vma->start;
    struct pt_cursor cursor;
    int err = pt_own_range(vma->mm, vma->start, vma->end);

    if (err != 0)
        return err;
    if (what == MM_CLEAR_SOFT_DIRTY)
        vma_set_flags(vma, vma->flags & ~VMA_SOFTDIRTY);
    while (pt_next_upper(vma->mm, &addr, vma->end) != NULL) {
        vaddr_t next = pt_leaf_end(addr, vma->end);

        if (pt_lock(&cursor, vma->mm, addr)) {
            if (clear_leaf(&cursor, next, what))
                batch_add_range(batch, addr, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
    return 0;
}

static bool is_concerned(const struct vma *vma, enum mm_clear what)
{
    switch (what) {
    case MM_CLEAR_ANONYMOUS:
        return vma->object == NULL;
    case MM_CLEAR_MAPPED:
        return vma->object != NULL;
    default:
        return true;
    }
}

int mm_clear_references(struct mm *mm, enum mm_clear what)
{
    struct batch batch;
    struct vma *vma;
    int err = 0;

    batch_init(&batch, mm);
    write_lock(&mm->map_lock);
    if (what == MM_CLEAR_PEAK) {
        mm->peak_resident_pages = 0;
        mm_peak_update(mm);
    } else {
        for (vma = vma_first(mm); vma != NULL && err == 0; vma = vma_next(vma)) {
            if (is_concerned(vma, what))
                err = clear_area(vma, what, &batch);
        }
    }
    batch_finish(&batch);
    write_unlock(&mm->map_lock);
    return err;
}
