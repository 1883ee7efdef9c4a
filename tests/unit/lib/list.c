/* Lists: order, removal, splicing. */
#include <lib/list.h>

#include "unit.h"

struct item {
    int value;
    struct list_head link;
};

static struct item items[5];

static void fill(struct list_head *head, int from, int to)
{
    int i;

    list_init(head);
    for (i = from; i < to; i++) {
        items[i].value = i;
        list_add_tail(&items[i].link, head);
    }
}

/* The values as digits of a number, first one highest. */
static int digits(struct list_head *head)
{
    struct item *item;
    int number = 0;

    list_for_each_entry (item, head, link)
        number = number * 10 + item->value + 1;
    return number;
}

TEST(add_and_remove_keep_order)
{
    struct list_head head;

    fill(&head, 0, 3);
    EXPECT_EQ(digits(&head), 123);
    items[3].value = 3;
    list_add(&items[3].link, &head);
    EXPECT_EQ(digits(&head), 4123);
    list_remove(&items[1].link);
    EXPECT_EQ(digits(&head), 413);
    EXPECT(!list_is_linked(&items[1].link));
    list_remove(&items[1].link);
    EXPECT_EQ(digits(&head), 413);
    list_move_tail(&items[3].link, &head);
    EXPECT_EQ(digits(&head), 134);
    list_replace(&items[2].link, &items[1].link);
    EXPECT_EQ(digits(&head), 124);
}

TEST(walks_survive_removal)
{
    struct list_head head;
    struct item *item;
    struct item *following;
    int reverse = 0;

    fill(&head, 0, 5);
    list_for_each_entry_reverse(item, &head, link) reverse = reverse * 10 + item->value + 1;
    EXPECT_EQ(reverse, 54321);
    list_for_each_entry_safe (item, following, &head, link) {
        if (item->value % 2 == 0)
            list_remove(&item->link);
    }
    EXPECT_EQ(digits(&head), 24);
}

TEST(splice_joins_and_empties)
{
    struct list_head a;
    struct list_head b;

    fill(&a, 0, 2);
    fill(&b, 2, 5);
    list_splice_tail(&b, &a);
    EXPECT_EQ(digits(&a), 12345);
    EXPECT(list_is_empty(&b));
    list_splice_tail(&b, &a);
    EXPECT_EQ(digits(&a), 12345);
    fill(&a, 0, 2);
    fill(&b, 2, 5);
    list_splice(&b, &a);
    EXPECT_EQ(digits(&a), 34512);
    EXPECT(list_first_entry_or_null(&b, struct item, link) == NULL);
    list_init(&a);
    list_add(&items[0].link, &a);
    EXPECT(list_is_singular(&a));
}
