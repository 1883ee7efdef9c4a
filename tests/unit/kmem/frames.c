/* Frames: the allocator against a map of who owns what, on several CPUs. */
#include <abi/errno.h>
#include <kern/failpoint.h>
#include <kmem/boot_memory.h>
#include <kmem/frames.h>
#include <lib/string.h>

#include "fake/fake.h"
#include "unit.h"

#define MEGABYTES 32
#define NR_FRAMES (MEGABYTES * 256)
#define NR_BLOCKS 400
#define NR_CPUS   3

static u16 frame_owner[NR_FRAMES]; /* block + 1, 0: free */
static struct page *blocks[NR_BLOCKS];
static u64 at_start;

void unit_setup(void)
{
    fake_machine_start(MEGABYTES, NR_CPUS);
    at_start = frames_free_count();
}

/* Take a block over in the model; nobody else may own any of it. */
static void own(struct page *page, unsigned int block, unsigned int order)
{
    pfn_t pfn = page_to_pfn(page);
    u64 i;

    EXPECT(page_references(page) == 1 && page_order(page) == order);
    for (i = 0; i < 1UL << order; i++) {
        EXPECT_EQ(frame_owner[pfn + i], 0);
        frame_owner[pfn + i] = (u16)(block + 1);
        EXPECT(page_head(page + i) == page);
        EXPECT(!page_flag_test(page + i, PAGE_FREE | PAGE_RESERVED | PAGE_BUDDY));
        *(u64 *)page_to_virt(page + i) = block;
    }
}

static void disown(struct page *page, unsigned int block, unsigned int order)
{
    pfn_t pfn = page_to_pfn(page);
    u64 i;

    for (i = 0; i < 1UL << order; i++) {
        EXPECT_EQ(frame_owner[pfn + i], block + 1);
        EXPECT_EQ(*(u64 *)page_to_virt(page + i), block);
        frame_owner[pfn + i] = 0;
    }
}

/* Free blocks such that nothing larger could be made of them: as after the start. */
static void expect_all_merged(void)
{
    struct frame_statistics statistics;

    frames_drain_all();
    frames_statistics(&statistics);
    EXPECT_EQ(statistics.free, at_start);
    EXPECT_EQ(statistics.cpu_cached, 0);
    EXPECT(frames_check());
    EXPECT(statistics.free_blocks[MAX_ORDER] >= NR_FRAMES / 1024 - 3);
}

TEST(random_blocks_never_overlap_and_all_merge_back)
{
    int round;
    unsigned int i;

    for (round = 0; round < 30000; round++) {
        i = (unsigned int)unit_random_below(NR_BLOCKS);
        fake_cpu_switch((unsigned int)unit_random_below(NR_CPUS));
        if (blocks[i] != NULL) {
            unsigned int order = page_order(blocks[i]);

            disown(blocks[i], i, order);
            page_free_order(blocks[i], order);
            blocks[i] = NULL;
        } else {
            unsigned int order =
                unit_random_below(3) ? 0 : (unsigned int)unit_random_below(MAX_ORDER - 1);

            blocks[i] = page_alloc_order(order, unit_random_below(2) ? ALLOC_ATOMIC : 0);
            if (blocks[i] != NULL)
                own(blocks[i], i, order);
        }
        if (round % 1000 == 0)
            EXPECT(frames_check());
    }
    for (i = 0; i < NR_BLOCKS; i++) {
        if (blocks[i] != NULL) {
            disown(blocks[i], i, page_order(blocks[i]));
            page_free(blocks[i]);
        }
    }
    fake_cpu_switch(0);
    expect_all_merged();
}

TEST(every_frame_can_be_had_once)
{
    static struct page *pages[NR_FRAMES];
    u64 nr = 0;
    u64 i;

    while ((pages[nr] = page_alloc(ALLOC_ATOMIC)) != NULL) {
        EXPECT_EQ(frame_owner[page_to_pfn(pages[nr])], 0);
        frame_owner[page_to_pfn(pages[nr])] = 1;
        nr++;
    }
    EXPECT_EQ(nr, at_start);
    EXPECT_EQ(frames_free_count(), 0);
    for (i = 0; i < nr; i++)
        frame_owner[page_to_pfn(pages[i])] = 0;
    page_free_bulk((unsigned int)nr, pages);
    expect_all_merged();
}

