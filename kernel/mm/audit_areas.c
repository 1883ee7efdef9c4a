/* Invariants of areas: their tree, their neighbours, the counters of the address space, their
 * objects. */
#include "audit.h"
#include "hugetlb.h"
#include "object_areas.h"
#include "userfault.h"

/* The tree is balanced and its areas are whole pages of user memory, in order, apart from each
 * other. */
static int audit_area_order(struct audit *audit, struct mm *mm)
{
    const struct vma *last = READ_ONCE(mm->last_area);
    bool found_last = last == NULL;
    vaddr_t end = 0;
    u64 nr = 0;
    struct vma *vma;

    if (!rb_check(&mm->areas))
        return audit_fail(audit, "area_order", "the tree is not balanced");
    vma_for_each (vma, mm) {
        if (vma->mm != mm || vma->start >= vma->end || vma->end > USER_END || vma->start < end ||
            !is_aligned(vma->start | vma->end, PAGE_SIZE))
            return audit_fail(audit, "area_order", "area [%lx, %lx) after %lx", vma->start,
                              vma->end, end);
        end = vma->end;
        nr++;
        found_last |= vma == last;
    }
    if (!found_last)
        return audit_fail(audit, "area_order", "the area found last is none");
    if (nr != mm->nr_areas)
        return audit_fail(audit, "area_order", "%lu areas, counted %lu", mm->nr_areas, nr);
    return 0;
}

/* What a subtree says about itself; nothing when there is none. */
static u32 subtree_gap(const struct rb_node *node)
{
    return node == NULL ? 0 : rb_entry(node, struct vma, node)->subtree_gap;
}

static bool subtree_displaced(const struct rb_node *node)
{
    return node != NULL && rb_entry(node, struct vma, node)->subtree_displaced;
}

/* The gaps and summaries in the tree are right. */
static int audit_area_gaps(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        u32 below = max(subtree_gap(vma->node.left), subtree_gap(vma->node.right));
        bool displaced = vma_is_displaced(vma) || subtree_displaced(vma->node.left) ||
                         subtree_displaced(vma->node.right);

        if (vma->gap != vma_gap_count(vma) || vma->subtree_gap != max(vma->gap, below))
            return audit_fail(audit, "area_gaps", "area %lx: gap %u, subtree %u, counted %u",
                              vma->start, vma->gap, vma->subtree_gap, vma_gap_count(vma));
        if (vma->subtree_displaced != displaced)
            return audit_fail(audit, "area_gaps", "area %lx: displaced areas below", vma->start);
    }
    return 0;
}

/* Neighbours without private pages that could be one area are one, unless a fault made them
 * neighbours (an area that grows down to another stays itself) or a fork took from both what kept
 * them apart, or mremap left one of them (vma.apart), as on Linux. */
static int audit_area_merging(struct audit *audit, struct mm *mm)
{
    struct vma *vma, *next;

    for (vma = vma_first(mm); vma != NULL && (next = vma_next(vma)) != NULL; vma = next) {
        if (vma->lineage == 0 && next->lineage == 0 && !(next->flags & VMA_GROWSDOWN) &&
            !(vma->forked && next->forked) && !vma->apart && !next->apart &&
            vma_can_merge(vma, next))
            return audit_fail(audit, "area_merging", "areas %lx and %lx", vma->start, next->start);
    }
    return 0;
}

/* Shared areas have an object and no private past; charged areas are charged. */
static int audit_area_flags(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        if (vma_is_shared(vma) && (vma->object == NULL || vma->lineage != 0))
            return audit_fail(audit, "area_flags", "shared area %lx with private pages",
                              vma->start);
        if ((vma->flags & VMA_LOCK_BITS) == VMA_LOCKONFAULT)
            return audit_fail(audit, "area_flags", "area %lx: locked on fault, but not locked",
                              vma->start);
        if ((vma->flags & VMA_LOCKED) && vma_is_special(vma))
            return audit_fail(audit, "area_flags", "special area %lx is locked", vma->start);
        if (account_is_charged(vma->flags) && !(vma->flags & VMA_ACCOUNT))
            return audit_fail(audit, "area_flags", "area %lx is not charged", vma->start);
    }
    return 0;
}

/* The counters of the address space are the sums over its areas. */
static int audit_area_counters(struct audit *audit, struct mm *mm)
{
    struct mm sum = {.total_pages = 0};
    struct vma *vma;

    vma_for_each (vma, mm) {
        account_add(&sum, vma->flags, vma_pages(vma));
        if (vma->flags & VMA_ACCOUNT)
            sum.committed_pages += vma_pages(vma);
    }
    audit->committed += mm->committed_pages;
    if (sum.total_pages != mm->total_pages || sum.data_pages != mm->data_pages ||
        sum.stack_pages != mm->stack_pages || sum.exec_pages != mm->exec_pages ||
        sum.shared_pages != mm->shared_pages || sum.locked_pages != mm->locked_pages ||
        sum.committed_pages != mm->committed_pages)
        return audit_fail(audit, "area_counters",
                          "total %lu/%lu data %lu/%lu stack %lu/%lu exec %lu/%lu shared %lu/%lu "
                          "locked %lu/%lu committed %lu/%lu",
                          mm->total_pages, sum.total_pages, mm->data_pages, sum.data_pages,
                          mm->stack_pages, sum.stack_pages, mm->exec_pages, sum.exec_pages,
                          mm->shared_pages, sum.shared_pages, mm->locked_pages, sum.locked_pages,
                          mm->committed_pages, sum.committed_pages);
    return 0;
}

