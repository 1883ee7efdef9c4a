/* Bitmaps against arrays of bools. */
#include <lib/bitmap.h>
#include <lib/bits.h>

#include "unit.h"

#define NR 200

static bool model[NR];
BITMAP_DECLARE(map, NR);

static size_t model_next(size_t from, bool value)
{
    while (from < NR && model[from] != value)
        from++;
    return min(from, (size_t)NR);
}

static size_t model_range(size_t from, size_t len)
{
    for (; from + len <= NR; from++) {
        size_t i = 0;

        while (i < len && !model[from + i])
            i++;
        if (i == len)
            return from;
    }
    return NR;
}

TEST(random_operations_agree_with_an_array)
{
    int round;

    for (round = 0; round < 5000; round++) {
        size_t start = unit_random_below(NR);
        size_t len = unit_random_below(NR - start + 1);
        size_t i;
        size_t weight = 0;
        bool set = unit_random_below(2);

        if (unit_random_below(3))
            len = min(len, (size_t)5);
        (set ? bitmap_set_range : bitmap_clear_range)(map, start, len);
        for (i = start; i < start + len; i++)
            model[i] = set;
        for (i = 0; i < NR; i++)
            weight += model[i];
        EXPECT_EQ(bitmap_weight(map, NR), weight);
        i = unit_random_below(NR + 1);
        EXPECT_EQ(bitmap_find_next_set(map, NR, i), model_next(i, true));
        EXPECT_EQ(bitmap_find_next_zero(map, NR, i), model_next(i, false));
        len = 1 + unit_random_below(70);
        EXPECT_EQ(bitmap_find_zero_range(map, NR, i, len), model_range(i, len));
        EXPECT_EQ(bitmap_is_empty(map, NR), weight == 0);
        EXPECT_EQ(bitmap_is_full(map, NR), weight == NR);
    }
}

TEST(bits_past_the_end_do_not_count)
{
    unsigned long a[2] = {5, ~0UL};
    unsigned long b[2] = {5, 3};

    EXPECT(bitmap_is_equal(a, b, 66));
    EXPECT(!bitmap_is_equal(a, b, 67));
    EXPECT_EQ(bitmap_weight(a, 66), 4);
    EXPECT_EQ(bitmap_find_last_set(a, 66), 65);
    EXPECT_EQ(bitmap_find_next_set(a, 64, 3), 64);
    bitmap_fill(b, 65);
    EXPECT_EQ(b[1], 1);
    EXPECT(bitmap_is_full(b, 65) && !bitmap_is_full(b, 66));
    bitmap_zero(b, 65);
    EXPECT(bitmap_is_empty(b, 128));
}

TEST(set_operations)
{
    unsigned long a[1] = {0xc};
    unsigned long b[1] = {0xa};
    unsigned long c[1];
    size_t bit;
    u64 sum = 0;

    bitmap_and(c, a, b, 4);
    EXPECT_EQ(c[0], 8);
    EXPECT(bitmap_is_subset(c, a, 4) && !bitmap_is_subset(b, a, 4));
    bitmap_or(c, a, b, 4);
    EXPECT_EQ(c[0], 0xe);
    bitmap_and_not(c, a, b, 4);
    EXPECT_EQ(c[0], 4);
    EXPECT(bitmap_intersects(a, b, 4) && !bitmap_intersects(c, b, 4));
    bitmap_for_each (bit, a, 4)
        sum += bit;
    EXPECT_EQ(sum, 5);
}

TEST(bit_arithmetic)
{
    EXPECT_EQ(ilog2(1), 0);
    EXPECT_EQ(ilog2(~0UL), 63);
    EXPECT_EQ(ilog2_up(4096), 12);
    EXPECT_EQ(ilog2_up(4097), 13);
    EXPECT_EQ(ilog2_up(0), 0);
    EXPECT_EQ(round_up_power_of_two(5), 8);
    EXPECT(is_power_of_two(64) && !is_power_of_two(0) && !is_power_of_two(65));
    EXPECT_EQ(popcount(0xff0fUL), 12);
    EXPECT_EQ(lowest_bit(0x50), 4);
    EXPECT_EQ(BITS_MASK(5, 4), 0x30);
    EXPECT_EQ(BITS_MASK(63, 0), ~0UL);
    EXPECT_EQ(div_round_up(~0UL, 2UL), 1UL << 63);
}
