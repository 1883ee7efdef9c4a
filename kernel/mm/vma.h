/*
 * Areas: the ranges of an address space, and the tree that holds them.
 *
 * 1. An area is [start, end) with one protection, one object (or none) and one door it was mapped
 *    through. Areas never overlap. An operation merges the areas it changed with their neighbours;
 *    two neighbours without private pages that could be one area are one.
 * 2. The tree is ordered by address and intrusive: inserting allocates nothing. Every node knows
 *    the hole below its area, the largest such hole in its subtree, so that room for len bytes is
 *    found in O(log n) from the top or from the bottom, and whether a displaced area is below it.
 * 3. Birth. A private page remembers the page number at which it was born. An area stores the birth
 *    page number of its start; it differs from start / PAGE_SIZE only after mremap moved private
 *    pages (the area is "displaced"). Where there are no private pages the area is born again
 *    where it lands.
 * 4. Lineage. Linux merges neighbours with private pages only when their reverse maps agree, and
 *    /proc/PID/maps shows it, so it is part of the ABI. The lineage number stands for that: 0
 *    without private pages, given with the first attempt to make one, taken over from a neighbour
 * that differs in access rights at most. A forked area gets a number of its own and no longer
 * merges with neighbours that have none. The rules are those of Linux 6.1; correctness needs
 * only 3.
 * 5. Counts. An area counts the pages that were faulted in through it and the copies made for its
 *    writes (/proc/PID/areas). The numbers live where there is room: an area without an object does
 *    not use object_node; one with an object has the bits that offset (an index of at most 52 bits)
 *    and birth (BIRTH_BITS) leave, and its counts stop at the largest number. So a count costs ten
 *    instructions and no memory. A split leaves them with the larger part, an area that loses an
 *    end keeps them, a merge adds them, a move of the whole area takes them along, a forked area
 *    begins at 0. Threads that fault at the same moment in an area with an object may be counted
 *    once: the counts are for people.
 * 6. Locks: (m) mm.map_lock. What an area in an object's interval tree says about its place in the
 *    object and in memory changes only while it is out of that tree, under object.lock (o).
 */
#pragma once

#include <lib/interval_tree.h>
#include <mm/mm.h>

struct vma {
    struct rb_node node;       /* (m) mm.areas */
    vaddr_t start, end;        /* (m,o) */
    u32 gap;                   /* (m) hole below the area: GAP_MAX: that or more; pages */
    u32 subtree_gap;           /* (m) the largest gap in the subtree */
    u32 flags;                 /* (m) VMA_* */
    u32 lineage : 29;          /* (m; set by a fault under the read lock) */
    u32 apart : 1;             /* (m) may stand beside an area that it could be one with */
    u32 forked : 1;            /* (m) the lineage, or without one the area, is from a fork */
    u32 subtree_displaced : 1; /* (m) a displaced area is in the subtree */
    struct mm *mm;             /* (I) */
    struct vm_object *object;  /* (I) or NULL: anonymous private */
    u64 offset : 52;           /* (m,o) page of the object at start */
    u64 few_copies : 12;       /* see 5; with an object */
    u64 birth : 40;            /* (m) birth page number of start; private areas */
    u64 few_faults : 24;       /* see 5; with an object */
    union {
        struct vm_source *source; /* (I) the door, or NULL */
        const char *name;         /* (I) of a VMA_SPECIAL area */
    };
    union {
        struct interval_node object_node; /* (o) object.areas */
        struct {                          /* without an object */
            struct vma_counts counts;     /* (a) see 5 */
            struct userfault *userfault;  /* (m) who is asked; with VMA_ASK_BITS, else NULL */
        };
    };
};
_Static_assert(sizeof(struct vma) <= 128, "an area is at most 128 bytes");

#define VMA_PROTECTION (VMA_READ | VMA_WRITE | VMA_EXEC)
#define VMA_LOCK_BITS  (VMA_LOCKED | VMA_LOCKONFAULT)
#define VMA_HUGE_BITS  (VMA_HUGEPAGE | VMA_NOHUGEPAGE)
#define VMA_ASK_BITS   (VMA_ASK_MISSING | VMA_ASK_WRITE)
#define VMA_MAY_ALL    (VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC)

/* vma.gap of holes of 16 TiB and more: their size is looked up when it matters. */
#define GAP_MAX 0xffffffffu

/* Pages kept free below an area that grows down. */
#define STACK_GUARD_GAP (256UL << PAGE_SHIFT)

static inline u64 vma_pages(const struct vma *vma)
{
    return (vma->end - vma->start) >> PAGE_SHIFT;
}

static inline bool vma_is_shared(const struct vma *vma)
{
    return vma->flags & VMA_SHARED;
}

static inline bool vma_is_anonymous(const struct vma *vma)
{
    return vma->object == NULL && !(vma->flags & VMA_SPECIAL);
}

/* Who is asked for pages of the area (mm/userfault.h); NULL: nobody. */
static inline struct userfault *vma_userfault(const struct vma *vma)
{
    return vma->object == NULL ? vma->userfault : NULL;
}