static bool is_in_object(struct vma *vma)
{
    struct interval_node *node;
    bool found = false;

    spin_lock(&vma->object->lock);
    interval_for_each (node, object_area, &vma->object->areas, vma->offset, vma->offset) {
        if (node == &vma->object_node) {
            found = true;
            break;
        }
    }
    spin_unlock(&vma->object->lock);
    return found;
}

/* The object of an area knows the area. */
static int audit_area_objects(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        if (vma->object != NULL && !is_in_object(vma))
            return audit_fail(audit, "area_objects", "area %lx is not in its object", vma->start);
    }
    return 0;
}

/* Is this the first of the areas in the object's tree? Each object is looked at once. */
static bool is_first_in_object(struct vma *vma)
{
    return object_area_first(&vma->object->areas, 0, ~0ul) == &vma->object_node;
}

static u64 count_writable_areas(struct vm_object *object)
{
    struct interval_node *node;
    u64 nr = 0;

    interval_for_each (node, object_area, &object->areas, 0, ~0ul)
        nr += vma_may_write_object(vma_of_object_node(node));
    return nr;
}

/* What an object that is mapped says about itself: its tree of pages, how many there are, how many
 * areas may write. */
static int audit_object_tree(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        struct vm_object *object = vma->object;
        u64 nr_pages, nr_items, nr_writable, writable;
        bool first, sound;

        if (object == NULL)
            continue;
        spin_lock(&object->lock);
        first = is_first_in_object(vma);
        sound = !first || radix_check(&object->pages);
        nr_pages = object->nr_pages;
        nr_items = object->pages.nr_items;
        if (object->flags & VM_OBJECT_HUGETLB)
            nr_items = (nr_items - object->promised) * HUGETLB_PAGES;
        writable = object->writable_maps;
        nr_writable = first ? count_writable_areas(object) : writable;
        spin_unlock(&object->lock);
        if (!sound || nr_pages != nr_items || nr_writable != writable)
            return audit_fail(
                audit, "object_tree",
                "of area %lx: tree sound: %d, %lu pages, counted %lu; writable %lu/%lu", vma->start,
                sound, nr_pages, nr_items, writable, nr_writable);
    }
    return 0;
}

/* Areas of the object that were mapped through the door of @vma; *first: @vma is the first of them.
 */
static u64 count_door_areas(struct vma *vma, bool *first)
{
    struct interval_node *node;
    u64 nr = 0;

    spin_lock(&vma->object->lock);
    interval_for_each (node, object_area, &vma->object->areas, 0, ~0ul) {
        if (vma_of_object_node(node)->source != vma->source)
            continue;
        if (nr++ == 0)
            *first = node == &vma->object_node;
        if (!*first)
            break; /* counted with the first */
    }
    spin_unlock(&vma->object->lock);
    return nr;
}

/* A door that counts its areas has counted those that there are. */
static int audit_door_count(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        bool first = false;
        u64 nr, counted;

        if (!vma_is_counted(vma))
            continue;
        nr = count_door_areas(vma, &first);
        counted = vma->source->ops->area_count(vma->source);
        if (first && nr != counted)
            return audit_fail(audit, "door_count",
                              "area %lx: the door counted %lu areas, found %lu", vma->start,
                              counted, nr);
    }
    return 0;
}

/* Areas of huge pages are on their alignment; private ones promise what they have not used. */
static int audit_area_hugetlb(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        if (!vma_is_hugetlb(vma))
            continue;
        if (!is_aligned(vma->start | vma->end | (u64)vma->offset << PAGE_SHIFT, HUGETLB_SIZE) ||
            vma->object == NULL || !(vma->object->flags & VM_OBJECT_HUGETLB))
            return audit_fail(audit, "area_hugetlb", "area %lx is not of huge pages", vma->start);
        if ((vma->flags & VMA_HUGETLB_OWNER) && (vma->flags & (VMA_SHARED | VMA_NORESERVE)))
            return audit_fail(audit, "area_hugetlb", "area %lx promises nothing", vma->start);
        audit->promised += hugetlb_area_promised(vma);
    }
    return 0;
}

/* Who is asked in an area is asked about this address space, and about something. */
static int audit_area_userfault(struct audit *audit, struct mm *mm)
{
    struct vma *vma;

    vma_for_each (vma, mm) {
        const struct userfault *userfault = vma_userfault(vma);

        if ((userfault != NULL) != ((vma->flags & VMA_ASK_BITS) != 0))
            return audit_fail(audit, "area_userfault", "area %lx: asks, but not whom", vma->start);
        if (userfault != NULL && (userfault->mm != mm || !vma_is_anonymous(vma)))
            return audit_fail(audit, "area_userfault", "area %lx: may not ask", vma->start);
    }
    return 0;
}

int audit_areas(struct audit *audit, struct mm *mm)
{
    static int (*const invariants[])(struct audit *, struct mm *) = {
        audit_area_order,    audit_area_gaps,      audit_area_merging, audit_area_flags,
        audit_area_counters, audit_area_objects,   audit_object_tree,  audit_door_count,
        audit_area_hugetlb,  audit_area_userfault,
    };
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(invariants); i++) {
        int err = invariants[i](audit, mm);

        if (err != 0)
            return err;
    }
    return 0;
}
