/*
 * Areas: lifetime, splitting, merging (vma.h 1, 3, 4).
 *
 * Every change to an area's place is one step for whoever walks the object's tree: the area is
 * taken out, changed and put back under one hold of object.lock, so a truncation never misses it.
 * Lock: mm.map_lock held for writing, except for vma_set_lineage.
 */
#include <abi/errno.h>
#include <kern/failpoint.h>
#include <kern/panic.h>
#include <kmem/slab.h>

#include "account.h"
#include "hugetlb.h"
#include "pt.h"
#include "object_areas.h"
#include "refuse.h"
#include "settings.h"

static struct kmem_cache vma_cache;

void vma_init_cache(void)
{
    kmem_cache_init(&vma_cache, "vma", sizeof(struct vma), 0, NULL);
}

struct vma *vma_alloc(void)
{
    if (failpoint_should_fail(FAILPOINT_VMA))
        return NULL;
    return kmem_cache_alloc(&vma_cache, ALLOC_WAIT | ALLOC_ZERO);
}

void vma_free(struct vma *vma)
{
    kmem_cache_free(&vma_cache, vma);
}

/* ---- the object's side ---- */

static void object_areas_lock(struct vm_object *object)
{
    if (object != NULL)
        spin_lock(&object->lock);
}

static void object_areas_unlock(struct vm_object *object)
{
    if (object != NULL)
        spin_unlock(&object->lock);
}

static void object_areas_add(struct vma *vma)
{
    if (vma->object == NULL)
        return;
    object_area_insert(&vma->object->areas, &vma->object_node);
    if (vma_may_write_object(vma))
        vma->object->writable_maps++;
}

static void object_areas_take(struct vma *vma)
{
    if (vma->object == NULL)
        return;
    object_area_remove(&vma->object->areas, &vma->object_node);
    if (vma_may_write_object(vma))
        vma->object->writable_maps--;
}

void vma_leave_object(struct vma *vma)
{
    object_areas_lock(vma->object);
    object_areas_take(vma);
    object_areas_unlock(vma->object);
}

void vma_enter_object(struct vma *vma)
{
    object_areas_lock(vma->object);
    object_areas_add(vma);
    object_areas_unlock(vma->object);
}

/* ---- lifetime in the address space ---- */

static struct vm_source *vma_source(const struct vma *vma)
{
    return vma->flags & VMA_SPECIAL ? NULL : vma->source;
}

static void vma_get_door(struct vma *vma)
{
    struct vm_source *source = vma_source(vma);

    if (vma->object != NULL)
        vm_object_get(vma->object);
    if (source == NULL)
        return;
    source->ops->get(source);
    if (source->ops->area_added != NULL)
        source->ops->area_added(source);
}

static void vma_put_door(struct vma *vma)
{
    struct vm_source *source = vma_source(vma);

    if (vma->object != NULL)
        vm_object_put(vma->object);
    if (source == NULL)
        return;
    if (source->ops->area_removed != NULL)
        source->ops->area_removed(source);
    source->ops->put(source);
}

void vma_link(struct vma *vma)
{
    vma_get_door(vma);
    vma_tree_insert(vma->mm, vma);
    vma_enter_object(vma);
}

void vma_unlink_and_free(struct vma *vma)
{
    vma_leave_object(vma);
    vma_tree_remove(vma);
    vma_put_door(vma);
    vma_free(vma);
}

void vma_set_flags(struct vma *vma, u32 flags)
{
    bool could_write = vma_may_write_object(vma);
    /* Reclaim, which holds object.lock, leaves the pages of locked areas where they are. */
    struct vm_object *object = (vma->flags ^ flags) & VMA_LOCKED ? vma->object : NULL;

    object_areas_lock(object);
    vma->flags = flags;
    object_areas_unlock(object);
    ASSERT(could_write == vma_may_write_object(vma));
}

/* ---- bounds ---- */

static void vma_move_start(struct vma *vma, vaddr_t start)
{
    u64 delta = (start >> PAGE_SHIFT) - (vma->start >> PAGE_SHIFT);

    if (vma->object != NULL)
        vma->offset += delta;
    vma->birth += delta;
    vma->start = start;
}

