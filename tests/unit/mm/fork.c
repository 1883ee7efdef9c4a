/* fork: copy-on-write of pages and of page tables. */
#include "mm/program.h"
#include "pt.h"

TEST(child_and_parent_see_their_own_writes)
{
    struct mm *parent = program();
    long at = do_map(parent, 0, PAGE, RW, ANON);
    struct mm *child;

    user_write(parent, at, 1);
    child = mm_fork(parent);
    EXPECT_EQ(user_read(child, at), 1);
    user_write(child, at, 2);
    EXPECT_EQ(user_read(parent, at), 1);
    user_write(parent, at, 3);
    EXPECT_EQ(user_read(child, at), 2);
    audit();
    finish(child);
    EXPECT_EQ(user_read(parent, at), 3);
    finish(parent);
}

TEST(a_large_table_is_shared_until_somebody_writes)
{
    struct mm *parent = program();
    long at = do_map(parent, 0, 1024 * PAGE, RW, ANON);
    struct mm *child;
    u64 i;

    for (i = 0; i < 1024; i++)
        user_write(parent, at + i * PAGE, i & 0xff);
    child = mm_fork(parent);
    audit();
    for (i = 0; i < 1024; i++)
        EXPECT_EQ(user_read(child, at + i * PAGE), i & 0xff);
    user_write(child, at + 5 * PAGE, 99);
    audit();
    user_write(parent, at + 700 * PAGE, 98);
    audit();
    EXPECT_EQ(user_read(parent, at + 5 * PAGE), 5);
    EXPECT_EQ(user_read(child, at + 700 * PAGE), 700 & 0xff);
    finish(parent);
    audit();
    for (i = 0; i < 1024; i++)
        EXPECT_EQ(user_read(child, at + i * PAGE), i == 5 ? 99 : i & 0xff);
    finish(child);
}

/* The last sharer frees the pages: by then nobody who left earlier may remember where they are. */
TEST(a_shared_table_is_left_after_a_flush)
{
    struct mm *mm = program();
    long at = do_map(mm, 0x40000000, 20 * PAGE, RW, ANON | MAP_FIXED);
    struct pt_range range = {.start = at, .end = at + 20 * PAGE, .floor = 0, .ceiling = PT_CEILING};
    struct batch batch;
    struct mm *child;
    unsigned i;
    u64 before;

    for (i = 0; i < 20; i++)
        user_write(mm, at + i * PAGE, 1);
    child = mm_fork(mm);
    before = fake_nr_flushes;
    write_lock(&mm->map_lock);
    batch_init(&batch, mm);
    pt_zap(&batch, &range);
    EXPECT(fake_nr_flushes > before);
    batch_finish(&batch);
    write_unlock(&mm->map_lock);
    EXPECT_EQ(user_read(child, at), 1);
    audit();
    finish(child);
    finish(mm);
}
