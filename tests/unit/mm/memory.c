/* What the bytes of a mapping are: zero pages, stacks, moved mappings, advice, other address
 * spaces. */
#include "mm/program.h"

TEST(untouched_memory_is_zero_and_costs_nothing)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 4 * PAGE, RW, ANON);
    struct mm_resident resident;

    EXPECT_EQ(user_read(mm, at + PAGE), 0);
    mm_resident_get(mm, &resident);
    EXPECT_EQ(resident.anonymous, 0);
    user_write(mm, at + PAGE, 5);
    user_write(mm, at + 3 * PAGE, 5);
    mm_resident_get(mm, &resident);
    EXPECT_EQ(resident.anonymous, 2);
    EXPECT_EQ(mm_advise(mm, at, 4 * PAGE, MADV_DONTNEED), 0);
    EXPECT_EQ(user_read(mm, at + PAGE), 0);
    audit();
    finish(mm);
}

TEST(faults_outside_of_mappings_are_signals)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, PAGE, PROT_READ, ANON);

    EXPECT_EQ(touch(mm, at - PAGE, false), SIGSEGV);
    EXPECT_EQ(fake_last_failure.code, SEGV_MAPERR);
    EXPECT_EQ(touch(mm, at, true), SIGSEGV);
    EXPECT_EQ(fake_last_failure.code, SEGV_ACCERR);
    EXPECT_EQ(user_execute(mm, at), SIGSEGV);
    EXPECT_EQ(fake_last_failure.code, SEGV_ACCERR);
    EXPECT_EQ(touch(mm, USER_END + PAGE, false), SIGSEGV);
    finish(mm);
}

/* The stack of exec: a page at the top that grows down. */
static long map_stack(struct mm *mm, vaddr_t top)
{
    struct mm_map_request request = {.addr = top - PAGE,
                                     .len = PAGE,
                                     .prot = RW,
                                     .flags = ANON | MAP_FIXED | MAP_GROWSDOWN,
                                     .vma_flags = VMA_STACK};

    return mm_map(mm, &request);
}

TEST(a_stack_grows_to_its_limit)
{
    struct mm *mm = program();
    vaddr_t top = 0x7ff000000000;

    mm->limits.stack = 64 * PAGE;
    EXPECT_EQ(map_stack(mm, top), top - PAGE);
    EXPECT_EQ(touch(mm, top - 64 * PAGE, true), 0);
    EXPECT_EQ(mm->stack_pages, 64);
    EXPECT_EQ(touch(mm, top - 65 * PAGE, true), SIGSEGV);
    EXPECT_EQ(fake_last_failure.code, SEGV_MAPERR);
    audit();
    finish(mm);
}

TEST(a_stack_keeps_its_distance)
{
    struct mm *mm = program();
    vaddr_t top = 0x7ff000000000;

    EXPECT_EQ(map_stack(mm, top), top - PAGE);
    EXPECT_EQ(do_map(mm, top - 1000 * PAGE, PAGE, RW, ANON | MAP_FIXED), top - 1000 * PAGE);
    EXPECT_EQ(touch(mm, top - (999 - 256) * PAGE, true), 0);
    EXPECT_EQ(touch(mm, top - (999 - 255) * PAGE, true), SIGSEGV);
    /* Nothing is placed in the gap unless it is forced. */
    EXPECT(do_map(mm, top - 800 * PAGE, PAGE, RW, ANON) != (long)(top - 800 * PAGE));
    EXPECT_EQ(do_map(mm, top - 800 * PAGE, PAGE, RW, ANON | MAP_FIXED), top - 800 * PAGE);
    finish(mm);
}

TEST(mremap_moves_contents)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 4 * PAGE, RW, ANON);
    long wall = do_map(mm, at + 4 * PAGE, PAGE, PROT_NONE, ANON | MAP_FIXED);
    long moved;

    EXPECT_EQ(wall, at + 4 * PAGE);
    user_write(mm, at, 1);
    user_write(mm, at + 3 * PAGE, 4);
    EXPECT_EQ(mm_remap(mm, at, 4 * PAGE, 8 * PAGE, 0, 0), -ENOMEM);
    moved = mm_remap(mm, at, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, 0);
    EXPECT(moved > 0 && moved != at);
    EXPECT_EQ(user_read(mm, moved), 1);
    EXPECT_EQ(user_read(mm, moved + 3 * PAGE), 4);
    EXPECT_EQ(user_read(mm, moved + 7 * PAGE), 0);
    EXPECT_EQ(touch(mm, at, false), SIGSEGV);
    audit();
    finish(mm);
}

/* The new range begins one leaf table below the old one: the table made for its end serves the old
 * range's beginning, too, which has no pages and no place for them. */
