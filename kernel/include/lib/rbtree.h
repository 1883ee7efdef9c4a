/*
 * Intrusive red-black trees, plain and augmented.
 *
 * The tree knows no keys: the caller finds the place (parent and link) and the tree rebalances.
 * rb_find_place and rb_find serve the usual case of one comparison function.
 *
 * Augmented: every node carries a summary of its subtree (the largest gap, the largest end). The
 * user gives one callback that recomputes the summary of a node from the node itself and its two
 * children; the tree calls it for exactly the nodes whose subtree changed, children first.
 *
 * Invariants: the root is black; a red node has black children; every path from a node to a NULL
 * link passes the same number of black nodes. rb_check verifies them. No locks, no allocation.
 */
#pragma once

#include <lib/types.h>

struct rb_node {
    uintptr_t parent_color; /* address of the parent; bit 0 set: black. Own address: not linked */
    struct rb_node *left;
    struct rb_node *right;
};

struct rb_root {
    struct rb_node *node;
};

#define RB_ROOT_INIT                                                                               \
    {                                                                                              \
        NULL                                                                                       \
    }

/* The summary of a subtree. */
struct rb_augment {
    /* Recompute the summary of @node from its own value and its children; true when it changed. */
    bool (*update)(struct rb_node *node);
};

static inline void rb_root_init(struct rb_root *root)
{
    root->node = NULL;
}

static inline bool rb_is_empty(const struct rb_root *root)
{
    return root->node == NULL;
}

static inline struct rb_node *rb_parent(const struct rb_node *node)
{
    return (struct rb_node *)(node->parent_color & ~(uintptr_t)1);
}

/* Mark @node as being in no tree. */
static inline void rb_node_init(struct rb_node *node)
{
    node->parent_color = (uintptr_t)node;
    node->left = NULL;
    node->right = NULL;
}

/* True when @node (initialised) is in a tree. */
static inline bool rb_is_linked(const struct rb_node *node)
{
    return node->parent_color != (uintptr_t)node;
}

/* In-order walk; NULL at the end. The tree must not change between the steps. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* Walk that visits children before their parent: the body may free the node it is given. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

/*
 * rb_insert: link @node below @parent at @link and rebalance.
 * => @link is &parent->left, &parent->right, or &root->node with @parent NULL; it holds NULL
 */
void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
               struct rb_node **link);
void rb_insert_augmented(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
                         struct rb_node **link, const struct rb_augment *augment);

/* rb_erase: unlink @node, which is in @root; afterwards rb_is_linked is false. */
void rb_erase(struct rb_root *root, struct rb_node *node);
void rb_erase_augmented(struct rb_root *root, struct rb_node *node,
                        const struct rb_augment *augment);

/*
 * rb_replace: put @replacement exactly where @node is, without rebalancing.
 * => the caller guarantees the same order; an augmented tree needs rb_propagate afterwards
 */
void rb_replace(struct rb_root *root, struct rb_node *node, struct rb_node *replacement);

/* Recompute the summaries from @node up to the root (after the value of @node itself changed). */
void rb_propagate(struct rb_node *node, const struct rb_augment *augment);

/* True when the colour, black-height and parent invariants hold (for audits and tests). */
bool rb_check(const struct rb_root *root);

#define rb_entry(node, type, member) container_of(node, type, member)

/* rb_entry of a node that may be NULL. */
#define rb_entry_or_null(node, type, member)                                                       \
    ({                                                                                             \
        struct rb_node *rb_entry_node_ = (node);                                                   \
        rb_entry_node_ ? rb_entry(rb_entry_node_, type, member) : NULL;                            \
    })

#define rb_first_entry(root, type, member) rb_entry_or_null(rb_first(root), type, member)
#define rb_last_entry(root, type, member)  rb_entry_or_null(rb_last(root), type, member)

/* In-order over the entries; the body must not change the tree. */
#define rb_for_each(pos, root, member)                                                             \
    for ((pos) = rb_first_entry(root, __typeof__(*(pos)), member); (pos) != NULL;                  \
         (pos) = rb_entry_or_null(rb_next(&(pos)->member), __typeof__(*(pos)), member))

/* Every entry once, children first; the body may free @pos. The tree is garbage afterwards. */
#define rb_for_each_postorder_safe(pos, following, root, member)                                   \
    for ((pos) = rb_entry_or_null(rb_first_postorder(root), __typeof__(*(pos)), member);           \
         (pos) != NULL && ((following) = rb_entry_or_null(rb_next_postorder(&(pos)->member),       \
                                                          __typeof__(*(pos)), member),             \
                          true);                                                                   \
         (pos) = (following))

/* Compare the search key with a node: negative when the key sorts before it, 0 when equal. */
typedef int rb_compare_fn(const void *key, const struct rb_node *node);

/* The node that compares equal to @key, or NULL. */
static __always_inline struct rb_node *rb_find(const struct rb_root *root, const void *key,
                                               rb_compare_fn *compare)
{
    struct rb_node *node = root->node;

    while (node != NULL) {
        int order = compare(key, node);

        if (order == 0)
            return node;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

/*
 * rb_find_place: where a node with @key belongs.
 * => returns the node that compares equal (*parent and *link are then meaningless), or NULL with
 *    *parent and *link ready for rb_insert
 */
static __always_inline struct rb_node *rb_find_place(struct rb_root *root, const void *key,
                                                     rb_compare_fn *compare,
                                                     struct rb_node **parent,
                                                     struct rb_node ***link)
{
    *parent = NULL;
    *link = &root->node;
    while (**link != NULL) {
        int order = compare(key, **link);

        if (order == 0)
            return **link;
        *parent = **link;
        *link = order < 0 ? &(*parent)->left : &(*parent)->right;
    }
    return NULL;
}
