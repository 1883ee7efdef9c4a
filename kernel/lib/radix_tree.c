/*
 * Radix trees (see radix_tree.h).
 *
 * Invariants, verified by radix_check: a node's present bit is set exactly where its slot is not
 * NULL; no node is empty; the root of a tree higher than one node has something beside slot 0
 * (else the tree shrinks); a tag bit of an inner node is set exactly when the node in that slot has
 * the tag anywhere.
 */
#include <abi/errno.h>
#include <lib/bits.h>
#include <lib/radix_tree.h>
#include <lib/string.h>

/* "Any item", where a tag is expected. */
#define RADIX_ANY RADIX_TAGS

/* The largest shift: index >> 60 always fits one node. */
#define RADIX_SHIFT_MAX 60

static unsigned int node_slot(const struct radix_node *node, u64 index)
{
    return index >> node->shift & (RADIX_SLOTS - 1);
}

/* True when @index lies below @node as the root. */
static bool root_covers(const struct radix_node *root, u64 index)
{
    return index >> root->shift < RADIX_SLOTS;
}

/* The shift of the root that a tree with @index needs. */
static unsigned int shift_for(u64 index)
{
    return index == 0 ? 0 : highest_bit(index) / RADIX_BITS * RADIX_BITS;
}

/* Which slots have @tag, or anything at all. */
static u64 node_marks(const struct radix_node *node, unsigned int tag)
{
    return tag == RADIX_ANY ? node->present : node->tags[tag];
}

void radix_init(struct radix_tree *tree, const struct radix_operations *operations)
{
    tree->root = NULL;
    tree->operations = operations;
    tree->nr_items = 0;
}

void radix_destroy(struct radix_tree *tree)
{
    struct radix_node *node = tree->root;

    while (node != NULL) {
        struct radix_node *parent = node->parent;

        if (node->shift > 0 && node->present != 0) {
            unsigned int slot = lowest_bit(node->present);

            node->present &= node->present - 1;
            node = node->slots[slot];
            continue;
        }
        tree->operations->free(node);
        node = parent;
    }
    tree->root = NULL;
    tree->nr_items = 0;
}

/* The leaf node that @index belongs to, or NULL. */
static struct radix_node *find_leaf(const struct radix_tree *tree, u64 index)
{
    struct radix_node *node = tree->root;

    if (node == NULL || !root_covers(node, index))
        return NULL;
    while (node != NULL && node->shift > 0)
        node = node->slots[node_slot(node, index)];
    return node;
}

/* The leaf node that holds an item at @index, or NULL. */
static struct radix_node *find_item_leaf(const struct radix_tree *tree, u64 index)
{
    struct radix_node *leaf = find_leaf(tree, index);

    return leaf != NULL && leaf->slots[node_slot(leaf, index)] != NULL ? leaf : NULL;
}

void *radix_lookup(const struct radix_tree *tree, u64 index)
{
    struct radix_node *leaf = find_leaf(tree, index);

    return leaf == NULL ? NULL : leaf->slots[node_slot(leaf, index)];
}

/* How many nodes an insertion at @index would take. */
static unsigned int nodes_needed(const struct radix_tree *tree, u64 index)
{
    const struct radix_node *node = tree->root;
    unsigned int needed_shift = shift_for(index);

    if (node == NULL)
        return needed_shift / RADIX_BITS + 1;
    if (!root_covers(node, index))
        return (needed_shift - node->shift) / RADIX_BITS + needed_shift / RADIX_BITS;
    while (node->shift > 0) {
        const struct radix_node *child = node->slots[node_slot(node, index)];

        if (child == NULL)
            return node->shift / RADIX_BITS;
        node = child;
    }
    return 0;
}

static struct radix_node *reserve_take(struct radix_reserve *reserve, unsigned int shift)
{
    struct radix_node *node = reserve->nodes;

    reserve->nodes = node->parent;
    reserve->count--;
    memset(node, 0, sizeof(*node));
    node->shift = (u8)shift;
    return node;
}

int radix_reserve_fill(struct radix_reserve *reserve, const struct radix_operations *operations)
{
    while (reserve->count < reserve->wanted) {
        struct radix_node *node = operations->alloc();

        if (node == NULL)
            return -ENOMEM;
        node->parent = reserve->nodes;
        reserve->nodes = node;
        reserve->count++;
    }
    return 0;
}

void radix_reserve_release(struct radix_reserve *reserve, const struct radix_operations *operations)
{
    while (reserve->nodes != NULL) {
        struct radix_node *node = reserve->nodes;

        reserve->nodes = node->parent;
        operations->free(node);
    }
    reserve->count = 0;
    reserve->wanted = 0;
}

static void attach(struct radix_node *parent, unsigned int slot, struct radix_node *child)
{
    parent->slots[slot] = child;
    parent->present |= 1UL << slot;
    child->parent = parent;
    child->offset = (u8)slot;
}