TEST(mremap_to_a_table_that_the_old_range_begins_in)
{
    struct mm *mm = program();
    vaddr_t edge = 0x5000200000; /* between two leaf tables */
    long old = do_map(mm, edge - 2 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED);
    vaddr_t new = edge - 0x200000 - 2 * PAGE;

    EXPECT_EQ(user_write(mm, edge, 7), 0);
    EXPECT_EQ(mm_remap(mm, old, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, new), new);
    EXPECT_EQ(user_read(mm, new + 2 * PAGE), 7);
    EXPECT_EQ(user_read(mm, new), 0);
    audit();
    finish(mm);
}

/* Leaf tables that serve nothing but the range move whole: what is full, what is shared with a
 * child, and what has nothing below it, with a stale translation for whoever flushes too little. */
TEST(mremap_of_aligned_tables_moves_them)
{
    const size_t span = PAGE * 512, len = 3 * span;
    struct mm *mm = program();
    long old = do_map(mm, 0x5000000000, len, RW, ANON | MAP_FIXED);
    vaddr_t new = 0x6000000000;
    struct mm *child;
    long i;

    for (i = 0; i < 512; i++)
        user_write(mm, old + i * PAGE, i % 100 + 1);
    user_write(mm, old + (long)(2 * span), 7);
    child = mm_fork(mm);
    EXPECT_EQ(mm_remap(mm, old, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, new), new);
    audit();
    EXPECT_EQ(touch(mm, old, false), SIGSEGV);
    for (i = 0; i < 512; i++)
        EXPECT_EQ(user_read(mm, new + (vaddr_t)i *PAGE), i % 100 + 1);
    user_write(mm, new + PAGE, 99);
    EXPECT_EQ(user_read(mm, new + span), 0);
    EXPECT_EQ(user_read(mm, new + 2 * span), 7);
    fake_mm_use(child);
    EXPECT_EQ(user_read(child, old + PAGE), 2);
    audit();
    fake_mm_use(mm);
    EXPECT_EQ(mm_remap(mm, new, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, old), old);
    EXPECT_EQ(user_read(mm, old + PAGE), 99);
    audit();
    finish(child);
    finish(mm);
    audit();
}

TEST(a_moved_page_is_still_found_by_its_family)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 4 * PAGE, RW, ANON);
    struct mm *child;
    long moved;

    user_write(mm, at, 1);
    moved = mm_remap(mm, at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x5000000000);
    EXPECT_EQ(moved, 0x5000000000);
    child = mm_fork(mm);
    EXPECT_EQ(mm_remap(child, moved, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at), at);
    EXPECT_EQ(user_read(child, at), 1);
    audit(); /* walks the family for every private page */
    finish(mm);
    audit();
    finish(child);
}

TEST(mremap_errors_are_those_of_linux)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 2 * PAGE, RW, ANON);
    long shared = do_map(mm, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);

    EXPECT_EQ(mm_remap(mm, at + 1, PAGE, PAGE, 0, 0), -EINVAL);
    EXPECT_EQ(mm_remap(mm, at, PAGE, 0, 0, 0), -EINVAL);
    EXPECT_EQ(mm_remap(mm, at, PAGE, PAGE, 8, 0), -EINVAL);
    EXPECT_EQ(mm_remap(mm, at, PAGE, PAGE, MREMAP_FIXED, 0x1000000), -EINVAL);
    EXPECT_EQ(mm_remap(mm, 0x1000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
    EXPECT_EQ(mm_remap(mm, at, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
    EXPECT_EQ(mm_remap(mm, at, 0, PAGE, MREMAP_MAYMOVE, 0), -EINVAL);
    EXPECT_EQ(mm_remap(mm, at, PAGE, 2 * PAGE, 0, 0), -ENOMEM);
    /* Length 0 duplicates a shared mapping. */
    user_write(mm, shared, 9);
    shared = mm_remap(mm, shared, 0, PAGE, MREMAP_MAYMOVE, 0);
    EXPECT(shared > 0);
    EXPECT_EQ(user_read(mm, shared), 9);
    audit();
    finish(mm);
}

TEST(mremap_clears_its_target_even_when_it_fails)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 2 * PAGE, RW, ANON);
    long target = do_map(mm, 0x5000000000, 8 * PAGE, RW, ANON);

    EXPECT_EQ(mm_remap(mm, at, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target), -EFAULT);
    EXPECT_EQ(touch(mm, target, false), SIGSEGV);
    EXPECT_EQ(touch(mm, at, false), 0);
    finish(mm);
}

TEST(dontunmap_leaves_an_empty_mapping_behind)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 2 * PAGE, RW, ANON);
    long moved;

    user_write(mm, at, 3);
    moved = mm_remap(mm, at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    EXPECT(moved > 0);
    EXPECT_EQ(user_read(mm, moved), 3);
    EXPECT_EQ(user_read(mm, at), 0);
    audit();
    finish(mm);
}