TEST(zeroed_frames_are_zero_from_the_pool_and_without)
{
    struct frame_statistics before;
    struct frame_statistics after;
    struct page *page = page_alloc(0);
    int i;

    memset(page_to_virt(page), 0xff, PAGE_SIZE);
    page_free(page);
    frames_statistics(&before);
    page = page_alloc(ALLOC_ZERO);
    EXPECT(memchr_inverse(page_to_virt(page), 0, PAGE_SIZE) == NULL);
    memset(page_to_virt(page), 0xff, PAGE_SIZE);
    page_free(page);
    EXPECT_EQ(page_zero_pool_fill(10), 10);
    EXPECT_EQ(page_zero_pool_fill(1000), 246);
    EXPECT_EQ(page_zero_pool_fill(1), 0);
    for (i = 0; i < 300; i++) {
        page = page_alloc(ALLOC_ZERO);
        EXPECT(memchr_inverse(page_to_virt(page), 0, PAGE_SIZE) == NULL);
        EXPECT(!page_flag_test(page, PAGE_ZEROED));
        blocks[i] = page;
    }
    frames_statistics(&after);
    EXPECT_EQ(after.zero_hits - before.zero_hits, 256);
    EXPECT_EQ(after.zero_misses - before.zero_misses, 45);
    page_free_bulk(300, blocks);
    page = page_alloc_order(4, ALLOC_ZERO);
    EXPECT(memchr_inverse(page_to_virt(page), 0, PAGE_SIZE << 4) == NULL);
    page_free_order(page, 4);
    EXPECT(page_zero_pool_fill(5) == 5);
    expect_all_merged();
}

TEST(references_keep_a_frame)
{
    struct page *page = page_alloc(0);

    page_get(page);
    EXPECT(page_try_get(page));
    page_put(page);
    page_put(page);
    EXPECT_EQ(page_references(page), 1);
    page_put(page);
    EXPECT_EQ(page_references(page), 0);
    EXPECT(!page_try_get(page));
    EXPECT(page_flag_test(page, PAGE_FREE));
    page = page_alloc_order(9, 0);
    page_get(page);
    page_put(page);
    page_put(page);
    expect_all_merged();
}

TEST(a_split_block_is_single_frames)
{
    struct page *page = page_alloc_order(3, 0);
    int i;

    page_split(page);
    for (i = 0; i < 8; i++) {
        EXPECT(page_head(page + i) == page + i && page_order(page + i) == 0);
        page_put(page + i);
    }
    expect_all_merged();
}

TEST(a_run_goes_back_whole_or_in_parts)
{
    struct page *page = page_alloc_order(3, 0);

    page_split(page);
    page_put_run(page, 3);
    expect_all_merged();
    page = page_alloc_order(3, 0);
    page_split(page);
    page_get(page + 5);
    page_put_run(page, 3);
    EXPECT_EQ(page_references(page + 5), 1);
    EXPECT_EQ(page_references(page + 4), 0);
    page_put(page + 5);
    expect_all_merged();
}

TEST(failpoints_and_bulk)
{
    struct page *pages[10];
    unsigned int got;

    failpoint_arm(FAILPOINT_PAGE, 4, true, NULL);
    got = page_alloc_bulk(10, pages, 0);
    failpoint_disarm(FAILPOINT_PAGE);
    EXPECT_EQ(got, 3);
    page_free_bulk(got, pages);
    EXPECT(page_alloc_order(MAX_ORDER + 1, 0) == NULL);
    expect_all_merged();
}

