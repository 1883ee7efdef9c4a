/* Watermarks and hooks: who may take the last frames, who is asked to free some, when somebody is
 * killed. */
#include <abi/errno.h>
#include <kern/preempt.h>
#include <kern/spinlock.h>
#include <kmem/frames.h>

#include "fake/fake.h"
#include "unit.h"

static struct page *held[8192];
static u64 nr_held;
static int wakes;
static int kills;
static u64 reclaimable;
static bool may_kill;

static u64 reclaim(u64 nr_pages)
{
    u64 nr = min(nr_pages, reclaimable);
    u64 i;

    EXPECT_EQ(preempt_depth(), 0);
    for (i = 0; i < nr; i++)
        page_free(held[--nr_held]);
    reclaimable -= nr;
    return nr;
}

static void wake(void)
{
    wakes++;
}

static bool out_of_memory(unsigned int order __unused, unsigned int flags __unused)
{
    kills++;
    if (!may_kill)
        return false;
    reclaimable += 10;
    return true;
}

static const struct reclaim_operations operations = {
    .reclaim = reclaim,
    .wake = wake,
    .out_of_memory = out_of_memory,
};

void unit_setup(void)
{
    fake_machine_start(16, 1);
    kmem_register_reclaim(&operations);
}

/* Take everything that @flags can have. */
static void exhaust(unsigned int flags)
{
    struct page *page;

    while ((page = page_alloc(flags)) != NULL)
        held[nr_held++] = page;
}

static void release_all(void)
{
    while (nr_held > 0)
        page_free(held[--nr_held]);
    frames_drain_local();
    wakes = 0;
    kills = 0;
    reclaimable = 0;
    may_kill = false;
}

TEST(the_reserve_is_for_atomic_allocations)
{
    struct frame_statistics statistics;

    exhaust(0);
    frames_statistics(&statistics);
    EXPECT(statistics.free <= statistics.watermark_min);
    EXPECT(statistics.free > 0);
    EXPECT(wakes > 0);
    EXPECT_EQ(frames_shortage(), statistics.watermark_high - statistics.free);
    EXPECT(page_alloc(0) == NULL);
    exhaust(ALLOC_ATOMIC);
    EXPECT_EQ(frames_free_count(), 0);
    EXPECT_EQ(kills, 0);
    release_all();
    EXPECT_EQ(frames_shortage(), 0);
}

TEST(waiting_allocations_reclaim)
{
    struct frame_statistics before;
    struct frame_statistics after;
    struct page *page;

    exhaust(0);
    reclaimable = 100;
    frames_statistics(&before);
    page = page_alloc(ALLOC_WAIT);
    EXPECT(page != NULL);
    frames_statistics(&after);
    EXPECT_EQ(after.slow_paths - before.slow_paths, 1);
    EXPECT_EQ(kills, 0);
    page_free(page);
    release_all();
}

TEST(without_progress_somebody_is_killed)
{
    struct page *page;

    exhaust(0);
    EXPECT(page_alloc(ALLOC_WAIT | ALLOC_NORETRY) == NULL);
    EXPECT_EQ(kills, 0);
    EXPECT(page_alloc(ALLOC_WAIT) == NULL);
    EXPECT_EQ(kills, 1);
    may_kill = true;
    page = page_alloc(ALLOC_WAIT | ALLOC_USER);
    EXPECT(page != NULL);
    EXPECT(kills >= 2);
    page_free(page);
    release_all();
}

TEST(large_blocks_do_not_kill)
{
    exhaust(0);
    may_kill = true;
    EXPECT(page_alloc_order(9, ALLOC_WAIT) == NULL);
    EXPECT_EQ(kills, 0);
    release_all();
}

TEST(the_zero_pool_stops_before_memory_is_short)
{
    exhaust(0);
    EXPECT_EQ(page_zero_pool_fill(10), 0);
    release_all();
}

TEST(watermarks_can_be_set)
{
    struct frame_statistics statistics;

    EXPECT_EQ(frames_set_watermark(100), 0);
    frames_statistics(&statistics);
    EXPECT(statistics.watermark_min == 100 && statistics.watermark_low == 200 &&
           statistics.watermark_high == 300);
    EXPECT_EQ(frames_set_watermark(1UL << 40), -EINVAL);
    frames_init_watermarks();
}

static void wait_under_a_spin_lock(void)
{
    struct spinlock lock = SPINLOCK_INIT(LOCK_RANK_NONE);

    spin_lock(&lock);
    held[0] = page_alloc(ALLOC_WAIT);
}

TEST(waiting_under_a_spin_lock_is_caught)
{
    EXPECT_PANIC(wait_under_a_spin_lock, "sleeping is not allowed");
}