TEST(a_debugger_may_write_to_read_only_memory)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, PAGE, PROT_READ | PROT_EXEC, ANON);
    struct mm *child;
    char byte = 0x55;

    EXPECT_EQ(touch(mm, at, false), 0);
    child = mm_fork(mm);
    EXPECT_EQ(mm_access(mm, at + 5, &byte, 1, true, false), -EIO);
    EXPECT_EQ(mm_access(mm, at + 5, &byte, 1, true, true), 1);
    EXPECT_EQ(user_read(mm, at + 5), 0x55);
    EXPECT_EQ(user_read(child, at + 5), 0);
    EXPECT_EQ(touch(mm, at, true), SIGSEGV);
    EXPECT_EQ(mm_access(mm, 0x1000000, &byte, 1, false, true), -EIO);
    audit();
    finish(child);
    finish(mm);
}

TEST(a_pinned_page_is_not_reused_by_a_write)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, PAGE, RW, ANON);
    struct page *page;
    struct mm *child;

    user_write(mm, at, 1);
    child = mm_fork(mm);
    finish(child);
    EXPECT_EQ(mm_get_user_page(mm, at, false, &page), 0);
    user_write(mm, at, 2);
    EXPECT_EQ(*(char *)page_to_virt(page), 1);
    page_put(page);
    audit();
    finish(mm);
}

TEST(a_populated_mapping_takes_no_faults)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 20 * PAGE, RW, ANON | MAP_POPULATE);
    u64 before = fake_nr_faults;
    u64 i;

    for (i = 0; i < 20; i++)
        EXPECT_EQ(touch(mm, at + i * PAGE, true), 0);
    EXPECT_EQ(fake_nr_faults, before);
    finish(mm);
}

TEST(mincore_tells_what_is_resident)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 4 * PAGE, RW, ANON);
    long vector = do_map(mm, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);

    user_write(mm, at + 2 * PAGE, 1);
    EXPECT_EQ(mm_resident(mm, at, 4 * PAGE, (u8 *)vector), 0);
    EXPECT_EQ(user_read(mm, vector + 1), 0);
    EXPECT_EQ(user_read(mm, vector + 2), 1);
    EXPECT_EQ(mm_resident(mm, at + 1, PAGE, (u8 *)vector), -EINVAL);
    EXPECT_EQ(mm_resident(mm, 0x1000000, PAGE, (u8 *)vector), -ENOMEM);
    EXPECT_EQ(mm_resident(mm, at, PAGE, (u8 *)0x1000000), -EFAULT);
    finish(mm);
}

TEST(advice_is_followed_or_refused)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 4 * PAGE, RW, ANON);

    EXPECT_EQ(mm_advise(mm, at, PAGE, 12345), -EINVAL);
    EXPECT_EQ(mm_advise(mm, at, PAGE, MADV_MERGEABLE), -EINVAL);
    EXPECT_EQ(mm_advise(mm, at + 1, PAGE, MADV_DONTNEED), -EINVAL);
    EXPECT_EQ(mm_advise(mm, at, 0, MADV_DONTNEED), 0);
    EXPECT_EQ(mm_advise(mm, at, ~0ul, MADV_DONTNEED), -EINVAL);
    EXPECT_EQ(mm_unmap(mm, at + PAGE, PAGE), 0);
    user_write(mm, at + 3 * PAGE, 1);
    EXPECT_EQ(mm_advise(mm, at, 4 * PAGE, MADV_DONTNEED), -ENOMEM);
    EXPECT_EQ(user_read(mm, at + 3 * PAGE), 0);
    EXPECT_EQ(mm_advise(mm, at, PAGE, MADV_DONTFORK), 0);
    audit();
    finish(mm);
}

TEST(an_area_marked_dontfork_is_not_inherited)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 600 * PAGE, RW, ANON);
    struct mm *child;
    u64 i;

    for (i = 0; i < 600; i++)
        user_write(mm, at + i * PAGE, 1);
    EXPECT_EQ(mm_advise(mm, at + 100 * PAGE, PAGE, MADV_DONTFORK), 0);
    child = mm_fork(mm);
    EXPECT_EQ(touch(child, at + 100 * PAGE, false), SIGSEGV);
    EXPECT_EQ(user_read(child, at + 101 * PAGE), 1);
    EXPECT_EQ(user_read(child, at + 599 * PAGE), 1);
    audit();
    finish(child);
    finish(mm);
}

TEST(futexes_of_shared_memory_are_known_by_object)
{
    struct mm *mm = program();
    long shared = do_map(mm, 0, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
    struct mm *child = mm_fork(mm);
    struct mm_futex_key a, b;

    EXPECT_EQ(mm_futex_key_get(mm, shared + PAGE + 8, true, &a), 0);
    EXPECT_EQ(mm_futex_key_get(child, shared + PAGE + 8, true, &b), 0);
    EXPECT(a.space == b.space && a.offset == b.offset && a.offset == PAGE + 8);
    EXPECT_EQ(mm_futex_key_get(mm, shared, false, &a), 0);
    EXPECT(a.space == mm && a.offset == (u64)shared);
    EXPECT_EQ(mm_futex_key_get(mm, 0x1000000, true, &a), -EFAULT);
    finish(child);
    finish(mm);
}
