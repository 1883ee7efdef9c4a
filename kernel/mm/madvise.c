/*
 * madvise(2): a table of the advice there is, and the walk over the areas of a range.
 *
 * A row either changes flags that the area remembers (they decide what merges, too) or does its
 * work at once. Advice without a row is refused with -EINVAL, as Linux refuses what it was not
 * built for: Quire merges no equal pages (MERGEABLE) and poisons none (HWPOISON).
 *
 * Holes are passed over and reported at the end as -ENOMEM; any other error ends the call. Locks:
 * map_lock for writing when flags change, else for reading; work that waits for long gives it up.
 */
#include <abi/errno.h>
#include <abi/mman.h>
#include <arch/pkey.h>

#include "cold.h"
#include "collapse.h"
#include "hugetlb.h"
#include "lazy_free.h"
#include "object_pages.h"
#include "populate.h"
#include "refuse.h"
#include "thp.h"

/* What is being advised: the part [start, end) of one area. */
struct advised {
    struct mm *mm;
    struct vma *vma;
    vaddr_t start, end;
    int advice;
};

struct advice {
    int number;
    u32 clear, set; /* of the area's flags; both 0: see apply */
    /* May this area be advised so: 0 or the errno. NULL: any may. */
    int (*check)(const struct vma *vma);
    /* Do it. => map_lock held for reading, given up in between where needed: vma is invalid then */
    int (*apply)(struct advised *advised);
};

/* ---- what areas allow ---- */

static int check_fork(const struct vma *vma)
{
    return vma_shows_frames(vma) ? -EINVAL : 0;
}

static int check_dump(const struct vma *vma)
{
    return vma_is_special(vma) ? -EINVAL : 0;
}

/* Not a file's, not even /dev/zero; [vdso] and [vvar] are nobody's. */
static int check_wipe(const struct vma *vma)
{
    bool has_file = !(vma->flags & VMA_SPECIAL) && (vma->object != NULL || vma->source != NULL);

    return has_file || vma_is_shared(vma) ? -EINVAL : 0;
}

static int check_drop_locked(const struct vma *vma)
{
    return vma_shows_frames(vma) ? -EINVAL : 0;
}

static int check_drop(const struct vma *vma)
{
    if (vma->flags & VMA_HUGETLB)
        return -EINVAL;
    return vma->flags & VMA_LOCKED ? -EINVAL : check_drop_locked(vma);
}

static int check_dontneed(const struct vma *vma)
{
    return vma->flags & VMA_HUGETLB ? 0 : check_drop(vma);
}

static int check_free(const struct vma *vma)
{
    return vma_is_anonymous(vma) ? check_drop(vma) : -EINVAL;
}

static int check_remove(const struct vma *vma)
{
    u32 needed = VMA_SHARED | VMA_MAYWRITE;

    if ((vma->flags & (VMA_LOCKED | VMA_SPECIAL)) || (vma->object == NULL && vma->source == NULL))
        return -EINVAL;
    return (vma->flags & needed) == needed ? 0 : -EACCES;
}

static bool cannot_populate(const struct vma *vma, u32 right)
{
    return vma_shows_frames(vma) || !(vma->flags & right) ||
           !arch_pkey_allows(vma_pkey(vma->flags), right == VMA_WRITE);
}

static int check_populate_read(const struct vma *vma)
{
    return cannot_populate(vma, VMA_READ) ? -EINVAL : 0;
}

static int check_populate_write(const struct vma *vma)
{
    return cannot_populate(vma, VMA_WRITE) ? -EINVAL : 0;
}

/* ---- what is done at once ---- */

/* Whole huge pages of the range; it must begin with one. */
static int drop_huge_pages(struct advised *a)
{
    vaddr_t end = align_down(a->end, HUGETLB_SIZE);
    struct batch batch;

    if (!is_aligned(a->start, HUGETLB_SIZE))
        return -EINVAL;
    batch_init(&batch, a->mm);
    write_lock(&a->vma->object->resize);
    if (a->start < end)
        hugetlb_zap(&batch, a->vma, a->start, end);
    write_unlock(&a->vma->object->resize);
    batch_finish(&batch);
    return 0;
}

