/* mlock: what is locked is there, stays there, and is counted. */
#include "mm/store.h"

#include "reclaim.h"
#include "vma.h"

static bool is_privileged;

static bool may_exceed(void)
{
    return is_privileged;
}

static u64 faults_of(struct mm *mm, vaddr_t at, unsigned nr)
{
    u64 before = fake_nr_faults;
    unsigned i;

    for (i = 0; i < nr; i++)
        user_write(mm, at + i * PAGE, 1);
    return fake_nr_faults - before;
}

TEST(locked_pages_cost_no_fault)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 8 * PAGE, RW, ANON);

    EXPECT_EQ(mm_mlock(mm, at + 2 * PAGE, 4 * PAGE, 0), 0);
    EXPECT_EQ(mm->locked_pages, 4);
    EXPECT_EQ(mm->nr_areas, 3);
    EXPECT_EQ(faults_of(mm, at + 2 * PAGE, 4), 0);
    EXPECT_EQ(mm_mlock(mm, at, 8 * PAGE, MLOCK_ONFAULT), 0);
    EXPECT_EQ(mm->nr_areas, 2); /* the lowest has no private pages, so no lineage to continue */
    EXPECT_EQ(faults_of(mm, at, 2), 2);
    audit();
    EXPECT_EQ(mm_munlock(mm, at, 8 * PAGE), 0);
    EXPECT_EQ(mm->locked_pages, 0);
    finish(mm);
}

TEST(the_limit_holds_unless_one_is_privileged)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 8 * PAGE, RW, ANON);

    mm_set_lock_hook(may_exceed);
    mm->limits.locked = 4 * PAGE;
    EXPECT_EQ(mm_mlock(mm, at, 5 * PAGE, 0), -ENOMEM);
    EXPECT_EQ(mm_mlock(mm, at, 4 * PAGE, 0), 0);
    EXPECT_EQ(mm_mlock(mm, at + PAGE, 3 * PAGE, 0), 0);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, ANON | MAP_LOCKED), -EAGAIN);
    EXPECT_EQ(mm_mlockall(mm, MCL_CURRENT), -ENOMEM);
    EXPECT_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
    EXPECT_EQ(do_map(mm, 0, PAGE, PROT_NONE, ANON), -EAGAIN);
    mm->limits.locked = 0;
    EXPECT_EQ(mm_mlock(mm, at, 0, 0), -EPERM);
    is_privileged = true;
    EXPECT_EQ(mm_mlockall(mm, MCL_CURRENT | MCL_FUTURE), 0);
    EXPECT_EQ(mm->locked_pages, mm->total_pages);
    EXPECT(do_map(mm, 0, PAGE, RW, ANON) > 0);
    EXPECT_EQ(mm->locked_pages, mm->total_pages);
    audit();
    mm_set_lock_hook(NULL);
    finish(mm);
}

TEST(reclaim_leaves_locked_pages_of_files)
{
    struct store *store = store_create(8);
    struct mm *mm = program();
    struct mm *other = program();
    long at = do_map_object(mm, &store->object, 0, 8 * PAGE, PROT_READ, MAP_SHARED);
    long there = do_map_object(other, &store->object, 0, 8 * PAGE, PROT_READ, MAP_PRIVATE);

    EXPECT_EQ(mm_mlock(mm, at, 3 * PAGE, 0), 0);
    EXPECT_EQ(mm_mlock(other, there + 7 * PAGE, PAGE, MLOCK_ONFAULT), 0);
    EXPECT_EQ(mm_populate(other, there, 8 * PAGE, false), 0);
    EXPECT_EQ(reclaim_pages(100), 4);
    EXPECT_EQ(store->object.nr_pages, 4);
    EXPECT_EQ(mm_locked_resident(), 4);
    EXPECT_EQ(mm_munlock(mm, at, 3 * PAGE), 0);
    EXPECT_EQ(reclaim_pages(100), 3);
    audit();
    finish(mm);
    finish(other);
    store_destroy(store);
}

TEST(a_fork_is_not_locked)
{
    struct mm *mm = program();
    struct mm *child;

    EXPECT_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
    EXPECT(do_map(mm, 0, 8 * PAGE, RW, ANON) > 0);
    child = mm_fork(mm);
    EXPECT_EQ(mm->locked_pages, 8);
    EXPECT_EQ(child->locked_pages, 0);
    EXPECT_EQ(child->def_flags, 0);
    audit();
    finish(mm);
    finish(child);
}
