/*
 * Interval trees: which elements overlap [start, last]? Closed ranges of u64, so that the whole
 * number line can be expressed. A red-black tree ordered by start, where each node knows the
 * largest last in its subtree. Elements may overlap and be equal.
 *
 * An element embeds a struct interval_node (32 bytes). Its start and last are computed by two
 * functions of the user, since an element such as an area of memory already stores them in its own
 * form; they must not change while the element is in the tree. INTERVAL_TREE_DEFINE(name, start_fn,
 * last_fn) defines, as static functions:
 *
 *   void name_insert(struct interval_tree *tree, struct interval_node *node)
 *   void name_remove(struct interval_tree *tree, struct interval_node *node)
 *   struct interval_node *name_first(const struct interval_tree *tree, u64 start, u64 last)
 *   struct interval_node *name_next(struct interval_node *node, u64 start, u64 last)
 *
 * first and next visit all elements that overlap [start, last] in the order of their starts; NULL
 * at the end. interval_for_each(pos, name, tree, start, last) loops with them. No locks, no
 * allocation.
 */
#pragma once

#include <lib/rbtree.h>
#include <lib/types.h>

struct interval_tree {
    struct rb_root root;
};

#define INTERVAL_TREE_INIT                                                                         \
    {                                                                                              \
        {                                                                                          \
            NULL                                                                                   \
        }                                                                                          \
    }

struct interval_node {
    struct rb_node rb;
    u64 subtree_last; /* the largest last in the subtree below and including this node */
};

static inline void interval_tree_init(struct interval_tree *tree)
{
    rb_root_init(&tree->root);
}

static inline bool interval_tree_is_empty(const struct interval_tree *tree)
{
    return rb_is_empty(&tree->root);
}

typedef u64 interval_bound_fn(const struct interval_node *node);

#define interval_of(node) container_of(node, struct interval_node, rb)

/* Recompute subtree_last of one node; the augment callback of each defined tree. */
static __always_inline bool interval_update(struct interval_node *node, interval_bound_fn *last_fn)
{
    u64 last = last_fn(node);

    if (node->rb.left != NULL)
        last = max(last, interval_of(node->rb.left)->subtree_last);
    if (node->rb.right != NULL)
        last = max(last, interval_of(node->rb.right)->subtree_last);
    if (last == node->subtree_last)
        return false;
    node->subtree_last = last;
    return true;
}

static __always_inline void interval_insert(struct interval_tree *tree, struct interval_node *node,
                                            const struct rb_augment *augment,
                                            interval_bound_fn *start_fn, interval_bound_fn *last_fn)
{
    struct rb_node *parent = NULL;
    struct rb_node **link = &tree->root.node;
    u64 start = start_fn(node);

    while (*link != NULL) {
        parent = *link;
        link = start < start_fn(interval_of(parent)) ? &parent->left : &parent->right;
    }
    node->subtree_last = last_fn(node);
    rb_insert_augmented(&tree->root, &node->rb, parent, link, augment);
}

/* The leftmost node in the subtree of @node that overlaps [start, last]; NULL when none does. */
static __always_inline struct interval_node *interval_search(struct interval_node *node, u64 start,
                                                             u64 last, interval_bound_fn *start_fn,
                                                             interval_bound_fn *last_fn)
{
    while (node->subtree_last >= start) {
        struct rb_node *left = node->rb.left;

        if (left != NULL && interval_of(left)->subtree_last >= start) {
            /* If the answer exists at all, the leftmost one is in there or begins after @last. */
            node = interval_of(left);
            continue;
        }
        if (start_fn(node) > last)
            return NULL;
        if (last_fn(node) >= start)
            return node;
        if (node->rb.right == NULL)
            return NULL;
        node = interval_of(node->rb.right);
    }
    return NULL;
}

static __always_inline struct interval_node *interval_successor(struct interval_node *node,
                                                                u64 start, u64 last,
                                                                interval_bound_fn *start_fn,
                                                                interval_bound_fn *last_fn)
{
    for (;;) {
        struct rb_node *below = node->rb.right;
        struct rb_node *up = &node->rb;

        if (below != NULL && interval_of(below)->subtree_last >= start)
            return interval_search(interval_of(below), start, last, start_fn, last_fn);
        do {
            below = up;
            up = rb_parent(below);
            if (up == NULL)
                return NULL;
        } while (up->right == below);
        node = interval_of(up);
        if (start_fn(node) > last)
            return NULL;
        if (last_fn(node) >= start)
            return node;
    }
}

#define INTERVAL_TREE_DEFINE(name, start_fn, last_fn)                                              \
    static bool name##_update(struct rb_node *rb)                                                  \
    {                                                                                              \
        return interval_update(interval_of(rb), last_fn);                                          \
    }                                                                                              \
    static const struct rb_augment name##_augment = {.update = name##_update};                     \
    static __unused void name##_insert(struct interval_tree *tree, struct interval_node *node)     \
    {                                                                                              \
        interval_insert(tree, node, &name##_augment, start_fn, last_fn);                           \
    }                                                                                              \
    static __unused void name##_remove(struct interval_tree *tree, struct interval_node *node)     \
    {                                                                                              \
        rb_erase_augmented(&tree->root, &node->rb, &name##_augment);                               \
    }                                                                                              \
    static __unused struct interval_node *name##_first(const struct interval_tree *tree,           \
                                                       u64 start, u64 last)                        \
    {                                                                                              \
        if (rb_is_empty(&tree->root))                                                              \
            return NULL;                                                                           \
        return interval_search(interval_of(tree->root.node), start, last, start_fn, last_fn);      \
    }                                                                                              \
    static __unused struct interval_node *name##_next(struct interval_node *node, u64 start,       \
                                                      u64 last)                                    \
    {                                                                                              \
        return interval_successor(node, start, last, start_fn, last_fn);                           \
    }

/* @pos is a struct interval_node *; the body must not change the tree. */
#define interval_for_each(pos, name, tree, start, last)                                            \
    for ((pos) = name##_first(tree, start, last); (pos) != NULL;                                   \
         (pos) = name##_next(pos, start, last))
