/* Huge leaves: fault, split at every edge, fork, copy on write, move, failing allocations. */
#include <kern/failpoint.h>
#include <kmem/frames.h>

#include "mm/program.h"
#include "pt.h"
#include "thp.h"

#define HUGE THP_SIZE

static struct mm *huge_program(void)
{
    mm_huge_set(MM_HUGE_ENABLED, MM_HUGE_ALWAYS);
    mm_huge_set(MM_HUGE_ZERO_PAGE, 1);
    return program();
}

/* An area of @nr aligned huge pages, each written to. */
static long map_huge(struct mm *mm, unsigned nr)
{
    long at = do_map(mm, 0x40000000, nr * HUGE, RW, ANON | MAP_FIXED);
    unsigned i;

    for (i = 0; i < nr; i++)
        EXPECT_EQ(user_write(mm, at + i * HUGE + 5 * PAGE, 10 + (int)i), 0);
    return at;
}

static bool is_huge(struct mm *mm, vaddr_t addr)
{
    return pte_is_leaf(pt_peek_upper(mm, addr), 2);
}

static u64 resident(struct mm *mm)
{
    struct mm_resident count;

    mm_resident_get(mm, &count);
    return count.anonymous;
}

TEST(a_write_brings_two_megabytes)
{
    struct mm *mm = huge_program();
    long at = map_huge(mm, 2);

    EXPECT(is_huge(mm, at) && is_huge(mm, at + HUGE));
    EXPECT_EQ(resident(mm), 1024);
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 10);
    EXPECT_EQ(user_read(mm, at + HUGE - 1), 0);
    audit();
    EXPECT_EQ(mm_unmap(mm, at, 2 * HUGE), 0);
    EXPECT_EQ(resident(mm), 0);
    audit();
    finish(mm);
    audit();
}

TEST(a_read_brings_zeroes_and_no_memory)
{
    struct mm *mm = huge_program();
    long at = do_map(mm, 0x40000000, HUGE, RW, ANON | MAP_FIXED);

    EXPECT_EQ(user_read(mm, at + 7 * PAGE), 0);
    EXPECT_EQ(resident(mm), 0);
    user_write(mm, at, 1);
    EXPECT(!is_huge(mm, at));
    EXPECT_EQ(resident(mm), 1);
    audit();
    finish(mm);
}

TEST(a_part_unmapped_splits_at_every_edge)
{
    static const unsigned edges[][2] = {{0, 1},   {511, 512}, {0, 511},
                                        {1, 512}, {100, 101}, {5, 300}};
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(edges); i++) {
        struct mm *mm = huge_program();
        long at = map_huge(mm, 1);
        u64 len = (edges[i][1] - edges[i][0]) * PAGE;

        user_write(mm, at, 1);
        user_write(mm, at + 511 * PAGE, 2);
        EXPECT_EQ(mm_unmap(mm, at + edges[i][0] * PAGE, len), 0);
        EXPECT(!is_huge(mm, at));
        EXPECT_EQ(resident(mm), 512 - len / PAGE);
        audit();
        if (edges[i][0] > 0)
            EXPECT_EQ(user_read(mm, at), 1);
        if (edges[i][1] < 512)
            EXPECT_EQ(user_read(mm, at + 511 * PAGE), 2);
        finish(mm);
        audit();
    }
}

TEST(protection_and_advice_split_parts_only)
{
    struct mm *mm = huge_program();
    long at = map_huge(mm, 3);

    EXPECT_EQ(mm_protect(mm, at, HUGE, PROT_READ), 0);
    EXPECT(is_huge(mm, at));
    EXPECT_EQ(touch(mm, at, true), SIGSEGV);
    EXPECT_EQ(mm_protect(mm, at, HUGE, RW), 0);
    EXPECT_EQ(touch(mm, at, true), 0);
    EXPECT(is_huge(mm, at));
    EXPECT_EQ(mm_protect(mm, at + HUGE + PAGE, PAGE, PROT_NONE), 0);
    EXPECT(!is_huge(mm, at + HUGE));
    EXPECT_EQ(user_read(mm, at + HUGE + 5 * PAGE), 11);
    EXPECT_EQ(mm_advise(mm, at + 2 * HUGE + 5 * PAGE, PAGE, MADV_DONTNEED), 0);
    EXPECT_EQ(user_read(mm, at + 2 * HUGE + 5 * PAGE), 0);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_DONTNEED), 0);
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 0);
    audit();
    finish(mm);
}

TEST(fork_keeps_it_huge_and_a_write_copies_a_small_page)
{
    struct mm *mm = huge_program();
    long at = map_huge(mm, 1);
    struct mm *child = mm_fork(mm);

    EXPECT(is_huge(mm, at) && is_huge(child, at));
    EXPECT_EQ(user_read(child, at + 5 * PAGE), 10);
    audit();
    user_write(child, at + 5 * PAGE, 77);
    EXPECT(is_huge(mm, at) && !is_huge(child, at));
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 10);
    audit();
    finish(child);
    user_write(mm, at + 6 * PAGE, 1);
    EXPECT(is_huge(mm, at));
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 10);
    audit();
    finish(mm);
}