static int apply_drop(struct advised *a)
{
    struct pt_range range = {
        .start = a->start, .end = a->end, .floor = a->start, .ceiling = a->end};
    struct batch batch;
    int err;

    if (vma_is_hugetlb(a->vma))
        return drop_huge_pages(a);
    err = pt_own_edges(a->mm, &range);
    if (err == 0 && a->vma->object == NULL)
        err = pt_renew_range(a->mm, a->start, a->end);
    if (err != 0)
        return err;
    batch_init(&batch, a->mm);
    pt_zap(&batch, &range);
    batch_finish(&batch);
    return 0;
}

static int apply_free(struct advised *a)
{
    return lazy_free_range(a->mm, a->start, a->end);
}

static int apply_cold(struct advised *a)
{
    cool_range(a->mm, a->start, a->end);
    return 0;
}

/* Files whose residency is not the caller's to know are left alone. There is no swap: of private
 * pages only those that were given up can go. */
static int apply_page_out(struct advised *a)
{
    struct vma *vma = a->vma;
    struct vm_object *object;
    u64 first, last;

    if (vma->object != NULL && !vma_is_trusted(vma))
        return 0;
    cool_range(a->mm, a->start, a->end);
    if (!vma_is_shared(vma))
        lazy_free_reclaim_range(a->mm, a->start, a->end);
    if (vma->object == NULL)
        return 0;
    first = vma_index(vma, a->start);
    last = vma_index(vma, a->end - 1);
    object = vm_object_get(vma->object);
    read_unlock(&a->mm->map_lock);
    object_page_out(object, first, last);
    vm_object_put(object);
    read_lock(&a->mm->map_lock);
    return 0;
}

static int apply_will_need(struct advised *a)
{
    struct vm_object *object = a->vma->object;
    u64 index, last;
    struct page *page;

    if (object == NULL || object->ops->get_page == NULL || (object->flags & VM_OBJECT_SHMEM))
        return 0;
    index = vma_index(a->vma, a->start);
    last = vma_index(a->vma, a->end - 1);
    vm_object_get(object);
    read_unlock(&a->mm->map_lock);
    for (; index <= last && object_get_page(object, index, &page) == 0; index++)
        page_put(page);
    vm_object_put(object);
    read_lock(&a->mm->map_lock);
    return 0;
}

static int punch(struct vm_source *source, struct vm_object *object, u64 offset, u64 len)
{
    return source != NULL && source->ops->punch != NULL ? source->ops->punch(source, offset, len)
                                                        : object_punch(object, offset, len);
}

static int apply_remove(struct advised *a)
{
    struct vm_source *source = a->vma->source;
    struct vm_object *object = vm_object_get(a->vma->object);
    u64 offset = vma_index(a->vma, a->start) << PAGE_SHIFT;
    int err;

    if (source != NULL)
        source->ops->get(source);
    read_unlock(&a->mm->map_lock);
    err = punch(source, object, offset, a->end - a->start);
    if (source != NULL)
        source->ops->put(source);
    vm_object_put(object);
    read_lock(&a->mm->map_lock);
    return err;
}

static int apply_populate(struct advised *a)
{
    int err;

    read_unlock(&a->mm->map_lock);
    err = mm_populate(a->mm, a->start, a->end - a->start, a->advice == MADV_POPULATE_WRITE);
    read_lock(&a->mm->map_lock);
    return err == -EAGAIN ? -EINTR : err;
}

/* Of memory that was written to, where huge pages are not forbidden; whether faults bring any does
 * not matter. */
static int check_collapse(const struct vma *vma)
{
    return vma->lineage != 0 && thp_is_possible(vma) && thp_has_room(vma) ? 0 : -EINVAL;
}

static int apply_collapse(struct advised *a)
{
    int err;

    read_unlock(&a->mm->map_lock);
    err = collapse_range(a->mm, a->start, a->end);
    read_lock(&a->mm->map_lock);
    return err;
}

/* ---- the table ---- */

#define ADVICE_READ (VMA_RANDOM | VMA_SEQUENTIAL)

