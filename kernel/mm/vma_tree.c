/*
 * The tree of areas: finding the area of an address, and room for a new one.
 *
 * A node's summary is the largest hole below an area of its subtree. It depends on the node and its
 * children only; the hole below an area also on its neighbour, so that whoever moves the end of
 * an area brings the next one's gap up to date. The hole above the last area is known to the
 * search. The guard gap of an area that grows down is not taken off its hole: a search that meets
 * it goes on beyond, in Linux's way. Lock: mm.map_lock.
 */
#include <kern/panic.h>

#include "vma.h"

#define vma_of(rb) rb_entry(rb, struct vma, node)

/* Bytes from @from to @to; 0 where they overlap. */
static u64 hole(vaddr_t from, vaddr_t to)
{
    return to > from ? to - from : 0;
}

static u32 gap_between(const struct vma *below, const struct vma *vma)
{
    u64 bytes = hole(below == NULL ? 0 : below->end, vma->start);

    return (u32)min(bytes >> PAGE_SHIFT, (u64)GAP_MAX);
}

u32 vma_gap_count(const struct vma *vma)
{
    return gap_between(vma_prev(vma), vma);
}

static bool vma_update_summary(struct rb_node *node)
{
    struct vma *vma = vma_of(node);
    bool displaced = vma_is_displaced(vma);
    u32 gap = vma->gap;

    if (node->left != NULL) {
        gap = max(gap, vma_of(node->left)->subtree_gap);
        displaced |= vma_of(node->left)->subtree_displaced;
    }
    if (node->right != NULL) {
        gap = max(gap, vma_of(node->right)->subtree_gap);
        displaced |= vma_of(node->right)->subtree_displaced;
    }
    if (gap == vma->subtree_gap && displaced == vma->subtree_displaced)
        return false;
    vma->subtree_gap = gap;
    vma->subtree_displaced = displaced;
    return true;
}

static const struct rb_augment vma_augment = {.update = vma_update_summary};

/* The hole below @vma (may be NULL) changed. */
static void update_gap(struct vma *vma)
{
    u32 gap;

    if (vma == NULL)
        return;
    gap = vma_gap_count(vma);
    if (gap == vma->gap)
        return;
    vma->gap = gap;
    rb_propagate(&vma->node, &vma_augment);
}

void vma_tree_changed(struct vma *vma)
{
    vma->gap = vma_gap_count(vma);
    rb_propagate(&vma->node, &vma_augment);
    update_gap(vma_next(vma));
}

void vma_tree_insert(struct mm *mm, struct vma *vma)
{
    struct rb_node *parent = NULL;
    struct rb_node **link = &mm->areas.node;
    struct vma *below = NULL;
    struct vma *above = NULL;

    while (*link != NULL) {
        parent = *link;
        if (vma->start < vma_of(parent)->start) {
            above = vma_of(parent);
            link = &parent->left;
        } else {
            below = vma_of(parent);
            link = &parent->right;
        }
    }
    vma->gap = gap_between(below, vma);
    rb_insert_augmented(&mm->areas, &vma->node, parent, link, &vma_augment);
    mm->nr_areas++;
    update_gap(above);
}

void vma_tree_insert_upper(struct vma *vma, struct vma *upper)
{
    struct rb_node *parent = &vma->node;
    struct rb_node **link = &parent->right;

    while (*link != NULL) {
        parent = *link;
        link = &parent->left;
    }
    upper->gap = 0;
    rb_insert_augmented(&vma->mm->areas, &upper->node, parent, link, &vma_augment);
    vma->mm->nr_areas++;
}

void vma_tree_remove_upper(struct vma *vma)
{
    struct mm *mm = vma->mm;

    rb_erase_augmented(&mm->areas, &vma->node, &vma_augment);
    mm->nr_areas--;
    if (mm->last_area == vma)
        mm->last_area = NULL;
}

void vma_tree_remove(struct vma *vma)
{
    struct vma *above = vma_next(vma);

    vma_tree_remove_upper(vma);
    if (above == NULL)
        return;
    above->gap = (u32)min(vma->gap + vma_pages(vma) + above->gap, (u64)GAP_MAX);
    rb_propagate(&above->node, &vma_augment);
}

struct vma *vma_find(const struct mm *mm, vaddr_t addr)
{
    struct rb_node *node = mm->areas.node;
    struct vma *found = NULL;