/* Nobody is asked in the area any more. => not in a tree, or map_lock held for writing */
static inline void vma_forget_userfault(struct vma *vma)
{
    vma->flags &= ~VMA_ASK_BITS;
    if (vma->object == NULL)
        vma->userfault = NULL;
}

/* Does a forked child get entries of its own? Where no private page was ever made it faults them in
 * again. */
static inline bool vma_fork_copies(const struct vma *vma)
{
    return !vma_is_shared(vma) && vma->lineage != 0 &&
           !(vma->flags & (VMA_DONTFORK | VMA_WIPEONFORK | VMA_SPECIAL));
}

static inline bool vma_is_device(const struct vma *vma)
{
    return vma->object != NULL && (vma->object->flags & VM_OBJECT_DEVICE);
}

/* Areas whose pages are not the program's to lock or to give back: [vdso], devices. */
static inline bool vma_is_special(const struct vma *vma)
{
    return (vma->flags & VMA_SPECIAL) || vma_is_device(vma);
}

/* Does it show frames that are not the kernel's memory: a device's, or [vvar]? */
static inline bool vma_shows_frames(const struct vma *vma)
{
    return vma_is_device(vma) && !((vma->flags & VMA_SPECIAL) && (vma->flags & VMA_MAYEXEC));
}

/* Is the area one of object.writable_maps? */
static inline bool vma_may_write_object(const struct vma *vma)
{
    return vma_is_shared(vma) && (vma->flags & VMA_MAYWRITE);
}

/* Shared through a door that was opened for writing, be it sealed since: Linux's VM_SHARED. */
static inline bool vma_is_shared_for_writing(const struct vma *vma)
{
    const struct vm_source *source = vma->flags & VMA_SPECIAL ? NULL : vma->source;

    if (!vma_is_shared(vma) || (vma->flags & VMA_MAYWRITE))
        return vma_is_shared(vma);
    return source != NULL && source->ops->is_for_writing != NULL &&
           source->ops->is_for_writing(source);
}

/* Does its door count its areas? */
static inline bool vma_is_counted(const struct vma *vma)
{
    return !(vma->flags & VMA_SPECIAL) && vma->source != NULL &&
           vma->source->ops->area_count != NULL;
}

/* May the caller know which of the object's pages are in memory? */
static inline bool vma_is_trusted(const struct vma *vma)
{
    if ((vma->flags & VMA_SPECIAL) || vma->source == NULL)
        return false;
    return vma->source->ops->is_trusted == NULL || vma->source->ops->is_trusted(vma->source);
}

/* The index in the object of the page at @addr. */
static inline u64 vma_index(const struct vma *vma, vaddr_t addr)
{
    return vma->offset + ((addr - vma->start) >> PAGE_SHIFT);
}

/* The birth page number of a private page at @addr. */
static inline u64 vma_birth(const struct vma *vma, vaddr_t addr)
{
    return vma->birth + ((addr - vma->start) >> PAGE_SHIFT);
}

static inline bool vma_is_displaced(const struct vma *vma)
{
    return !vma_is_shared(vma) && vma->birth != vma->start >> PAGE_SHIFT;
}

#define FEW_FAULTS_MAX ((1u << 24) - 1)
#define FEW_COPIES_MAX ((1u << 12) - 1)

/* A page was faulted in through the area. => map_lock held */
static inline void vma_count_fault(struct vma *vma)
{
    if (vma->object == NULL)
        fetch_add(&vma->counts.faults, 1);
    else if (vma->few_faults < FEW_FAULTS_MAX)
        vma->few_faults++;
}

/* A write through the area was given a copy. => map_lock held */
static inline void vma_count_copy(struct vma *vma)
{
    if (vma->object == NULL)
        fetch_add(&vma->counts.copies, 1);
    else if (vma->few_copies < FEW_COPIES_MAX)
        vma->few_copies++;
}

/* Where the area begins for its neighbour below: an area that grows down keeps its distance. */
static inline vaddr_t vma_gap_start(const struct vma *vma)
{
    if (!(vma->flags & VMA_GROWSDOWN))
        return vma->start;
    return vma->start > STACK_GUARD_GAP ? vma->start - STACK_GUARD_GAP : 0;
}

/* ---- vma.c: lifetime, splitting, merging. map_lock held for writing. ---- */

void vma_init_cache(void);

/* Storage only: zeroed. NULL when there is no memory (FAILPOINT_VMA). */
struct vma *vma_alloc(void) __must_check;
void vma_free(struct vma *vma);

/* Enter an area into its mm's tree and its object's; take the references to object and source. */
void vma_link(struct vma *vma);

/* The reverse, with the storage. The entries below it are gone already. */
void vma_unlink_and_free(struct vma *vma);

/* Take an area out of its object's interval tree, put it back: around a change of its bounds. */
void vma_leave_object(struct vma *vma);
void vma_enter_object(struct vma *vma);

/*
 * vma_split: cut @vma at @addr; @upper (from vma_alloc) becomes what is above, @vma keeps the rest.
 * => cannot fail
 */
void vma_split(struct vma *vma, vaddr_t addr, struct vma *upper);