void vma_set_bounds(struct vma *vma, vaddr_t start, vaddr_t end)
{
    ASSERT(start < end);
    object_areas_lock(vma->object);
    object_areas_take(vma);
    vma_move_start(vma, start);
    vma->end = end;
    object_areas_add(vma);
    object_areas_unlock(vma->object);
    vma_tree_changed(vma);
}

/* ---- counts ---- */

static void vma_set_counts(struct vma *vma, struct vma_counts counts)
{
    if (vma->object == NULL) {
        vma->counts = counts;
        return;
    }
    vma->few_faults = min(counts.faults, (u64)FEW_FAULTS_MAX);
    vma->few_copies = min(counts.copies, (u64)FEW_COPIES_MAX);
}

void vma_clear_counts(struct vma *vma)
{
    vma_set_counts(vma, (struct vma_counts){0});
}

void vma_counts_get(const struct vma *vma, struct vma_counts *counts)
{
    if (vma->object == NULL)
        *counts = vma->counts;
    else
        *counts = (struct vma_counts){.faults = vma->few_faults, .copies = vma->few_copies};
}

static void vma_add_counts(struct vma *vma, const struct vma *other)
{
    struct vma_counts sum, more;

    vma_counts_get(vma, &sum);
    vma_counts_get(other, &more);
    sum.faults += more.faults;
    sum.copies += more.copies;
    vma_set_counts(vma, sum);
}

/* ---- splitting ---- */

void vma_split(struct vma *vma, vaddr_t addr, struct vma *upper)
{
    bool upper_is_larger = vma->end - addr > addr - vma->start;

    ASSERT(vma->start < addr && addr < vma->end);
    *upper = *vma;
    upper->offset = vma->object == NULL ? 0 : vma_index(vma, addr);
    upper->birth = vma_birth(vma, addr);
    upper->start = addr;
    vma_clear_counts(upper_is_larger ? vma : upper);
    vma_get_door(upper);

    object_areas_lock(vma->object);
    object_areas_take(vma);
    vma->end = addr;
    object_areas_add(vma);
    object_areas_add(upper);
    object_areas_unlock(vma->object);

    vma_tree_insert_upper(vma, upper);
}

/* ---- merging ---- */

/* Do private pages keep their birth addresses when the two become one? See vma.h 3, 4. */
static bool vma_births_continue(const struct vma *low, const struct vma *high)
{
    if (vma_is_shared(low) || low->birth + vma_pages(low) == high->birth)
        return true;
    if (low->object == NULL)
        return false;
    return high->lineage == 0 || (low->lineage == 0 && high->birth >= vma_pages(low));
}

static bool vma_doors_continue(const struct vma *low, const struct vma *high)
{
    if (low->object != high->object || low->source != high->source)
        return false;
    return low->object == NULL || low->offset + vma_pages(low) == high->offset;
}

bool vma_can_merge(const struct vma *low, const struct vma *high)
{
    if (low->end != high->start || ((low->flags ^ high->flags) & ~VMA_SOFTDIRTY))
        return false;
    if (vma_is_special(low) || vma_is_counted(low) || (low->flags & VMA_HUGETLB))
        return false;
    if (vma_userfault(low) != vma_userfault(high))
        return false;
    return vma_doors_continue(low, high) && vma_births_continue(low, high);
}

/* @low takes over the range of its neighbour @high, which ceases to be, and its mark is what is
 * said of both. */
static void vma_absorb(struct vma *low, struct vma *high)
{
    u64 birth = low->birth;

    if (low->lineage == 0 && high->lineage != 0 && !vma_is_shared(low))
        low->birth = high->birth - vma_pages(low);
    if (low->lineage == 0) {
        low->forked = high->forked || (low->forked && high->lineage == 0);
        low->lineage = high->lineage;
    }
    vma_add_counts(low, high);

    object_areas_lock(low->object);
    object_areas_take(low);
    object_areas_take(high);
    low->end = high->end;
    object_areas_add(low);
    object_areas_unlock(low->object);

    vma_tree_remove_upper(high);
    if (low->birth != birth)
        vma_tree_changed(low);
    vma_put_door(high);
    vma_free(high);
}

