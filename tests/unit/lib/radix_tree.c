/* Radix trees against an array of the same items, with tags, reserves and failing allocation. */
#include <abi/errno.h>
#include <lib/radix_tree.h>

#include "unit.h"

#define NR 300

/* Nodes come from an array, so that leaks are counted and failures can be ordered. */
static struct radix_node nodes[4096];
static bool node_used[4096];
static int nodes_out;
static int nodes_limit = 4096;

static void *node_alloc(void)
{
    int i = 0;

    if (nodes_out == nodes_limit)
        return NULL;
    while (node_used[i])
        i++;
    node_used[i] = true;
    nodes_out++;
    return &nodes[i];
}

static void node_free(void *node)
{
    size_t i = (size_t)((struct radix_node *)node - nodes);

    EXPECT(node_used[i]);
    node_used[i] = false;
    nodes_out--;
}

static const struct radix_operations operations = {.alloc = node_alloc, .free = node_free};

struct entry {
    u64 index;
    u32 tags;
    bool in_tree;
};

static struct entry entries[NR];

/* Distinct indices: dense, sparse, and at the very top. */
static void choose_indices(void)
{
    int i;

    for (i = 0; i < NR; i++) {
        u64 spread = i < 100 ? 1 : i < 200 ? 4099 : 0x00c0ffee00000fffUL;

        entries[i] =
            (struct entry){.index = i < 200 ? (u64)i * spread : ~0UL - (u64)(i - 200) * 77};
    }
}

/* The entry with the smallest index at or after @from, with @tag unless it is RADIX_TAGS. */
static struct entry *model_next(u64 from, unsigned int tag)
{
    struct entry *best = NULL;
    int i;

    for (i = 0; i < NR; i++) {
        struct entry *entry = &entries[i];

        if (!entry->in_tree || entry->index < from)
            continue;
        if (tag != RADIX_TAGS && !(entry->tags >> tag & 1))
            continue;
        if (best == NULL || entry->index < best->index)
            best = entry;
    }
    return best;
}

static void check_all(const struct radix_tree *tree)
{
    unsigned int tag;
    int i;

    EXPECT(radix_check(tree));
    for (i = 0; i < NR; i++) {
        EXPECT(radix_lookup(tree, entries[i].index) == (entries[i].in_tree ? &entries[i] : NULL));
        for (tag = 0; tag < RADIX_TAGS; tag++)
            EXPECT_EQ(radix_tag_test(tree, entries[i].index, tag),
                      entries[i].in_tree && (entries[i].tags >> tag & 1));
    }
}

static void check_next(const struct radix_tree *tree, u64 from)
{
    unsigned int tag;

    for (tag = 0; tag <= RADIX_TAGS; tag++) {
        struct entry *expected = model_next(from, tag);
        u64 index = from;
        void *found =
            tag == RADIX_TAGS ? radix_next(tree, &index) : radix_next_tagged(tree, &index, tag);

        EXPECT(found == expected);
        if (expected != NULL)
            EXPECT_EQ(index, expected->index);
    }
}

static void random_step(struct radix_tree *tree)
{
    struct entry *entry = &entries[unit_random_below(NR)];
    unsigned int tag = (unsigned int)unit_random_below(RADIX_TAGS);

    switch (unit_random_below(4)) {
    case 0:
        EXPECT_EQ(radix_insert(tree, entry->index, entry, NULL), entry->in_tree ? -EEXIST : 0);
        if (!entry->in_tree)
            entry->tags = 0;
        entry->in_tree = true;
        break;
    case 1:
        EXPECT(radix_delete(tree, entry->index) == (entry->in_tree ? entry : NULL));
        entry->in_tree = false;
        break;
    case 2:
        EXPECT_EQ(radix_tag_set(tree, entry->index, tag), entry->in_tree);
        entry->tags |= 1u << tag;
        break;
    default:
        EXPECT_EQ(radix_tag_clear(tree, entry->index, tag), entry->in_tree);
        entry->tags &= ~(1u << tag);
        break;
    }
}

