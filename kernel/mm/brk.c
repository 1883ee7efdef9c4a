/*
 * brk(2): the end of the heap. The heap is an ordinary private area that merges with itself.
 *
 * => whatever stands in the way, the answer is the old end
 */
#include <abi/errno.h>

#include "account.h"
#include "populate.h"
#include "refuse.h"
#include "settings.h"
#include "unmap.h"

#define HEAP_FLAGS (VMA_READ | VMA_WRITE | VMA_MAY_ALL | VMA_ACCOUNT | VMA_SOFTDIRTY)

/* RLIMIT_DATA counts the heap together with the program's data. */
static bool exceeds_limit(const struct mm *mm, vaddr_t brk)
{
    return brk - mm->brk_start + (mm->data_end - mm->data_start) > mm->limits.data;
}

/* May the heap end at @brk? */
static int check_break(const struct mm *mm, vaddr_t brk)
{
    if (brk < mm->brk_start || brk > USER_END)
        return refuse(-ENOMEM, REFUSED_BREAK);
    return exceeds_limit(mm, brk) ? refuse(-ENOMEM, REFUSED_DATA) : 0;
}

/* Is [start, end), and a guard page and gap above it, free? */
static bool has_room(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    const struct vma *next = vma_find(mm, start);

    if (end > USER_END || end < start || start < settings_min_address())
        return false;
    return next == NULL || end + PAGE_SIZE <= vma_gap_start(next);
}

/* Make [start, end) a part of the area below, or an area of its own. */
static int heap_enter(struct mm *mm, vaddr_t start, vaddr_t end, u32 flags)
{
    struct vma area = {
        .mm = mm, .start = start, .end = end, .flags = flags, .birth = start >> PAGE_SHIFT};
    struct vma *vma;

    if (vma_extend(vma_find_at(mm, start - 1), &area))
        return 0;
    vma = vma_alloc();
    if (vma == NULL)
        return -ENOMEM;
    *vma = area;
    vma_link(vma);
    return 0;
}

static int heap_grow(struct mm *mm, vaddr_t start, vaddr_t end, bool executable)
{
    u64 nr_pages = (end - start) >> PAGE_SHIFT;
    u32 flags = HEAP_FLAGS | mm->def_flags | (executable ? VMA_EXEC : 0);
    int err;

    if (!has_room(mm, start, end))
        return refuse(-ENOMEM, REFUSED_HEAP_ROOM);
    if (account_check_locked(mm, flags, nr_pages) != 0 || account_check(mm, flags, nr_pages) != 0)
        return -ENOMEM;
    if (mm->nr_areas > settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    if (account_commit(mm, nr_pages) != 0)
        return -ENOMEM;
    err = heap_enter(mm, start, end, flags);
    if (err != 0)
        account_uncommit(mm, nr_pages);
    else
        account_add(mm, flags, nr_pages);
    return err;
}

static int heap_resize(struct mm *mm, vaddr_t brk, bool executable)
{
    vaddr_t old_end = align_up(mm->brk, PAGE_SIZE);
    vaddr_t new_end = align_up(brk, PAGE_SIZE);

    if (new_end == old_end)
        return 0;
    if (new_end < old_end)
        return unmap_locked(mm, new_end, old_end);
    return heap_grow(mm, old_end, new_end, executable);
}

vaddr_t mm_brk(struct mm *mm, vaddr_t brk, bool executable)
{
    vaddr_t result, before;
    bool populate;

    write_lock(&mm->map_lock);
    before = mm->brk;
    if (check_break(mm, brk) == 0 && heap_resize(mm, brk, executable) == 0)
        mm->brk = brk;
    result = mm->brk;
    populate = mm->def_flags & VMA_LOCKED;
    write_unlock(&mm->map_lock);
    if (populate && result > before)
        populate_quietly(mm, align_up(before, PAGE_SIZE), align_up(result, PAGE_SIZE), true);
    return result;
}
