/*
 * Red-black trees (see rbtree.h). Insertion and removal after Cormen, Leiserson, Rivest, Stein:
 * link or unlink as in any binary tree, then repair the colours on the way up with at most three
 * rotations. A rotation keeps the set of nodes below its top, so summaries above it stay right;
 * the two nodes it turns are updated, the lowered one first.
 */
#include <lib/rbtree.h>

#define RB_BLACK ((uintptr_t)1)

static bool rb_is_black(const struct rb_node *node)
{
    return node == NULL || (node->parent_color & RB_BLACK);
}

static void rb_set_parent(struct rb_node *node, struct rb_node *parent)
{
    node->parent_color = (uintptr_t)parent | (node->parent_color & RB_BLACK);
}

static void rb_set_black(struct rb_node *node)
{
    node->parent_color |= RB_BLACK;
}

static void rb_set_red(struct rb_node *node)
{
    node->parent_color &= ~RB_BLACK;
}

static void rb_copy_color(struct rb_node *to, const struct rb_node *from)
{
    to->parent_color = (to->parent_color & ~RB_BLACK) | (from->parent_color & RB_BLACK);
}

/* Make @parent (NULL: the root) name @replacement where it named @child. */
static void rb_change_child(struct rb_root *root, struct rb_node *parent, struct rb_node *child,
                            struct rb_node *replacement)
{
    if (parent == NULL)
        root->node = replacement;
    else if (parent->left == child)
        parent->left = replacement;
    else
        parent->right = replacement;
}

static void rb_update(struct rb_node *node, const struct rb_augment *augment)
{
    if (augment != NULL)
        augment->update(node);
}

/* Turn @node down to the left (or right); its child on the other side takes its place. */
static void rb_rotate(struct rb_root *root, struct rb_node *node, bool to_left,
                      const struct rb_augment *augment)
{
    struct rb_node *parent = rb_parent(node);
    struct rb_node *raised = to_left ? node->right : node->left;
    struct rb_node *moved = to_left ? raised->left : raised->right;

    if (to_left) {
        node->right = moved;
        raised->left = node;
    } else {
        node->left = moved;
        raised->right = node;
    }
    if (moved != NULL)
        rb_set_parent(moved, node);
    rb_change_child(root, parent, node, raised);
    rb_set_parent(raised, parent);
    rb_set_parent(node, raised);
    rb_update(node, augment);
    rb_update(raised, augment);
}

/* @node and its parent are red: move the conflict up until it can be rotated away. */
static void rb_repair_insert(struct rb_root *root, struct rb_node *node,
                             const struct rb_augment *augment)
{
    struct rb_node *parent;

    while ((parent = rb_parent(node)) != NULL && !rb_is_black(parent)) {
        struct rb_node *grand = rb_parent(parent);
        bool parent_is_left = parent == grand->left;
        struct rb_node *uncle = parent_is_left ? grand->right : grand->left;

        if (!rb_is_black(uncle)) {
            rb_set_black(uncle);
            rb_set_black(parent);
            rb_set_red(grand);
            node = grand;
            continue;
        }
        if (node == (parent_is_left ? parent->right : parent->left)) {
            rb_rotate(root, parent, parent_is_left, augment);
            parent = node;
        }
        rb_set_black(parent);
        rb_set_red(grand);
        rb_rotate(root, grand, !parent_is_left, augment);
        break;
    }
    rb_set_black(root->node);
}

void rb_insert_augmented(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
                         struct rb_node **link, const struct rb_augment *augment)
{
    node->parent_color = (uintptr_t)parent;
    node->left = NULL;
    node->right = NULL;
    *link = node;
    rb_update(node, augment);
    if (augment != NULL && parent != NULL)
        rb_propagate(parent, augment);
    if (parent == NULL)
        rb_set_black(node);
    else if (!rb_is_black(parent))
        rb_repair_insert(root, node, augment);
}

/* An only node, as in the run queue of most switches, takes the short way. */
void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
               struct rb_node **link)
{
    if (parent != NULL) {
        rb_insert_augmented(root, node, parent, link, NULL);
        return;
    }
    node->parent_color = RB_BLACK;
    node->left = NULL;
    node->right = NULL;
    *link = node;
}

void rb_propagate(struct rb_node *node, const struct rb_augment *augment)
{
    while (node != NULL && augment->update(node))
        node = rb_parent(node);
}

/*
 * The paths through @node (maybe NULL, a child of @parent) are one black node short: borrow from
 * the sibling, or push the shortage up.
 */
static void rb_repair_erase(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
                            const struct rb_augment *augment)
{
    while (parent != NULL && rb_is_black(node)) {
        bool is_left = node == parent->left;
        struct rb_node *sibling = is_left ? parent->right : parent->left;
        struct rb_node *outer;

        if (!rb_is_black(sibling)) {
            rb_set_black(sibling);
            rb_set_red(parent);
            rb_rotate(root, parent, is_left, augment);
            sibling = is_left ? parent->right : parent->left;
        }
        if (rb_is_black(sibling->left) && rb_is_black(sibling->right)) {
            rb_set_red(sibling);
            node = parent;
            parent = rb_parent(node);
            continue;
        }
        outer = is_left ? sibling->right : sibling->left;
        if (rb_is_black(outer)) {
            rb_set_black(is_left ? sibling->left : sibling->right);
            rb_set_red(sibling);
            rb_rotate(root, sibling, !is_left, augment);
            outer = sibling;
            sibling = rb_parent(outer);
        }
        rb_copy_color(sibling, parent);
        rb_set_black(parent);
        rb_set_black(outer);
        rb_rotate(root, parent, is_left, augment);
        return;
    }
    if (node != NULL)
        rb_set_black(node);
}