/* Put one level on top of the tree. */
static void tree_grow(struct radix_tree *tree, struct radix_reserve *reserve)
{
    struct radix_node *old = tree->root;
    struct radix_node *root = reserve_take(reserve, old->shift + RADIX_BITS);
    unsigned int tag;

    attach(root, 0, old);
    for (tag = 0; tag < RADIX_TAGS; tag++)
        root->tags[tag] = old->tags[tag] != 0;
    tree->root = root;
}

/* The leaf for @index, made where absent; the reserve has enough. */
static struct radix_node *make_leaf(struct radix_tree *tree, u64 index,
                                    struct radix_reserve *reserve)
{
    struct radix_node *node;

    if (tree->root == NULL)
        tree->root = reserve_take(reserve, shift_for(index));
    while (!root_covers(tree->root, index))
        tree_grow(tree, reserve);
    for (node = tree->root; node->shift > 0; node = node->slots[node_slot(node, index)]) {
        unsigned int slot = node_slot(node, index);

        if (node->slots[slot] == NULL)
            attach(node, slot, reserve_take(reserve, node->shift - RADIX_BITS));
    }
    return node;
}

static int insert_reserved(struct radix_tree *tree, u64 index, void *item,
                           struct radix_reserve *reserve)
{
    struct radix_node *leaf;
    unsigned int slot;

    reserve->wanted = nodes_needed(tree, index);
    if (reserve->count < reserve->wanted)
        return -EAGAIN;
    leaf = make_leaf(tree, index, reserve);
    slot = node_slot(leaf, index);
    if (leaf->slots[slot] != NULL)
        return -EEXIST;
    leaf->slots[slot] = item;
    leaf->present |= 1UL << slot;
    tree->nr_items++;
    return 0;
}

int radix_insert(struct radix_tree *tree, u64 index, void *item, struct radix_reserve *reserve)
{
    struct radix_reserve own = RADIX_RESERVE_INIT;
    int err;

    if (reserve != NULL)
        return insert_reserved(tree, index, item, reserve);
    own.wanted = nodes_needed(tree, index);
    err = radix_reserve_fill(&own, tree->operations);
    if (err == 0)
        err = insert_reserved(tree, index, item, &own);
    radix_reserve_release(&own, tree->operations);
    return err;
}

void *radix_replace(struct radix_tree *tree, u64 index, void *item)
{
    struct radix_node *leaf = find_item_leaf(tree, index);
    void **slot;
    void *old;

    if (leaf == NULL)
        return NULL;
    slot = &leaf->slots[node_slot(leaf, index)];
    old = *slot;
    *slot = item;
    return old;
}

/* Clear @tag at @slot, and in the nodes above where it was the last. */
static void tag_clear_upward(struct radix_node *node, unsigned int slot, unsigned int tag)
{
    while (node->tags[tag] & 1UL << slot) {
        node->tags[tag] &= ~(1UL << slot);
        if (node->tags[tag] != 0 || node->parent == NULL)
            return;
        slot = node->offset;
        node = node->parent;
    }
}

/* Free nodes that became empty from @node upward, then levels on top that are not needed. */
static void tree_trim(struct radix_tree *tree, struct radix_node *node)
{
    struct radix_node *root;

    while (node != NULL && node->present == 0) {
        struct radix_node *parent = node->parent;

        if (parent != NULL) {
            parent->slots[node->offset] = NULL;
            parent->present &= ~(1UL << node->offset);
        } else {
            tree->root = NULL;
        }
        tree->operations->free(node);
        node = parent;
    }
    while ((root = tree->root) != NULL && root->shift > 0 && root->present == 1) {
        tree->root = root->slots[0];
        tree->root->parent = NULL;
        tree->operations->free(root);
    }
}

void *radix_delete(struct radix_tree *tree, u64 index)
{
    struct radix_node *leaf = find_item_leaf(tree, index);
    unsigned int slot;
    unsigned int tag;
    void *item;

    if (leaf == NULL)
        return NULL;
    slot = node_slot(leaf, index);
    item = leaf->slots[slot];
    for (tag = 0; tag < RADIX_TAGS; tag++)
        tag_clear_upward(leaf, slot, tag);
    leaf->slots[slot] = NULL;
    leaf->present &= ~(1UL << slot);
    tree->nr_items--;
    tree_trim(tree, leaf);
    return item;
}

/* The first slot at or after @from (may be RADIX_SLOTS) with @tag; RADIX_SLOTS: none. */
static unsigned int node_find(const struct radix_node *node, unsigned int from, unsigned int tag)
{
    u64 marks;

    if (from >= RADIX_SLOTS)
        return RADIX_SLOTS;
    marks = node_marks(node, tag) & ~0UL << from;
    return marks == 0 ? RADIX_SLOTS : lowest_bit(marks);
}