TEST(owner_codes_and_lists)
{
    struct page_list list;
    struct page *pages[4];
    void *owner = phys_to_virt(0x200040);
    int i;

    EXPECT_EQ(page_alloc_bulk(4, pages, 0), 4);
    page_list_init(&list);
    EXPECT(page_owner(pages[0]) == NULL);
    page_set_owner(pages[0], owner);
    EXPECT(page_owner(pages[0]) == owner);
    page_set_owner(pages[0], NULL);
    EXPECT(page_owner(pages[0]) == NULL);
    page_list_add(&list, pages[1]);
    page_list_add(&list, pages[0]);
    page_list_add_tail(&list, pages[2]);
    EXPECT_EQ(list.count, 3);
    page_list_remove(&list, pages[1]);
    EXPECT(page_list_first(&list) == pages[0] && page_list_next(pages[0]) == pages[2]);
    EXPECT(page_list_prev(pages[2]) == pages[0] && page_list_last(&list) == pages[2]);
    page_list_remove(&list, pages[0]);
    page_list_remove(&list, pages[2]);
    EXPECT(page_list_is_empty(&list) && list.last == 0);
    for (i = 0; i < 4; i++)
        page_put(pages[i]);
    expect_all_merged();
}

TEST(boot_memory_is_released_once)
{
    struct frame_statistics statistics;

    boot_memory_release(0x100000 + 100, 0x80000 - 100);
    EXPECT_EQ(frames_free_count(), at_start + 127);
    boot_memory_release(0x100000, 0x80000);
    EXPECT_EQ(frames_free_count(), at_start + 128);
    boot_memory_release(0x100000, 0x80000);
    EXPECT_EQ(frames_free_count(), at_start + 128);
    at_start += 128;
    frames_statistics(&statistics);
    EXPECT_EQ(statistics.present, NR_FRAMES - 16);
    EXPECT_EQ(statistics.total + statistics.reserved, statistics.present);
    expect_all_merged();
}

static void free_twice(void)
{
    struct page *page = page_alloc_order(1, 0);

    page_free_order(page, 1);
    page_free_order(page, 1);
}

static void free_with_wrong_order(void)
{
    page_free_order(page_alloc_order(2, 0), 1);
}

TEST(misuse_is_caught)
{
    EXPECT_PANIC(free_twice, "assertion failed");
    EXPECT_PANIC(free_with_wrong_order, "assertion failed");
}

/* init_on_free=1 */
TEST(freed_frames_are_overwritten_when_that_is_asked_for)
{
    struct page *page = page_alloc(0);
    char *bytes = page_to_virt(page);

    frames_clear_freed(true);
    memset(bytes, 0xa5, PAGE_SIZE);
    page_free(page);
    EXPECT_EQ(bytes[0], 0);
    EXPECT_EQ(bytes[PAGE_SIZE - 1], 0);
    frames_clear_freed(false);
}

/* The census counts @more frames of @use than @before, and so many fewer free ones. */
static void expect_change(const u64 *before, enum frame_use use, u64 more)
{
    u64 now[NR_FRAME_USES];
    int i;

    frames_census(now);
    for (i = 0; i < NR_FRAME_USES; i++) {
        if (i == (int)use)
            EXPECT_EQ(now[i], before[i] + more);
        else if (i == FRAMES_FREE)
            EXPECT_EQ(now[i], before[i] - more);
        else
            EXPECT_EQ(now[i], before[i]);
    }
}

TEST(the_census_counts_each_frame_for_what_it_is)
{
    static const struct {
        u32 flag;
        enum frame_use use;
    } kinds[] = {
        {0, FRAMES_OTHER},
        {PAGE_LARGE, FRAMES_LARGE},
        {PAGE_RANGE, FRAMES_RANGE},
        {PAGE_TABLE, FRAMES_TABLE},
        {PAGE_SLAB, FRAMES_SLAB},
        {PAGE_PRIVATE_OWNED, FRAMES_PRIVATE},
        {PAGE_OBJECT, FRAMES_OBJECT},
        {PAGE_OBJECT | PAGE_SHMEM, FRAMES_SHMEM},
        {PAGE_STALE | PAGE_SHMEM, FRAMES_STALE},
    };
    u64 before[NR_FRAME_USES], all = 0;
    size_t i;

    frames_census(before);
    for (i = 0; i < NR_FRAME_USES; i++)
        all += before[i];
    EXPECT_EQ(all, page_map_end);
    EXPECT_EQ(before[FRAMES_FREE], frames_free_count());
    for (i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct page *page = page_alloc_order(3, ALLOC_WAIT);

        EXPECT(page != NULL);
        page_flag_set(page, kinds[i].flag);
        expect_change(before, kinds[i].use, 8);
        page_free(page);
    }
    expect_change(before, FRAMES_FREE, 0);
}