/* Unlink a node with at most one child. */
static void rb_erase_simple(struct rb_root *root, struct rb_node *node,
                            const struct rb_augment *augment)
{
    struct rb_node *child = node->left != NULL ? node->left : node->right;
    struct rb_node *parent = rb_parent(node);
    bool was_black = rb_is_black(node);

    rb_change_child(root, parent, node, child);
    if (child != NULL)
        rb_set_parent(child, parent);
    if (augment != NULL && parent != NULL)
        rb_propagate(parent, augment);
    if (was_black && (child != NULL || parent != NULL))
        rb_repair_erase(root, child, parent, augment);
}

/*
 * Unlink a node with two children: its successor, which has no left child, is taken from its place
 * and put where the node was, with the node's colour.
 */
static void rb_erase_inner(struct rb_root *root, struct rb_node *node,
                           const struct rb_augment *augment)
{
    struct rb_node *successor = rb_next(node);
    struct rb_node *child = successor->right;
    struct rb_node *parent = rb_parent(successor);
    bool was_black = rb_is_black(successor);
    struct rb_node *at;

    if (parent == node) {
        parent = successor;
    } else {
        parent->left = child;
        if (child != NULL)
            rb_set_parent(child, parent);
        successor->right = node->right;
        rb_set_parent(node->right, successor);
    }
    successor->left = node->left;
    rb_set_parent(node->left, successor);
    rb_change_child(root, rb_parent(node), node, successor);
    successor->parent_color = node->parent_color;

    /* Up to the successor every summary is recomputed, since its own is that of its old place. */
    for (at = parent; augment != NULL && at != successor; at = rb_parent(at))
        rb_update(at, augment);
    rb_update(successor, augment);
    if (augment != NULL && rb_parent(successor) != NULL)
        rb_propagate(rb_parent(successor), augment);
    if (was_black)
        rb_repair_erase(root, child, parent, augment);
}

void rb_erase_augmented(struct rb_root *root, struct rb_node *node,
                        const struct rb_augment *augment)
{
    if (node->left != NULL && node->right != NULL)
        rb_erase_inner(root, node, augment);
    else
        rb_erase_simple(root, node, augment);
    rb_node_init(node);
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
    if (root->node != node || node->left != NULL || node->right != NULL) {
        rb_erase_augmented(root, node, NULL);
        return;
    }
    root->node = NULL;
    rb_node_init(node);
}

void rb_replace(struct rb_root *root, struct rb_node *node, struct rb_node *replacement)
{
    *replacement = *node;
    rb_change_child(root, rb_parent(node), node, replacement);
    if (node->left != NULL)
        rb_set_parent(node->left, replacement);
    if (node->right != NULL)
        rb_set_parent(node->right, replacement);
    rb_node_init(node);
}

static struct rb_node *rb_leftmost(struct rb_node *node)
{
    while (node->left != NULL)
        node = node->left;
    return node;
}

static struct rb_node *rb_rightmost(struct rb_node *node)
{
    while (node->right != NULL)
        node = node->right;
    return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
    return root->node == NULL ? NULL : rb_leftmost(root->node);
}

struct rb_node *rb_last(const struct rb_root *root)
{
    return root->node == NULL ? NULL : rb_rightmost(root->node);
}

struct rb_node *rb_next(const struct rb_node *node)
{
    struct rb_node *parent;

    if (node->right != NULL)
        return rb_leftmost(node->right);
    while ((parent = rb_parent(node)) != NULL && node == parent->right)
        node = parent;
    return parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
    struct rb_node *parent;

    if (node->left != NULL)
        return rb_rightmost(node->left);
    while ((parent = rb_parent(node)) != NULL && node == parent->left)
        node = parent;
    return parent;
}

/* The first node below @node that has no children, going left where possible. */
static struct rb_node *rb_deepest(struct rb_node *node)
{
    while (node->left != NULL || node->right != NULL)
        node = node->left != NULL ? node->left : node->right;
    return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
    return root->node == NULL ? NULL : rb_deepest(root->node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
    struct rb_node *parent = rb_parent(node);

    if (parent != NULL && node == parent->left && parent->right != NULL)
        return rb_deepest(parent->right);
    return parent;
}

/* The colours and parents at one node. */
static bool rb_check_node(const struct rb_node *node)
{
    if (node->left != NULL && rb_parent(node->left) != node)
        return false;
    if (node->right != NULL && rb_parent(node->right) != node)
        return false;
    return rb_is_black(node) || (rb_is_black(node->left) && rb_is_black(node->right));
}

/* Black nodes from @node up to the root. */
static int rb_black_depth(const struct rb_node *node)
{
    int depth = 0;

    for (; node != NULL; node = rb_parent(node))
        depth += rb_is_black(node);
    return depth;
}

bool rb_check(const struct rb_root *root)
{
    const struct rb_node *node;
    int depth = -1;

    if (root->node != NULL && (!rb_is_black(root->node) || rb_parent(root->node) != NULL))
        return false;
    for (node = rb_first(root); node != NULL; node = rb_next(node)) {
        if (!rb_check_node(node))
            return false;
        if (node->left != NULL && node->right != NULL)
            continue;
        if (depth == -1)
            depth = rb_black_depth(node);
        if (rb_black_depth(node) != depth)
            return false;
    }
    return true;
}
