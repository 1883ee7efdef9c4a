/*
 * Radix trees: u64 index -> non-NULL pointer, dense enough for the pages of an object.
 *
 * 1. Shape. Nodes have 64 slots. The tree is as high as its largest index needs; it grows at the
 *    top and shrinks again. The pointers stored are opaque (their low bits are the user's).
 * 2. Tags. Each item carries 3 tag bits; a tag in a node says that some item below has it, so
 *    that tagged iteration skips the rest. The tags of an item vanish with it; replace keeps them.
 * 3. Allocation. The tree gets nodes (RADIX_NODE_SIZE bytes, any content) from the operations given
 *    at init. To insert under a spin lock, use a reserve: radix_insert changes nothing and
 *    answers -EAGAIN when the reserve has too few nodes; drop the lock, radix_reserve_fill, retry:
 *
 *        struct radix_reserve reserve = RADIX_RESERVE_INIT;
 *        do {
 *            err = radix_reserve_fill(&reserve, &ops);          (may sleep as ops->alloc does)
 *            if (err) break;
 *            spin_lock(...); err = radix_insert(tree, index, item, &reserve); spin_unlock(...);
 *        } while (err == -EAGAIN);
 *        radix_reserve_release(&reserve, &ops);
 *
 *    The first round asks for nothing, and mostly nothing is needed.
 * 4. Locks: the user's, for readers too.
 */
#pragma once

#include <lib/types.h>

#define RADIX_BITS  6
#define RADIX_SLOTS (1U << RADIX_BITS)
#define RADIX_TAGS  3

struct radix_node {
    struct radix_node *parent; /* NULL at the root; links the nodes of a reserve */
    u8 shift;                  /* how far to shift an index to get this node's slot number */
    u8 offset;                 /* the slot of the parent that names this node */
    u64 present;               /* one bit per slot: it is not NULL */
    u64 tags[RADIX_TAGS];      /* one bit per slot */
    void *slots[RADIX_SLOTS];  /* items when shift is 0, else nodes */
};

#define RADIX_NODE_SIZE sizeof(struct radix_node)

/* Where nodes come from. */
struct radix_operations {
    void *(*alloc)(void); /* RADIX_NODE_SIZE bytes, 8-aligned, or NULL */
    void (*free)(void *node);
};

struct radix_tree {
    struct radix_node *root;
    const struct radix_operations *operations;
    u64 nr_items;
};

/* Nodes allocated before a lock was taken. */
struct radix_reserve {
    struct radix_node *nodes; /* linked through parent */
    unsigned int count;
    unsigned int wanted; /* what the last failed insertion needs */
};

#define RADIX_RESERVE_INIT                                                                         \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void radix_init(struct radix_tree *tree, const struct radix_operations *operations);

/* Free all nodes; the items are forgotten, not freed. */
void radix_destroy(struct radix_tree *tree);

static inline bool radix_is_empty(const struct radix_tree *tree)
{
    return tree->root == NULL;
}

/* The item at @index, or NULL. */
void *radix_lookup(const struct radix_tree *tree, u64 index);

/*
 * radix_insert: store @item (not NULL) at @index, untagged.
 * => @reserve NULL: nodes come from the operations, -ENOMEM when there are none
 * => @reserve given: -EAGAIN when it holds too few, with reserve->wanted set
 * => -EEXIST when the index is taken. On any error nothing has changed.
 */
__must_check int radix_insert(struct radix_tree *tree, u64 index, void *item,
                              struct radix_reserve *reserve);

/* Put @item (not NULL) in place of the existing item at @index, which is returned. Keeps the tags.
 * NULL, and nothing done, when there is none. */
void *radix_replace(struct radix_tree *tree, u64 index, void *item);

/* Remove and return the item at @index; NULL when there is none. Frees empty nodes. */
void *radix_delete(struct radix_tree *tree, u64 index);

/* The first item at or after *index, which is set to its index; NULL when there is none. */
void *radix_next(const struct radix_tree *tree, u64 *index);
void *radix_next_tagged(const struct radix_tree *tree, u64 *index, unsigned int tag);

/* Up to @max items from @first on, in order; their indices too unless @indices is NULL. Returns
 * how many. */
unsigned int radix_gang_lookup(const struct radix_tree *tree, u64 first, void **items, u64 *indices,
                               unsigned int max);
unsigned int radix_gang_lookup_tagged(const struct radix_tree *tree, u64 first, void **items,
                                      u64 *indices, unsigned int max, unsigned int tag);

/* Set or clear a tag (0 .. RADIX_TAGS - 1) of the item at @index; false when there is no item. */
bool radix_tag_set(struct radix_tree *tree, u64 index, unsigned int tag);
bool radix_tag_clear(struct radix_tree *tree, u64 index, unsigned int tag);
bool radix_tag_test(const struct radix_tree *tree, u64 index, unsigned int tag);

/* True when some item has the tag. */
bool radix_is_tagged(const struct radix_tree *tree, unsigned int tag);

/*
 * radix_reserve_fill: allocate until the reserve holds what the last -EAGAIN asked for.
 * => -ENOMEM; what was allocated stays in the reserve
 */
__must_check int radix_reserve_fill(struct radix_reserve *reserve,
                                    const struct radix_operations *operations);
void radix_reserve_release(struct radix_reserve *reserve,
                           const struct radix_operations *operations);

/* True when counts, parents, shifts, tags and nr_items agree (for audits and tests). */
bool radix_check(const struct radix_tree *tree);
