/* Sorting and searching arrays. */
#include <lib/sort.h>

#include "unit.h"

static int compare(const void *a, const void *b)
{
    u32 x = *(const u32 *)a;
    u32 y = *(const u32 *)b;

    return x < y ? -1 : x > y;
}

TEST(random_arrays_come_out_sorted_with_the_same_elements)
{
    u32 values[100];
    int round;

    for (round = 0; round < 500; round++) {
        size_t nr = unit_random_below(101);
        u64 sum = 0;
        size_t i;

        for (i = 0; i < nr; i++) {
            values[i] = (u32)unit_random_below(50);
            sum += (u64)values[i] * values[i];
        }
        sort(values, nr, sizeof(values[0]), compare);
        for (i = 0; i < nr; i++) {
            EXPECT(i == 0 || values[i - 1] <= values[i]);
            sum -= (u64)values[i] * values[i];
        }
        EXPECT_EQ(sum, 0);
    }
}

TEST(binary_search_finds_what_is_there)
{
    u32 values[] = {2, 4, 6, 8, 10};
    u32 key;

    for (key = 0; key < 12; key++) {
        u32 *found = binary_search(&key, values, 5, sizeof(u32), compare);

        if (key % 2 == 0 && key >= 2 && key <= 10)
            EXPECT(found == &values[key / 2 - 1]);
        else
            EXPECT(found == NULL);
    }
    EXPECT(binary_search(&key, values, 0, sizeof(u32), compare) == NULL);
}
