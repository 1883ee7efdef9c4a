/* Interval trees against a list of all intervals. */
#include <lib/interval_tree.h>

#include "unit.h"

#define NR 200

struct item {
    struct interval_node node;
    u64 start;
    u64 last;
    bool in_tree;
};

static struct item items[NR];

static u64 item_start(const struct interval_node *node)
{
    return container_of(node, struct item, node)->start;
}

static u64 item_last(const struct interval_node *node)
{
    return container_of(node, struct item, node)->last;
}

INTERVAL_TREE_DEFINE(items, item_start, item_last)

static void check_query(const struct interval_tree *tree, u64 start, u64 last)
{
    struct interval_node *pos;
    u64 before = 0;
    int found = 0;
    int expected = 0;
    int i;

    for (i = 0; i < NR; i++)
        expected += items[i].in_tree && items[i].start <= last && items[i].last >= start;
    interval_for_each (pos, items, tree, start, last) {
        EXPECT(item_start(pos) >= before);
        EXPECT(item_start(pos) <= last && item_last(pos) >= start);
        before = item_start(pos);
        found++;
    }
    EXPECT_EQ(found, expected);
}

static void toggle(struct interval_tree *tree, struct item *item, u64 space)
{
    if (item->in_tree) {
        items_remove(tree, &item->node);
    } else {
        item->start = unit_random_below(space);
        item->last = item->start + unit_random_below(unit_random_below(4) ? 8 : space / 2);
        items_insert(tree, &item->node);
    }
    item->in_tree = !item->in_tree;
}

TEST(random_queries_agree_with_a_list)
{
    struct interval_tree tree = INTERVAL_TREE_INIT;
    int round;

    for (round = 0; round < 10000; round++) {
        u64 start = unit_random_below(1000);

        toggle(&tree, &items[unit_random_below(NR)], 1000);
        check_query(&tree, start, start + unit_random_below(50));
        if (round % 100 == 0)
            EXPECT(rb_check(&tree.root));
    }
    check_query(&tree, 0, ~0UL);
}

TEST(the_ends_of_the_number_line)
{
    struct interval_tree tree = INTERVAL_TREE_INIT;
    struct item low = {.start = 0, .last = 0};
    struct item high = {.start = ~0UL, .last = ~0UL};
    struct item all = {.start = 0, .last = ~0UL};

    EXPECT(items_first(&tree, 0, ~0UL) == NULL);
    items_insert(&tree, &low.node);
    items_insert(&tree, &high.node);
    items_insert(&tree, &all.node);
    EXPECT(items_first(&tree, ~0UL, ~0UL) == &all.node);
    EXPECT(items_next(&all.node, ~0UL, ~0UL) == &high.node);
    EXPECT(items_first(&tree, 1, ~0UL - 1) == &all.node);
    EXPECT(items_next(&all.node, 1, ~0UL - 1) == NULL);
    items_remove(&tree, &all.node);
    EXPECT(items_first(&tree, 1, ~0UL - 1) == NULL);
    items_remove(&tree, &low.node);
    items_remove(&tree, &high.node);
    EXPECT(interval_tree_is_empty(&tree));
}
