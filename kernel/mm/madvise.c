/*
 * madvise(2): the advice that Quire follows. Everything else is refused with -EINVAL, as Linux
 * refuses advice it was not built for.
 *
 * NORMAL, RANDOM, SEQUENTIAL and DONTFORK, DOFORK are remembered in the area (and so decide what
 * merges); WILLNEED brings a file's pages in; DONTNEED drops what the area holds; POPULATE_*
 * faults it in.
 */
#include <abi/errno.h>
#include <abi/mman.h>

#include "object_pages.h"
#include "populate.h"
#include "pt.h"

#define ADVICE_READ (VMA_RANDOM | VMA_SEQUENTIAL)

/* How the flags of an area change with the advice; false: it is not that kind of advice. */
static bool advice_flags(int advice, u32 flags, u32 *result)
{
    switch (advice) {
    case MADV_NORMAL:
        *result = flags & ~ADVICE_READ;
        return true;
    case MADV_RANDOM:
        *result = (flags & ~ADVICE_READ) | VMA_RANDOM;
        return true;
    case MADV_SEQUENTIAL:
        *result = (flags & ~ADVICE_READ) | VMA_SEQUENTIAL;
        return true;
    case MADV_DONTFORK:
        *result = flags | VMA_DONTFORK;
        return true;
    case MADV_DOFORK:
        *result = flags & ~VMA_DONTFORK;
        return true;
    default:
        return false;
    }
}

static bool changes_areas(int advice)
{
    u32 flags;

    return advice_flags(advice, 0, &flags);
}

static bool is_known(int advice)
{
    return changes_areas(advice) || advice == MADV_DONTNEED || advice == MADV_WILLNEED ||
           advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
}

/* ---- one area, or the part of it in [start, end) ---- */

static int drop_pages(struct mm *mm, const struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct pt_range range = {.start = start, .end = end, .floor = start, .ceiling = end};
    struct batch batch;
    int err;

    if ((vma->flags & (VMA_LOCKED | VMA_SPECIAL)) ||
        (vma->object != NULL && (vma->object->flags & VM_OBJECT_DEVICE)))
        return -EINVAL;
    err = pt_own_edges(mm, &range);
    if (err != 0)
        return err;
    batch_init(&batch, mm);
    pt_zap(&batch, &range);
    batch_finish(&batch);
    return 0;
}

static void bring_in(const struct vma *vma, vaddr_t start, vaddr_t end)
{
    u64 index = vma_index(vma, start);
    u64 last = vma_index(vma, end - 1);
    struct page *page;

    if (vma->object == NULL || vma->object->ops->get_page == NULL)
        return;
    for (; index <= last && object_get_page(vma->object, index, &page) == 0; index++)
        page_put(page);
}

static int advise_area(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end, int advice)
{
    u32 flags;

    if (advice == MADV_DONTNEED)
        return drop_pages(mm, vma, start, end);
    if (advice == MADV_WILLNEED) {
        bring_in(vma, start, end);
        return 0;
    }
    if (!advice_flags(advice, vma->flags, &flags))
        return -EINVAL;
    if (advice == MADV_DOFORK && (vma->flags & VMA_SPECIAL))
        return -EINVAL;
    return flags == vma->flags ? 0 : vma_change_flags(vma, start, end, flags);
}

/* ---- the range ---- */

/* Holes are passed over and reported at the end; any other error ends the call. */
static int advise_range(struct mm *mm, vaddr_t start, vaddr_t end, int advice)
{
    int result = 0;

    while (start < end) {
        struct vma *vma = vma_find(mm, start);
        vaddr_t stop;
        int err;

        if (vma == NULL || vma->start >= end)
            return -ENOMEM;
        if (vma->start > start) {
            result = -ENOMEM;
            start = vma->start;
        }
        stop = min(vma->end, end);
        err = advise_area(mm, vma, start, stop, advice);
        if (err != 0)
            return err;
        start = stop;
    }
    return result;
}

static int advise_populate(struct mm *mm, vaddr_t start, vaddr_t end, int advice)
{
    struct vma *vma;
    bool has_hole;

    read_lock(&mm->map_lock);
    vma = vma_find_at(mm, start);
    has_hole = vma == NULL;
    for (; vma != NULL && vma->end < end; vma = vma_next(vma))
        has_hole |= vma_next(vma) == NULL || vma_next(vma)->start != vma->end;
    read_unlock(&mm->map_lock);
    if (has_hole)
        return -ENOMEM;
    return mm_populate(mm, start, end - start, advice == MADV_POPULATE_WRITE);
}

int mm_advise(struct mm *mm, vaddr_t addr, size_t len, int advice)
{
    vaddr_t end;
    size_t rounded = align_up(len, PAGE_SIZE);
    int err;

    if (!is_known(advice) || !is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if ((len != 0 && rounded == 0) || add_overflow(addr, rounded, &end))
        return -EINVAL;
    if (rounded == 0)
        return 0;
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
        return advise_populate(mm, addr, end, advice);
    if (!changes_areas(advice)) {
        read_lock(&mm->map_lock);
        err = advise_range(mm, addr, end, advice);
        read_unlock(&mm->map_lock);
        return err;
    }
    write_lock(&mm->map_lock);
    err = advise_range(mm, addr, end, advice);
    write_unlock(&mm->map_lock);
    return err;
}