/* @index with everything from @node's digit downward replaced by @slot and zeroes. */
static u64 index_at(const struct radix_node *node, u64 index, unsigned int slot)
{
    u64 above = node->shift >= RADIX_SHIFT_MAX
                    ? 0
                    : index >> (node->shift + RADIX_BITS) << (node->shift + RADIX_BITS);

    return above | (u64)slot << node->shift;
}

static void *find_from(const struct radix_tree *tree, u64 *index, unsigned int tag)
{
    const struct radix_node *node = tree->root;
    u64 at = *index;
    unsigned int from;

    if (node == NULL || !root_covers(node, at))
        return NULL;
    from = node_slot(node, at);
    for (;;) {
        unsigned int slot = node_find(node, from, tag);

        if (slot == RADIX_SLOTS) {
            if (node->parent == NULL)
                return NULL;
            from = node->offset + 1;
            node = node->parent;
            continue;
        }
        if (slot != node_slot(node, at))
            at = index_at(node, at, slot);
        if (node->shift == 0) {
            *index = at;
            return node->slots[slot];
        }
        node = node->slots[slot];
        from = node_slot(node, at);
    }
}

void *radix_next(const struct radix_tree *tree, u64 *index)
{
    return find_from(tree, index, RADIX_ANY);
}

void *radix_next_tagged(const struct radix_tree *tree, u64 *index, unsigned int tag)
{
    return find_from(tree, index, tag);
}

unsigned int radix_gang_lookup_tagged(const struct radix_tree *tree, u64 first, void **items,
                                      u64 *indices, unsigned int max, unsigned int tag)
{
    unsigned int nr = 0;
    u64 index = first;

    while (nr < max) {
        void *item = find_from(tree, &index, tag);

        if (item == NULL)
            break;
        items[nr] = item;
        if (indices != NULL)
            indices[nr] = index;
        nr++;
        if (++index == 0)
            break;
    }
    return nr;
}

unsigned int radix_gang_lookup(const struct radix_tree *tree, u64 first, void **items, u64 *indices,
                               unsigned int max)
{
    return radix_gang_lookup_tagged(tree, first, items, indices, max, RADIX_ANY);
}

bool radix_tag_set(struct radix_tree *tree, u64 index, unsigned int tag)
{
    struct radix_node *node = find_item_leaf(tree, index);
    unsigned int slot;

    if (node == NULL)
        return false;
    slot = node_slot(node, index);
    while (!(node->tags[tag] & 1UL << slot)) {
        node->tags[tag] |= 1UL << slot;
        if (node->parent == NULL)
            break;
        slot = node->offset;
        node = node->parent;
    }
    return true;
}

bool radix_tag_clear(struct radix_tree *tree, u64 index, unsigned int tag)
{
    struct radix_node *leaf = find_item_leaf(tree, index);

    if (leaf == NULL)
        return false;
    tag_clear_upward(leaf, node_slot(leaf, index), tag);
    return true;
}

bool radix_tag_test(const struct radix_tree *tree, u64 index, unsigned int tag)
{
    struct radix_node *leaf = find_item_leaf(tree, index);

    return leaf != NULL && leaf->tags[tag] >> node_slot(leaf, index) & 1;
}

bool radix_is_tagged(const struct radix_tree *tree, unsigned int tag)
{
    return tree->root != NULL && tree->root->tags[tag] != 0;
}

/* Everything that must hold between a node and the child in one of its slots. */
static bool check_slot(const struct radix_node *node, unsigned int slot)
{
    const struct radix_node *child = node->slots[slot];
    unsigned int tag;

    if ((child != NULL) != (node->present >> slot & 1))
        return false;
    for (tag = 0; tag < RADIX_TAGS; tag++) {
        bool marked = node->tags[tag] >> slot & 1;

        if (marked && child == NULL)
            return false;
        if (child != NULL && node->shift > 0 && marked != (child->tags[tag] != 0))
            return false;
    }
    if (child == NULL || node->shift == 0)
        return true;
    return child->parent == node && child->offset == slot &&
           child->shift + RADIX_BITS == node->shift && child->present != 0;
}

bool radix_check(const struct radix_tree *tree)
{
    const struct radix_node *node = tree->root;
    unsigned int slot = 0;
    u64 items = 0;

    if (node == NULL)
        return tree->nr_items == 0;
    if (node->parent != NULL || node->present == 0 || (node->shift > 0 && node->present == 1))
        return false;
    for (;;) {
        if (slot == RADIX_SLOTS) {
            if (node->parent == NULL)
                return items == tree->nr_items;
            slot = node->offset + 1;
            node = node->parent;
            continue;
        }
        if (!check_slot(node, slot))
            return false;
        if (node->slots[slot] != NULL && node->shift > 0) {
            node = node->slots[slot];
            slot = 0;
            continue;
        }
        items += node->slots[slot] != NULL;
        slot++;
    }
}