/* Change the bounds of an area in its trees; the offset and birth follow the start. */
void vma_set_bounds(struct vma *vma, vaddr_t start, vaddr_t end);

/* Begin counting at 0. => map_lock held for writing */
void vma_clear_counts(struct vma *vma);

/* True when @low and the area directly above it could be one area, lineages aside. */
bool vma_can_merge(const struct vma *low, const struct vma *high);

/* Merge an area that was changed with its neighbours; the area that is left. Whether all of it
 * counts as changed (VMA_SOFTDIRTY) is what was so of @vma: as on Linux what the neighbours knew is
 * forgotten. */
struct vma *vma_merge(struct vma *vma);

/* The same for one that mremap put there, which takes the neighbours' word. */
struct vma *vma_merge_moved(struct vma *vma);

/* The same for a new area, which prefers the neighbour above. */
struct vma *vma_merge_new(struct vma *vma);

/* True: @below (may be NULL) has become what it and @vma, which is in no tree, would be merged to.
 */
bool vma_extend(struct vma *below, const struct vma *vma);

/* The area gets its first private page: give it a lineage. map_lock held for reading at least. */
void vma_set_lineage(struct vma *vma);

/* @vma has no private pages: it is born where it is. => not in a tree */
void vma_forget_lineage(struct vma *vma);

/* @vma is a copy of an area of another address space. */
void vma_set_forked(struct vma *vma);

/* Change flags (never those that move it between trees). */
void vma_set_flags(struct vma *vma, u32 flags);

/*
 * Two areas that cut [start, end) out of what is there, allocated in advance. @first is the first
 * area that ends above @start. -EINVAL: [vdso] and [vvar] cannot be cut, huge pages not in two.
 * Huge leaves across the cuts are split.
 */
struct vma_reserve {
    struct vma *spare[2];
    vaddr_t start, end;
    struct vma *first, *above; /* the first areas that end above @start and above @end, or NULL */
};
int vma_reserve_split(struct vma_reserve *reserve, struct vma *first, vaddr_t start,
                      vaddr_t end) __must_check;
void vma_reserve_release(struct vma_reserve *reserve);

/* May @vma be cut at @addr? 0 or -EINVAL, as above. */
int vma_check_cut(struct vma *vma, vaddr_t addr) __must_check;

/* Split the areas across the edges with the reserve; the first area of the range.
 * => no area of the range was changed since it was reserved */
struct vma *vma_isolate(struct vma_reserve *reserve);

/*
 * vma_change_flags: the part [start, end) of @vma gets @flags, is counted so, and merged with its
 * neighbours. The rights of its entries are the caller's business.
 * => nothing changed: -ENOMEM (no memory, or too many areas), -EINVAL (it cannot be cut)
 */
int vma_change_flags(struct vma *vma, vaddr_t start, vaddr_t end, u32 flags) __must_check;

/* The same, and @userfault is asked in it. => no object */
int vma_change_userfault(struct vma *vma, vaddr_t start, vaddr_t end, u32 flags,
                         struct userfault *userfault) __must_check;

/* ---- vma_tree.c: map_lock held. ---- */

void vma_tree_insert(struct mm *mm, struct vma *vma);
void vma_tree_remove(struct vma *vma);
void vma_tree_changed(struct vma *vma); /* its bounds or birth changed, not its order */

/* An area was cut: @upper begins where @vma ends now, and ends where @vma ended. */
void vma_tree_insert_upper(struct vma *vma, struct vma *upper);

/* Two became one: the area below @vma reaches to its end now. */
void vma_tree_remove_upper(struct vma *vma);

struct vma *vma_find(const struct mm *mm, vaddr_t addr); /* the first that ends above @addr */
struct vma *vma_find_at(const struct mm *mm,
                        vaddr_t addr); /* the one that contains @addr, or NULL */
struct vma *vma_find_overlap(const struct mm *mm, vaddr_t start, vaddr_t end);
struct vma *vma_first(const struct mm *mm);
struct vma *vma_last(const struct mm *mm);
struct vma *vma_next(const struct vma *vma);
struct vma *vma_prev(const struct vma *vma);

/* The last area that begins below @addr. */
struct vma *vma_find_below(const struct mm *mm, vaddr_t addr);

/* Displaced areas in address order; NULL at the end. @after NULL: the first. */
struct vma *vma_next_displaced(const struct mm *mm, const struct vma *after);

/* Where are @len free bytes? Results are multiples of PAGE_SIZE; 0: nowhere. */
vaddr_t vma_gap_find_top_down(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high);
vaddr_t vma_gap_find_bottom_up(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high);

/* What vma.gap should be, for the audit. */
u32 vma_gap_count(const struct vma *vma);

#define vma_for_each(vma, mm) for ((vma) = vma_first(mm); (vma) != NULL; (vma) = vma_next(vma))

/* @vma: areas that overlap [start, end). The body must not remove @vma. */
#define vma_for_each_overlap(vma, mm, start_, end_)                                                \
    for ((vma) = vma_find(mm, start_); (vma) != NULL && (vma)->start < (end_);                     \
         (vma) = vma_next(vma))