/* May an area of @lineage join @neighbour? An area with a lineage never joins one without. */
static bool vma_lineage_joins(u32 lineage, const struct vma *neighbour)
{
    return neighbour->lineage == lineage ||
           (lineage == 0 && neighbour->lineage != 0 && !neighbour->forked);
}

static bool vma_joins_below(const struct vma *vma, const struct vma *below)
{
    return below != NULL && vma_can_merge(below, vma) && vma_lineage_joins(vma->lineage, below);
}

static bool vma_joins_above(const struct vma *vma, const struct vma *above)
{
    return above != NULL && vma_can_merge(vma, above) && vma_lineage_joins(vma->lineage, above);
}

/* What is known of the area that was changed is said of all that it becomes a part of. */
static void set_mark(struct vma *vma, u32 mark)
{
    vma->flags = (vma->flags & ~VMA_SOFTDIRTY) | mark;
}

struct vma *vma_merge(struct vma *vma)
{
    u32 mark = vma->flags & VMA_SOFTDIRTY;
    struct vma *below = vma_prev(vma);
    struct vma *above = vma_next(vma);
    bool join_above = vma_joins_above(vma, above);

    if (vma_joins_below(vma, below)) {
        join_above = join_above && (below->lineage == 0 || above->lineage == 0 ||
                                    below->lineage == above->lineage);
        vma_absorb(below, vma);
        vma = below;
    }
    if (join_above && vma_can_merge(vma, above))
        vma_absorb(vma, above);
    set_mark(vma, mark);
    return vma;
}

struct vma *vma_merge_moved(struct vma *vma)
{
    const struct vma *below = vma_prev(vma);
    const struct vma *above = vma_next(vma);

    if (vma_joins_below(vma, below))
        set_mark(vma, below->flags & VMA_SOFTDIRTY);
    else if (vma_joins_above(vma, above))
        set_mark(vma, above->flags & VMA_SOFTDIRTY);
    return vma_merge(vma);
}

struct vma *vma_merge_new(struct vma *vma)
{
    struct vma *above = vma_next(vma);
    u32 mark = vma->flags & VMA_SOFTDIRTY;
    struct vma *below;

    if (vma_joins_above(vma, above))
        vma_absorb(vma, above);
    below = vma_prev(vma);
    if (!vma_joins_below(vma, below))
        return vma;
    vma_absorb(below, vma);
    set_mark(below, mark);
    return below;
}

bool vma_extend(struct vma *below, const struct vma *vma)
{
    ASSERT(vma->lineage == 0);
    if (!vma_joins_below(vma, below))
        return false;
    vma_set_bounds(below, below->start, vma->end);
    set_mark(below, vma->flags & VMA_SOFTDIRTY);
    return true;
}

/* ---- lineage ---- */

/* Would they be one area but for their access rights (vma.h 4)? */
static bool vma_is_kin(const struct vma *low, const struct vma *high)
{
    if (low->end != high->start || ((low->flags ^ high->flags) & ~(VMA_PROTECTION | VMA_SOFTDIRTY)))
        return false;
    return vma_doors_continue(low, high) &&
           (low->object != NULL || low->birth + vma_pages(low) == high->birth);
}

static bool vma_can_inherit(const struct vma *relative)
{
    return relative != NULL && relative->lineage != 0 && !relative->forked;
}

static u32 new_lineage(struct mm *mm)
{
    return (fetch_add(&mm->last_lineage, 1) & 0x1fffffff) + 1;
}

void vma_set_lineage(struct vma *vma)
{
    struct vma *next, *prev;

    if (likely(vma->lineage != 0))
        return;
    vma->forked = 0;
    next = vma_next(vma);
    prev = vma_prev(vma);
    if (vma_can_inherit(next) && vma_is_kin(vma, next))
        vma->lineage = next->lineage;
    else if (vma_can_inherit(prev) && vma_is_kin(prev, vma))
        vma->lineage = prev->lineage;
    else
        vma->lineage = new_lineage(vma->mm);
}