static const struct advice advices[] = {
    {MADV_NORMAL, .clear = ADVICE_READ},
    {MADV_RANDOM, .clear = ADVICE_READ, .set = VMA_RANDOM},
    {MADV_SEQUENTIAL, .clear = ADVICE_READ, .set = VMA_SEQUENTIAL},
    {MADV_DONTFORK, .set = VMA_DONTFORK},
    {MADV_DOFORK, .clear = VMA_DONTFORK, .check = check_fork},
    {MADV_WIPEONFORK, .set = VMA_WIPEONFORK, .check = check_wipe},
    {MADV_KEEPONFORK, .clear = VMA_WIPEONFORK},
    {MADV_DONTDUMP, .set = VMA_DONTDUMP},
    {MADV_DODUMP, .clear = VMA_DONTDUMP, .check = check_dump},
    {MADV_HUGEPAGE, .clear = VMA_NOHUGEPAGE, .set = VMA_HUGEPAGE},
    {MADV_NOHUGEPAGE, .clear = VMA_HUGEPAGE, .set = VMA_NOHUGEPAGE},
    {MADV_COLLAPSE, .check = check_collapse, .apply = apply_collapse},
    {MADV_WILLNEED, .apply = apply_will_need},
    {MADV_DONTNEED, .check = check_dontneed, .apply = apply_drop},
    {MADV_DONTNEED_LOCKED, .check = check_drop_locked, .apply = apply_drop},
    {MADV_FREE, .check = check_free, .apply = apply_free},
    {MADV_REMOVE, .check = check_remove, .apply = apply_remove},
    {MADV_COLD, .check = check_drop, .apply = apply_cold},
    {MADV_PAGEOUT, .check = check_drop, .apply = apply_page_out},
    {MADV_POPULATE_READ, .check = check_populate_read, .apply = apply_populate},
    {MADV_POPULATE_WRITE, .check = check_populate_write, .apply = apply_populate},
};

static const struct advice *find_advice(int number)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(advices); i++) {
        if (advices[i].number == number)
            return &advices[i];
    }
    return NULL;
}

/* ---- the range ---- */

static int advise_area(const struct advice *advice, struct advised *a)
{
    u32 flags = (a->vma->flags & ~advice->clear) | advice->set;
    int err = advice->check != NULL ? advice->check(a->vma) : 0;

    if (err != 0)
        return err;
    if (advice->apply != NULL)
        return advice->apply(a);
    if (flags == a->vma->flags)
        return 0;
    err = vma_change_flags(a->vma, a->start, a->end, flags);
    return err == -ENOMEM ? -EAGAIN : err;
}

static int advise_range(const struct advice *advice, struct mm *mm, vaddr_t start, vaddr_t end)
{
    bool hole = false;

    while (start < end) {
        struct advised a = {.mm = mm, .advice = advice->number};
        int err;

        a.vma = vma_find(mm, start);
        if (a.vma == NULL || a.vma->start >= end)
            return refuse(-ENOMEM, REFUSED_HOLE);
        hole |= a.vma->start > start;
        a.start = max(start, a.vma->start);
        a.end = min(a.vma->end, end);
        err = advise_area(advice, &a);
        if (err != 0)
            return err;
        start = a.end;
    }
    return hole ? refuse(-ENOMEM, REFUSED_HOLE) : 0;
}

int mm_advise(struct mm *mm, vaddr_t addr, size_t len, int number)
{
    const struct advice *advice = find_advice(number);
    size_t rounded = align_up(len, PAGE_SIZE);
    vaddr_t end;
    int err;

    if (advice == NULL || !is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if ((len != 0 && rounded == 0) || add_overflow(addr, rounded, &end))
        return -EINVAL;
    if (rounded == 0)
        return 0;
    if (advice->apply != NULL) {
        read_lock(&mm->map_lock);
        err = advise_range(advice, mm, addr, end);
        read_unlock(&mm->map_lock);
        return err;
    }
    write_lock(&mm->map_lock);
    err = advise_range(advice, mm, addr, end);
    write_unlock(&mm->map_lock);
    return err;
}
