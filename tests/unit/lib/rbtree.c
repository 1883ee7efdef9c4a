/* Red-black trees against a sorted array, plain and augmented with sums. */
#include <lib/rbtree.h>

#include "unit.h"

#define NR 512

struct item {
    struct rb_node node;
    u64 key;
    u64 sum; /* of the keys in the subtree */
    bool in_tree;
};

static struct item items[NR];

#define item_of(rb) rb_entry(rb, struct item, node)

static u64 subtree_sum(const struct rb_node *node)
{
    return node == NULL ? 0 : item_of(node)->sum;
}

static bool update(struct rb_node *node)
{
    struct item *item = item_of(node);
    u64 sum = item->key + subtree_sum(node->left) + subtree_sum(node->right);
    bool changed = sum != item->sum;

    item->sum = sum;
    return changed;
}

static const struct rb_augment augment = {.update = update};

static int compare(const void *key, const struct rb_node *node)
{
    u64 wanted = *(const u64 *)key;

    return wanted < item_of(node)->key ? -1 : wanted > item_of(node)->key;
}

static void insert(struct rb_root *root, struct item *item)
{
    struct rb_node *parent;
    struct rb_node **link;

    EXPECT(rb_find_place(root, &item->key, compare, &parent, &link) == NULL);
    rb_insert_augmented(root, &item->node, parent, link, &augment);
    item->in_tree = true;
}

static void erase(struct rb_root *root, struct item *item)
{
    rb_erase_augmented(root, &item->node, &augment);
    EXPECT(!rb_is_linked(&item->node));
    item->in_tree = false;
}

/* The tree holds exactly the items marked so, in order, with the right sums. */
static void check(const struct rb_root *root)
{
    struct rb_node *node = rb_first(root);
    int i;

    EXPECT(rb_check(root));
    for (i = 0; i < NR; i++) {
        if (!items[i].in_tree)
            continue;
        EXPECT(node == &items[i].node);
        EXPECT_EQ(items[i].sum, items[i].key + subtree_sum(node->left) + subtree_sum(node->right));
        node = rb_next(node);
    }
    EXPECT(node == NULL);
}

static void reset(void)
{
    int i;

    for (i = 0; i < NR; i++)
        items[i] = (struct item){.key = (u64)i * 3 + 1};
}

TEST(random_operations_agree_with_an_array)
{
    struct rb_root root = RB_ROOT_INIT;
    int round;

    reset();
    for (round = 0; round < 20000; round++) {
        struct item *item = &items[unit_random_below(NR)];

        if (item->in_tree)
            erase(&root, item);
        else
            insert(&root, item);
        if (round % 37 == 0)
            check(&root);
    }
    check(&root);
}

TEST(find_next_prev_and_ends)
{
    struct rb_root root = RB_ROOT_INIT;
    u64 key = 7;
    int i;

    reset();
    EXPECT(rb_first(&root) == NULL && rb_last(&root) == NULL);
    for (i = 0; i < NR; i++)
        insert(&root, &items[(i * 5) % NR]);
    EXPECT(rb_find(&root, &key, compare) == &items[2].node);
    key = 8;
    EXPECT(rb_find(&root, &key, compare) == NULL);
    EXPECT(rb_first(&root) == &items[0].node && rb_last(&root) == &items[NR - 1].node);
    EXPECT(rb_prev(&items[0].node) == NULL && rb_next(&items[NR - 1].node) == NULL);
    EXPECT(rb_prev(&items[9].node) == &items[8].node);
}

TEST(replace_keeps_the_place_and_propagate_the_sums)
{
    struct rb_root root = RB_ROOT_INIT;
    struct item other = {.key = items[100].key};
    int i;

    reset();
    for (i = 0; i < NR; i++)
        insert(&root, &items[i]);
    other.key = items[100].key;
    other.sum = items[100].sum;
    rb_replace(&root, &items[100].node, &other.node);
    EXPECT(!rb_is_linked(&items[100].node));
    EXPECT(rb_next(&items[99].node) == &other.node && rb_prev(&items[101].node) == &other.node);
    rb_replace(&root, &other.node, &items[100].node);
    items[100].key += 1;
    rb_propagate(&items[100].node, &augment);
    check(&root);
}

TEST(postorder_visits_children_first)
{
    struct rb_root root = RB_ROOT_INIT;
    struct item *item;
    struct item *following;
    int seen = 0;
    int i;

    reset();
    for (i = 0; i < 100; i++)
        insert(&root, &items[i]);
    rb_for_each_postorder_safe(item, following, &root, node)
    {
        EXPECT(item->node.left == NULL || !item_of(item->node.left)->in_tree);
        EXPECT(item->node.right == NULL || !item_of(item->node.right)->in_tree);
        item->in_tree = false;
        seen++;
    }
    EXPECT_EQ(seen, 100);
}

TEST(check_finds_damage)
{
    struct rb_root root = RB_ROOT_INIT;
    int i;

    reset();
    for (i = 0; i < 50; i++)
        insert(&root, &items[i]);
    EXPECT(rb_check(&root));
    root.node->left->parent_color ^= 1;
    EXPECT(!rb_check(&root));
}
