/* MADV_FREE: what was given up goes under pressure, and only that. */
#include "mm/program.h"

#include "lazy_free.h"
#include "reclaim.h"

#define NR 20

static struct mm *mm;
static long at;

static void fill(struct mm *of, vaddr_t start, int value)
{
    unsigned i;

    for (i = 0; i < NR; i++)
        user_write(of, start + i * PAGE, value);
}

static unsigned count(struct mm *of, vaddr_t start, int value)
{
    unsigned i, found = 0;

    for (i = 0; i < NR; i++)
        found += user_read(of, start + i * PAGE) == value;
    return found;
}

static void give_up(struct mm *of, vaddr_t start)
{
    EXPECT_EQ(mm_advise(of, start, NR * PAGE, MADV_FREE), 0);
}

static void start(void)
{
    mm = program();
    at = do_map(mm, 0, NR * PAGE, RW, ANON);
    fill(mm, at, 5);
}

TEST(pages_given_up_are_taken)
{
    start();
    EXPECT_EQ(reclaim_pages(100), 0);
    give_up(mm, at);
    EXPECT_EQ(lazy_free_count(), NR);
    EXPECT_EQ(count(mm, at, 5), NR);
    audit();
    EXPECT_EQ(reclaim_pages(7), 7);
    EXPECT_EQ(count(mm, at, 5), NR - 7);
    EXPECT_EQ(count(mm, at, 0), 7);
    audit();
    finish(mm);
    EXPECT_EQ(lazy_free_count(), 0);
}

TEST(a_write_keeps_a_page)
{
    start();
    give_up(mm, at);
    user_write(mm, at + 3 * PAGE, 6);
    EXPECT_EQ(reclaim_pages(100), NR - 1);
    EXPECT_EQ(user_read(mm, at + 3 * PAGE), 6);
    EXPECT_EQ(lazy_free_count(), 0);
    audit();
    finish(mm);
}

TEST(a_write_on_the_other_processor_keeps_a_page)
{
    start();
    fake_cpu_switch(1);
    fill(mm, at, 6);
    fake_cpu_switch(0);
    give_up(mm, at);
    fake_cpu_switch(1);
    user_write(mm, at + 3 * PAGE, 7);
    fake_cpu_switch(0);
    EXPECT_EQ(reclaim_pages(100), NR - 1);
    fake_cpu_switch(1);
    EXPECT_EQ(user_read(mm, at + 3 * PAGE), 7);
    EXPECT_EQ(count(mm, at, 0), NR - 1);
    fake_cpu_switch(0);
    audit();
    finish(mm);
}

TEST(a_write_by_the_kernel_keeps_a_page)
{
    char byte = 9;

    start();
    give_up(mm, at);
    EXPECT_EQ(mm_access(mm, at + PAGE, &byte, 1, true, false), 1);
    EXPECT_EQ(reclaim_pages(100), NR - 1);
    EXPECT_EQ(user_read(mm, at + PAGE), 9);
    audit();
    finish(mm);
}

TEST(both_sides_of_a_fork_lose_what_was_given_up_before)
{
    struct mm *child;

    start();
    give_up(mm, at);
    child = mm_fork(mm);
    EXPECT_EQ(count(child, at, 5), NR);
    EXPECT_EQ(count(mm, at, 5), NR);
    EXPECT_EQ(reclaim_pages(100), NR);
    EXPECT_EQ(count(child, at, 0), NR);
    EXPECT_EQ(count(mm, at, 0), NR);
    audit();
    finish(mm);
    finish(child);
}

TEST(the_child_gives_up_for_itself_only)
{
    struct mm *child;

    start();
    child = mm_fork(mm);
    give_up(child, at);
    EXPECT_EQ(reclaim_pages(100), 0);
    EXPECT_EQ(count(mm, at, 5), NR);
    audit();
    finish(mm);
    finish(child);
}

TEST(a_page_shared_by_fork_is_kept_where_it_is_written)
{
    struct mm *child;

    start();
    give_up(mm, at);
    child = mm_fork(mm);
    user_write(child, at + 4 * PAGE, 8);
    EXPECT_EQ(reclaim_pages(100), NR);
    EXPECT_EQ(user_read(child, at + 4 * PAGE), 8);
    EXPECT_EQ(user_read(mm, at + 4 * PAGE), 0);
    audit();
    finish(child);
    finish(mm);
}

TEST(a_moved_page_is_found)
{
    struct mm *child;
    long to;

    start();
    give_up(mm, at);
    to = mm_remap(mm, at, NR * PAGE, NR * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at - 100 * PAGE);
    EXPECT_EQ(to, at - 100 * PAGE);
    child = mm_fork(mm);
    user_write(child, to + PAGE, 1);
    EXPECT_EQ(reclaim_pages(100), NR);
    EXPECT_EQ(count(mm, to, 0), NR);
    EXPECT_EQ(count(child, to, 0), NR - 1);
    audit();
    finish(mm);
    finish(child);
}

TEST(a_page_on_the_way_to_another_place_is_put_back)
{
    long to;

    start();
    give_up(mm, at);
    to = mm_remap(mm, at, NR * PAGE, NR * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at - 100 * PAGE);
    EXPECT(to > 0);
    write_lock(&mm->map_lock); /* displaced areas cannot be looked at */
    EXPECT_EQ(reclaim_pages(100), 0);
    write_unlock(&mm->map_lock);
    EXPECT_EQ(lazy_free_count(), NR);
    EXPECT_EQ(count(mm, to, 5), NR);
    EXPECT_EQ(reclaim_pages(100), NR);
    audit();
    finish(mm);
}

TEST(locked_pages_are_not_taken)
{
    start();
    give_up(mm, at);
    EXPECT_EQ(mm_mlock(mm, at, 4 * PAGE, MLOCK_ONFAULT), 0);
    EXPECT_EQ(mm_advise(mm, at, PAGE, MADV_FREE), -EINVAL);
    EXPECT_EQ(reclaim_pages(100), NR - 4);
    EXPECT_EQ(count(mm, at, 5), 4);
    audit();
    finish(mm);
}

TEST(page_out_takes_a_range)
{
    start();
    give_up(mm, at);
    EXPECT_EQ(mm_advise(mm, at + 2 * PAGE, 3 * PAGE, MADV_PAGEOUT), 0);
    EXPECT_EQ(count(mm, at, 0), 3);
    audit();
    finish(mm);
}

TEST(a_wiped_area_is_empty_in_the_child)
{
    struct mm *child;

    start();
    EXPECT_EQ(mm_advise(mm, at + 4 * PAGE, 8 * PAGE, MADV_WIPEONFORK), 0);
    child = mm_fork(mm);
    audit();
    EXPECT_EQ(count(child, at, 0), 8);
    fill(child, at, 6);
    EXPECT_EQ(count(mm, at, 5), NR);
    audit();
    finish(mm);
    finish(child);
}
