/*
 * The tree of areas: finding the area of an address, and room for a new one.
 *
 * A node's summary is the largest hole between two neighbours *inside* its subtree; the holes at
 * the two edges of a subtree depend on what lies outside and are known to the search, which carries
 * them down. So a change of one area concerns only the nodes above it. The outermost areas of
 * a subtree are found by walking down its edge. An area that grows down counts from its guard
 * gap on (vma_gap_start). Lock: mm.map_lock.
 */
#include <kern/panic.h>

#include "vma.h"

#define vma_of(rb) rb_entry(rb, struct vma, node)

static struct vma *subtree_first(struct rb_node *node)
{
    while (node->left != NULL)
        node = node->left;
    return vma_of(node);
}

static struct vma *subtree_last(struct rb_node *node)
{
    while (node->right != NULL)
        node = node->right;
    return vma_of(node);
}

/* Bytes from @from to @to; 0 where a guard gap reaches over. */
static u64 hole(vaddr_t from, vaddr_t to)
{
    return to > from ? to - from : 0;
}

u64 vma_subtree_gap_count(const struct vma *vma)
{
    struct rb_node *left = vma->node.left;
    struct rb_node *right = vma->node.right;
    u64 gap = 0;

    if (left != NULL) {
        gap = vma_of(left)->subtree_gap;
        gap = max(gap, hole(subtree_last(left)->end, vma_gap_start(vma)));
    }
    if (right != NULL) {
        gap = max(gap, vma_of(right)->subtree_gap);
        gap = max(gap, hole(vma->end, vma_gap_start(subtree_first(right))));
    }
    return gap;
}

static bool subtree_displaced_count(const struct vma *vma)
{
    struct rb_node *left = vma->node.left;
    struct rb_node *right = vma->node.right;

    return vma_is_displaced(vma) || (left != NULL && vma_of(left)->subtree_displaced) ||
           (right != NULL && vma_of(right)->subtree_displaced);
}

static bool vma_update_summary(struct rb_node *node)
{
    struct vma *vma = vma_of(node);
    u64 gap = vma_subtree_gap_count(vma);
    bool displaced = subtree_displaced_count(vma);

    if (gap == vma->subtree_gap && displaced == vma->subtree_displaced)
        return false;
    vma->subtree_gap = gap;
    vma->subtree_displaced = displaced;
    return true;
}

static const struct rb_augment vma_augment = {.update = vma_update_summary};

/* A summary may be right by chance while those above are not: go up to the root. */
static void vma_update_path(struct rb_node *node)
{
    for (; node != NULL; node = rb_parent(node))
        vma_update_summary(node);
}

void vma_tree_changed(struct vma *vma)
{
    vma_update_path(&vma->node);
}

void vma_tree_insert(struct mm *mm, struct vma *vma)
{
    struct rb_node *parent = NULL;
    struct rb_node **link = &mm->areas.node;

    while (*link != NULL) {
        parent = *link;
        link = vma->start < vma_of(parent)->start ? &parent->left : &parent->right;
    }
    vma->subtree_gap = 0;
    vma->subtree_displaced = vma_is_displaced(vma);
    rb_insert_augmented(&mm->areas, &vma->node, parent, link, &vma_augment);
    vma_update_path(&vma->node);
    mm->nr_areas++;
}

void vma_tree_remove(struct mm *mm, struct vma *vma)
{
    struct rb_node *below = rb_prev(&vma->node);
    struct rb_node *above = rb_next(&vma->node);

    rb_erase_augmented(&mm->areas, &vma->node, &vma_augment);
    if (below != NULL)
        vma_update_path(below);
    if (above != NULL)
        vma_update_path(above);
    mm->nr_areas--;
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

/* Could the subtree, with free space from @from below it to @to above it, have room? */
static bool gap_is_possible(const struct gap_request *request, struct rb_node *node, vaddr_t from,
                            vaddr_t to)
{
    if (!gap_fits(request, from, to))
        return false;
    return vma_of(node)->subtree_gap >= request->len ||
           gap_fits(request, from, vma_gap_start(subtree_first(node))) ||
           gap_fits(request, subtree_last(node)->end, to);
}

/*
 * The end of the highest hole that fits, among those of a subtree and the free space around it;
 * 0: none. The recursion is as deep as the tree: at most twice the logarithm of MAX_MAP_COUNT.
 */
static vaddr_t gap_highest(const struct gap_request *request, struct rb_node *node, vaddr_t from,
                           vaddr_t to)
{
    vaddr_t found;

    if (node == NULL)
        return gap_fits(request, from, to) ? min(to, request->high) : 0;
    if (!gap_is_possible(request, node, from, to))
        return 0;
    found = gap_highest(request, node->right, vma_of(node)->end, to);
    if (found != 0)
        return found;
    return gap_highest(request, node->left, from, vma_gap_start(vma_of(node)));
}

/* The start of the lowest hole that fits, plus one so that 0 can mean none. */
static vaddr_t gap_lowest(const struct gap_request *request, struct rb_node *node, vaddr_t from,
                          vaddr_t to)
{
    vaddr_t found;

    if (node == NULL)
        return gap_fits(request, from, to) ? max(from, request->low) + 1 : 0;
    if (!gap_is_possible(request, node, from, to))
        return 0;
    found = gap_lowest(request, node->left, from, vma_gap_start(vma_of(node)));
    if (found != 0)
        return found;
    return gap_lowest(request, node->right, vma_of(node)->end, to);
}

vaddr_t vma_gap_find_top_down(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high)
{
    struct gap_request request = {.len = len, .low = low, .high = high};
    vaddr_t end = gap_highest(&request, mm->areas.node, 0, USER_END);

    return end == 0 ? 0 : align_down(end, PAGE_SIZE) - len;
}

vaddr_t vma_gap_find_bottom_up(const struct mm *mm, size_t len, vaddr_t low, vaddr_t high)
{
    struct gap_request request = {.len = len, .low = low, .high = high};
    vaddr_t found = gap_lowest(&request, mm->areas.node, 0, USER_END);

    return found == 0 ? 0 : found - 1;
}