TEST(random_operations_agree_with_an_array)
{
    struct radix_tree tree;
    int round;
    int i;

    choose_indices();
    radix_init(&tree, &operations);
    for (round = 0; round < 20000; round++) {
        random_step(&tree);
        check_next(&tree, entries[unit_random_below(NR)].index + unit_random_below(3) - 1);
        if (round % 200 == 0)
            check_all(&tree);
    }
    for (i = 0; i < NR; i++)
        radix_delete(&tree, entries[i].index);
    EXPECT(radix_is_empty(&tree));
    EXPECT_EQ(nodes_out, 0);
}

TEST(a_reserve_has_what_an_insertion_needs)
{
    struct radix_tree tree;
    struct radix_reserve reserve = RADIX_RESERVE_INIT;
    int i;

    choose_indices();
    radix_init(&tree, &operations);
    for (i = 0; i < NR; i++) {
        struct entry *entry = &entries[(i * 7) % NR];
        int err = radix_insert(&tree, entry->index, entry, &reserve);

        if (err == -EAGAIN) {
            EXPECT(radix_lookup(&tree, entry->index) == NULL);
            EXPECT_EQ(radix_reserve_fill(&reserve, &operations), 0);
            err = radix_insert(&tree, entry->index, entry, &reserve);
        }
        EXPECT_EQ(err, 0);
        EXPECT_EQ(reserve.count, 0);
        entry->in_tree = true;
    }
    check_all(&tree);
    EXPECT_EQ(radix_insert(&tree, entries[5].index, &entries[6], &reserve), -EEXIST);
    radix_destroy(&tree);
    EXPECT_EQ(nodes_out, 0);
}

TEST(no_memory_changes_nothing)
{
    struct radix_tree tree;
    struct radix_reserve reserve = {.wanted = 5};
    int dummy;

    radix_init(&tree, &operations);
    EXPECT_EQ(radix_insert(&tree, 0, &dummy, NULL), 0);
    for (nodes_limit = 1; nodes_limit < 12; nodes_limit++) {
        int err = radix_insert(&tree, 1UL << 30, &dummy, NULL);

        if (err == 0)
            break;
        EXPECT_EQ(err, -ENOMEM);
        EXPECT_EQ(nodes_out, 1);
        EXPECT(radix_check(&tree));
    }
    EXPECT_EQ(nodes_limit, 11); /* five levels on top of one, five down the other side */
    EXPECT(radix_lookup(&tree, 0) == &dummy && radix_lookup(&tree, 1UL << 30) == &dummy);
    nodes_limit = nodes_out + 3;
    EXPECT_EQ(radix_reserve_fill(&reserve, &operations), -ENOMEM);
    EXPECT_EQ(reserve.count, 3);
    radix_reserve_release(&reserve, &operations);
    nodes_limit = 4096;
    radix_destroy(&tree);
    EXPECT_EQ(nodes_out, 0);
}

TEST(gang_lookup_replace_and_tags)
{
    struct radix_tree tree;
    void *found[8];
    u64 indices[8];
    int values[10];
    u64 i;

    radix_init(&tree, &operations);
    for (i = 0; i < 10; i++)
        EXPECT_EQ(radix_insert(&tree, i * 100, &values[i], NULL), 0);
    EXPECT_EQ(radix_gang_lookup(&tree, 1, found, indices, 8), 8);
    EXPECT(found[0] == &values[1] && found[7] == &values[8]);
    EXPECT_EQ(indices[7], 800);
    EXPECT(!radix_is_tagged(&tree, 1));
    EXPECT(radix_tag_set(&tree, 300, 1) && radix_tag_set(&tree, 900, 1));
    EXPECT(radix_is_tagged(&tree, 1));
    EXPECT_EQ(radix_gang_lookup_tagged(&tree, 0, found, NULL, 8, 1), 2);
    EXPECT(found[1] == &values[9]);
    EXPECT(radix_replace(&tree, 300, &values[0]) == &values[3]);
    EXPECT(radix_tag_test(&tree, 300, 1));
    EXPECT(radix_replace(&tree, 301, &values[0]) == NULL);
    radix_delete(&tree, 300);
    radix_delete(&tree, 900);
    EXPECT(!radix_is_tagged(&tree, 1));
    radix_destroy(&tree);
    EXPECT_EQ(nodes_out, 0);
}