TEST(an_aligned_move_keeps_it_huge)
{
    struct mm *mm = huge_program();
    long at = map_huge(mm, 2);
    long there = mm_remap(mm, at, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 16 * HUGE);

    EXPECT_EQ(there, at + 16 * (long)HUGE);
    EXPECT(is_huge(mm, there));
    EXPECT_EQ(user_read(mm, there + 5 * PAGE), 10);
    audit();
    there =
        mm_remap(mm, at + HUGE, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 32 * HUGE + PAGE);
    EXPECT(there > 0 && !is_huge(mm, there));
    EXPECT_EQ(user_read(mm, there + 5 * PAGE), 11);
    audit();
    finish(mm);
    audit();
}

TEST(small_pages_collapse_into_a_huge_one)
{
    struct mm *mm = huge_program();
    long at = do_map(mm, 0x40000000, 2 * HUGE, RW, ANON | MAP_FIXED);
    struct mm *child;

    mm_huge_set(MM_HUGE_ENABLED, MM_HUGE_NEVER);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_COLLAPSE), -EINVAL); /* nothing was written */
    user_write(mm, at + 3 * PAGE, 33);
    user_write(mm, at + 511 * PAGE, 44);
    EXPECT_EQ(user_read(mm, at + 9 * PAGE), 0); /* the page of zeroes */
    child = mm_fork(mm);
    EXPECT_EQ(mm_advise(mm, at, 2 * HUGE, MADV_COLLAPSE), -EINVAL); /* the second has no table */
    EXPECT(!is_huge(mm, at)); /* nothing writable: copied on write */
    user_write(mm, at + 3 * PAGE, 55);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_COLLAPSE), 0);
    EXPECT(is_huge(mm, at) && !is_huge(child, at));
    EXPECT_EQ(resident(mm), 512);
    audit();
    EXPECT_EQ(user_read(mm, at + 3 * PAGE), 55);
    EXPECT_EQ(user_read(mm, at + 9 * PAGE), 0);
    EXPECT_EQ(user_read(mm, at + 511 * PAGE), 44);
    EXPECT_EQ(user_read(child, at + 3 * PAGE), 33);
    EXPECT_EQ(user_read(child, at + 511 * PAGE), 44);
    user_write(mm, at + 9 * PAGE, 1);
    EXPECT_EQ(user_read(child, at + 9 * PAGE), 0);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_COLLAPSE), 0); /* it is one */
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_NOHUGEPAGE), 0);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_COLLAPSE), -EINVAL);
    EXPECT(is_huge(mm, at));
    audit();
    finish(child);
    finish(mm);
    audit();
}

/* Written, forgotten, and given up: what other calls do with pages of a huge leaf. */
TEST(what_was_given_up_is_never_a_huge_leaf)
{
    struct mm *mm = huge_program();
    long at = map_huge(mm, 1);
    struct mm *child = mm_fork(mm);

    EXPECT_EQ(mm_advise(child, at, HUGE, MADV_FREE), 0);
    EXPECT(is_huge(child, at) && is_huge(mm, at)); /* what others share is not given up */
    EXPECT_EQ(reclaim_pages(~0ul), 0);             /* the parent's leaf says that they are in use */
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 10);
    EXPECT_EQ(user_read(child, at + 5 * PAGE), 10);
    audit();
    finish(child);
    EXPECT_EQ(mm_clear_references(mm, MM_CLEAR_SOFT_DIRTY), 0);
    EXPECT(is_huge(mm, at));
    audit();
    user_write(mm, at + 7 * PAGE, 1);
    EXPECT(is_huge(mm, at));
    audit();
    finish(mm);
}

/* A program that splits, forks and moves; whatever fails, the audit holds. */
static void use_all(struct mm *mm, long at)
{
    struct mm *child = mm_fork(mm);

    if (!IS_ERR(child)) {
        (void)user_write(child, at + 9 * PAGE, 3);
        finish(child);
    }
    (void)!mm_unmap(mm, at + 17 * PAGE, PAGE);
    (void)!mm_advise(mm, at, HUGE, MADV_COLLAPSE);
    (void)!mm_protect(mm, at + HUGE + PAGE, PAGE, PROT_READ);
    (void)!(mm_remap(mm, at + 2 * HUGE, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                     at + 9 * HUGE + PAGE) > 0);
}

static void fail_each(enum failpoint point)
{
    u64 n, hits = 1;

    for (n = 1; n <= hits; n++) {
        struct mm *mm = huge_program();
        long at = do_map(mm, 0x40000000, 3 * HUGE, RW, ANON | MAP_FIXED);
        unsigned i;

        failpoint_arm(point, n, false, NULL);
        for (i = 0; i < 3; i++)
            (void)user_write(mm, at + i * HUGE, 1);
        use_all(mm, at);
        hits = failpoint_hits(point);
        failpoint_disarm(point);
        audit();
        finish(mm);
        audit();
    }
}

TEST(each_allocation_may_fail)
{
    fail_each(FAILPOINT_PAGE);
    fail_each(FAILPOINT_TABLE);
    fail_each(FAILPOINT_VMA);
}