    while (node != NULL) {
        struct vma *vma = vma_of(node);

        if (vma->end > addr) {
            found = vma;
            if (vma->start <= addr)
                break;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

struct vma *vma_find_at(const struct mm *mm, vaddr_t addr)
{
    struct vma *vma = vma_find(mm, addr);

    return vma != NULL && vma->start <= addr ? vma : NULL;
}

struct vma *vma_find_overlap(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find(mm, start);

    return vma != NULL && vma->start < end ? vma : NULL;
}

struct vma *vma_find_below(const struct mm *mm, vaddr_t addr)
{
    struct rb_node *node = mm->areas.node;
    struct vma *found = NULL;

    while (node != NULL) {
        if (vma_of(node)->start < addr) {
            found = vma_of(node);
            node = node->right;
        } else {
            node = node->left;
        }
    }
    return found;
}

struct vma *vma_first(const struct mm *mm)
{
    return rb_entry_or_null(rb_first(&mm->areas), struct vma, node);
}

struct vma *vma_last(const struct mm *mm)
{
    return rb_entry_or_null(rb_last(&mm->areas), struct vma, node);
}

struct vma *vma_next(const struct vma *vma)
{
    return rb_entry_or_null(rb_next(&vma->node), struct vma, node);
}

struct vma *vma_prev(const struct vma *vma)
{
    return rb_entry_or_null(rb_prev(&vma->node), struct vma, node);
}

/* The first displaced area of a subtree that begins above @above. */
static struct vma *displaced_above(struct rb_node *node, vaddr_t above)
{
    struct vma *found = NULL;

    if (node == NULL || !vma_of(node)->subtree_displaced)
        return NULL;
    if (vma_of(node)->start > above)
        found = displaced_above(node->left, above);
    if (found == NULL && vma_of(node)->start > above && vma_is_displaced(vma_of(node)))
        found = vma_of(node);
    return found != NULL ? found : displaced_above(node->right, above);
}

struct vma *vma_next_displaced(const struct mm *mm, const struct vma *after)
{
    return displaced_above(mm->areas.node, after == NULL ? 0 : after->start);
}

/* ---- finding room ---- */

struct gap_request {
    size_t len;
    vaddr_t low, high; /* the result lies in [low, high) */
};

/* The part of the hole [from, to) that the request allows is large enough. */
static bool gap_fits(const struct gap_request *request, vaddr_t from, vaddr_t to)
{
    return hole(max(from, request->low), min(to, request->high)) >= request->len;
}

/* Where the hole below @vma begins. */
static vaddr_t gap_start(const struct vma *vma)
{
    const struct vma *below;

    if (vma->gap != GAP_MAX)
        return vma->start - ((u64)vma->gap << PAGE_SHIFT);
    below = vma_prev(vma);
    return below == NULL ? 0 : below->end;
}

static bool gap_is_large(const struct gap_request *request, u32 gap)
{
    return (u64)gap << PAGE_SHIFT >= request->len || gap == GAP_MAX;
}

static bool gap_is_possible(const struct gap_request *request, const struct rb_node *node)
{
    return node != NULL && gap_is_large(request, vma_of(node)->subtree_gap);
}

/*
 * The end of the highest hole that fits, below the areas of a subtree; 0: none. The recursion is as
 * deep as the tree: at most twice the logarithm of MAX_MAP_COUNT.
 */
static vaddr_t gap_highest(const struct gap_request *request, const struct rb_node *node)
{
    for (; gap_is_possible(request, node); node = node->left) {
        const struct vma *vma = vma_of(node);
        vaddr_t found = 0;

        if (vma->end < request->high && gap_is_possible(request, node->right))
            found = gap_highest(request, node->right);
        if (found != 0 || vma->start <= request->low)
            return found;
        if (gap_is_large(request, vma->gap) && gap_fits(request, gap_start(vma), vma->start))
            return min(vma->start, request->high);
    }
    return 0;
}

/* The start of the lowest hole that fits, plus one so that 0 can mean none. */
static vaddr_t gap_lowest(const struct gap_request *request, const struct rb_node *node)
{
    const struct vma *vma;
    vaddr_t found = 0;

    if (!gap_is_possible(request, node))
        return 0;
    vma = vma_of(node);
    if (vma->start > request->low) {
        found = gap_lowest(request, node->left);
        if (found == 0 && gap_fits(request, gap_start(vma), vma->start))
            found = max(gap_start(vma), request->low) + 1;
    }
    if (found != 0 || vma->end >= request->high)
        return found;
    return gap_lowest(request, node->right);
}

static vaddr_t last_end(const struct mm *mm)
{
    const struct vma *last = vma_last(mm);

    return last == NULL ? 0 : last->end;
}

static vaddr_t hole_top_down(const struct mm *mm, const struct gap_request *request)
{
    vaddr_t end = gap_fits(request, last_end(mm), USER_END) ? min(request->high, USER_END)
                                                            : gap_highest(request, mm->areas.node);

    return end == 0 ? 0 : align_down(end, PAGE_SIZE) - request->len;
}

static vaddr_t hole_bottom_up(const struct mm *mm, const struct gap_request *request)
{
    vaddr_t found = gap_lowest(request, mm->areas.node);

    if (found != 0)
        return found - 1;
    return gap_fits(request, last_end(mm), USER_END) ? max(last_end(mm), request->low) : 0;
}

/* The area above a hole at @addr when its guard gap reaches into the @len bytes. */
static const struct vma *guard_above(const struct mm *mm, vaddr_t addr, size_t len)
{
    const struct vma *above = vma_find(mm, addr);

    return above != NULL && vma_gap_start(above) < addr + len ? above : NULL;
}

/*
 * Linux looks for a hole without regard to guard gaps, and where the area above has one that
 * reaches into it, searches again below (bottom up: above) that one. Holes between are passed over.
 */
vaddr_t vma_gap_find_top_down(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high)
{
    struct gap_request request = {.len = len, .low = low, .high = high};
    const struct vma *guard;
    vaddr_t found;

    while ((found = hole_top_down(mm, &request)) != 0) {
        guard = guard_above(mm, found, len);
        if (guard == NULL)
            return found;
        request.high = vma_gap_start(guard);
    }
    return 0;
}

vaddr_t vma_gap_find_bottom_up(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high)
{
    struct gap_request request = {.len = len, .low = low, .high = high};
    const struct vma *guard;
    vaddr_t found;

    while ((found = hole_bottom_up(mm, &request)) != 0) {
        guard = guard_above(mm, found, len);
        if (guard == NULL)
            return found;
        request.low = guard->end;
    }
    return 0;
}