void vma_forget_lineage(struct vma *vma)
{
    vma->lineage = 0;
    vma->forked = 0;
    vma->birth = vma->start >> PAGE_SHIFT;
}

void vma_set_forked(struct vma *vma)
{
    if (vma->lineage != 0)
        vma->lineage = new_lineage(vma->mm);
    vma->forked = 1;
}

/* ---- cutting a range out ---- */

static bool vma_is_across(const struct vma *vma, vaddr_t addr)
{
    return vma != NULL && vma->start < addr;
}

int vma_check_cut(struct vma *vma, vaddr_t addr)
{
    return !(vma->flags & VMA_SPECIAL) && hugetlb_can_cut(vma, addr) ? 0 : -EINVAL;
}

/* An area to cut the one across @addr with, which has no huge leaf there any more. */
static int reserve_cut(struct mm *mm, vaddr_t addr, struct vma **spare)
{
    *spare = vma_alloc();
    return *spare == NULL ? -ENOMEM : pt_split_at(mm, addr);
}

int vma_reserve_split(struct vma_reserve *reserve, struct vma *first, vaddr_t start, vaddr_t end)
{
    struct vma *above = first;
    int err = 0;

    while (above != NULL && above->end <= end)
        above = vma_next(above);
    *reserve = (struct vma_reserve){{NULL, NULL}, start, end, first, above};
    if (vma_is_across(first, start))
        err = vma_check_cut(first, start);
    if (err == 0 && vma_is_across(above, end))
        err = vma_check_cut(above, end);
    if (err == 0 && vma_is_across(first, start))
        err = reserve_cut(first->mm, start, &reserve->spare[0]);
    if (err == 0 && vma_is_across(above, end))
        err = reserve_cut(above->mm, end, &reserve->spare[1]);
    if (err != 0)
        vma_reserve_release(reserve);
    return err;
}

void vma_reserve_release(struct vma_reserve *reserve)
{
    vma_free(reserve->spare[0]);
    vma_free(reserve->spare[1]);
    reserve->spare[0] = NULL;
    reserve->spare[1] = NULL;
}

/* Cut @vma, if it is across @addr, with the reserved *spare; what is above the cut. */
static struct vma *cut(struct vma *vma, vaddr_t addr, struct vma **spare)
{
    struct vma *upper = *spare;

    if (!vma_is_across(vma, addr))
        return vma;
    ASSERT(upper != NULL);
    *spare = NULL;
    vma_split(vma, addr, upper);
    return upper;
}

struct vma *vma_isolate(struct vma_reserve *reserve)
{
    struct vma *first = cut(reserve->first, reserve->start, &reserve->spare[0]);

    if (reserve->above == reserve->first)
        reserve->above = first;
    cut(reserve->above, reserve->end, &reserve->spare[1]);
    return vma_is_across(first, reserve->end) ? first : NULL;
}

/* The part [start, end) of @vma gets the flags of @like, and asks whom that asks. */
static int change(struct vma *vma, const struct vma *like, vaddr_t start, vaddr_t end)
{
    struct mm *mm = vma->mm;
    unsigned cuts = (start > vma->start) + (end < vma->end);
    struct vma_reserve reserve;
    int err;

    if (cuts > 0 && mm->nr_areas + cuts > settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    err = vma_reserve_split(&reserve, vma, start, end);
    if (err != 0)
        return err;
    vma = vma_isolate(&reserve);
    account_remove(mm, vma->flags, vma_pages(vma));
    account_add(mm, like->flags, vma_pages(vma));
    vma_set_flags(vma, like->flags);
    if (vma->object == NULL)
        vma->userfault = like->userfault;
    vma_merge(vma);
    return 0;
}

int vma_change_flags(struct vma *vma, vaddr_t start, vaddr_t end, u32 flags)
{
    struct vma like = {.flags = flags, .userfault = vma_userfault(vma)};

    return change(vma, &like, start, end);
}

int vma_change_userfault(struct vma *vma, vaddr_t start, vaddr_t end, u32 flags,
                         struct userfault *userfault)
{
    struct vma like = {.flags = flags, .userfault = userfault};

    return change(vma, &like, start, end);
}
