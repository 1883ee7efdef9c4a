/* Boot memory against an array of frames: maps as bad as firmware makes them, and worse. */
#include <kmem/boot_memory.h>
#include <lib/types.h>

#include "unit.h"

#define NR 256

static struct boot_frames frames;
static bool model[NR];

static void check_against_model(void)
{
    u64 at = 0;
    u64 nr = 0;
    unsigned int i;

    for (i = 0; i < frames.nr; i++) {
        EXPECT(frames.ranges[i].start < frames.ranges[i].end);
        EXPECT(i == 0 || frames.ranges[i].start > frames.ranges[i - 1].end);
        for (; at < frames.ranges[i].start; at++)
            EXPECT(!model[at]);
        for (; at < frames.ranges[i].end; at++, nr++)
            EXPECT(model[at]);
    }
    for (; at < NR; at++)
        EXPECT(!model[at]);
    EXPECT_EQ(boot_frames_count(&frames), nr);
    EXPECT_EQ(frames.dropped, 0);
}

/* Unaligned, empty and overlapping ranges inside the model's frames. */
static void random_range(u64 *start, u64 *len)
{
    *start = unit_random_below(NR * PAGE_SIZE);
    *len = unit_random_below(4) ? unit_random_below(20 * PAGE_SIZE) : 0;
    if (unit_random_below(2))
        *start &= PAGE_MASK;
    *len = min(*len, NR * PAGE_SIZE - *start);
}

static void add_random(void)
{
    u64 start;
    u64 len;
    u64 i;

    random_range(&start, &len);
    boot_frames_add(&frames, start, len);
    for (i = (start + PAGE_SIZE - 1) / PAGE_SIZE; (i + 1) * PAGE_SIZE <= start + len; i++)
        model[i] = true;
}

static void reserve_random(void)
{
    u64 start;
    u64 len;
    u64 i;

    random_range(&start, &len);
    boot_frames_reserve(&frames, start, len);
    for (i = start / PAGE_SIZE; len > 0 && i * PAGE_SIZE < start + len; i++)
        model[i] = false;
}

TEST(random_maps_agree_with_an_array)
{
    int round;

    for (round = 0; round < 2000; round++) {
        int nr = 1 + (int)unit_random_below(30);
        u64 i;

        boot_frames_init(&frames);
        for (i = 0; i < NR; i++)
            model[i] = false;
        while (nr-- > 0)
            add_random();
        check_against_model();
        for (nr = (int)unit_random_below(10); nr > 0; nr--)
            reserve_random();
        check_against_model();
    }
}

TEST(wrapping_huge_and_crossing_entries)
{
    boot_frames_init(&frames);
    boot_frames_add(&frames, ~0UL - 100, 4096);
    boot_frames_add(&frames, 1UL << 60, 1UL << 30);
    EXPECT_EQ(frames.nr, 0);
    boot_frames_add(&frames, 0xfff00000, 0x200000);
    EXPECT_EQ(frames.nr, 1);
    EXPECT_EQ(frames.ranges[0].start, 0xfff00);
    EXPECT_EQ(boot_frames_end(&frames), 0x100100);
    boot_frames_add(&frames, 0x100000, ~0UL);
    EXPECT_EQ(boot_frames_end(&frames), 1UL << 34);
    boot_frames_reserve(&frames, 0x200000000, ~0UL);
    EXPECT_EQ(boot_frames_end(&frames), 0x200000);
    boot_frames_reserve(&frames, 0, ~0UL);
    EXPECT_EQ(frames.nr, 0);
    EXPECT_EQ(boot_frames_end(&frames), 0);
}

TEST(allocation_takes_the_top_and_never_frame_zero)
{
    pfn_t pfn;

    boot_frames_init(&frames);
    boot_frames_add(&frames, 0, 16 * PAGE_SIZE);
    boot_frames_add(&frames, 32 * PAGE_SIZE, 5 * PAGE_SIZE);
    EXPECT_EQ(boot_frames_alloc(&frames, 3, 1), 34);
    EXPECT_EQ(boot_frames_alloc(&frames, 3, 1), 13);
    EXPECT_EQ(boot_frames_alloc(&frames, 2, 1), 32);
    EXPECT_EQ(boot_frames_alloc(&frames, 4, 8), 8);
    EXPECT_EQ(boot_frames_alloc(&frames, 100, 1), 0);
    EXPECT_EQ(boot_frames_alloc(&frames, 0, 1), 0);
    while ((pfn = boot_frames_alloc(&frames, 1, 1)) != 0)
        EXPECT(pfn < 16);
    EXPECT_EQ(boot_frames_count(&frames), 1);
}

TEST(a_full_table_loses_memory_but_stays_right)
{
    u64 i;

    boot_frames_init(&frames);
    for (i = 0; i < 300; i++)
        boot_frames_add(&frames, i * 2 * PAGE_SIZE, PAGE_SIZE);
    EXPECT_EQ(frames.nr, BOOT_RANGES_MAX);
    EXPECT_EQ(frames.dropped, 300 - BOOT_RANGES_MAX);
    for (i = 0; i < frames.nr; i++)
        EXPECT_EQ(frames.ranges[i].start, i * 2);
}
