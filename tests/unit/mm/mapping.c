/* mmap, munmap and mprotect: where mappings go, what is refused, what /proc/PID/maps would show. */
#include "mm/program.h"

#include <lib/printf.h>
#include <lib/string.h>

#include "vma.h"

/* The areas as text, "pages:rights" from @base on, holes as "-pages": "3:rw -1 2:r". */
struct shape {
    char text[256];
    vaddr_t end;
};

static int add_area(const struct vma_info *info, void *argument)
{
    struct shape *shape = argument;
    size_t used = strlen(shape->text);

    if (shape->end != 0 && info->start > shape->end)
        used += snprintf(shape->text + used, sizeof(shape->text) - used, " -%lu",
                         (info->start - shape->end) / PAGE);
    snprintf(shape->text + used, sizeof(shape->text) - used, "%s%lu:%s%s%s", used ? " " : "",
             (info->end - info->start) / PAGE, info->flags & VMA_READ ? "r" : "",
             info->flags & VMA_WRITE ? "w" : "", info->flags & VMA_EXEC ? "x" : "");
    shape->end = info->end;
    return 0;
}

static const char *shape_of(struct mm *mm)
{
    static struct shape shape;

    shape = (struct shape){.end = 0};
    EXPECT_EQ(mm_for_each_area(mm, 0, add_area, &shape), 0);
    return shape.text;
}

TEST(mappings_go_below_each_other_and_become_one)
{
    struct mm *mm = program();
    long first = do_map(mm, 0, 2 * PAGE, RW, ANON);
    long second = do_map(mm, 0, PAGE, RW, ANON);

    EXPECT_EQ(first, mm->mmap_base - 2 * PAGE);
    EXPECT_EQ(second, first - PAGE);
    EXPECT_STR(shape_of(mm), "3:rw");
    EXPECT_EQ(do_map(mm, 0, PAGE, PROT_READ, ANON), second - PAGE);
    EXPECT_STR(shape_of(mm), "1:r 3:rw");
    finish(mm);
}

TEST(a_hint_is_taken_when_it_is_free)
{
    struct mm *mm = program();

    EXPECT_EQ(do_map(mm, 0x7000000000, PAGE, RW, ANON), 0x7000000000);
    EXPECT_EQ(do_map(mm, 0x7000000000, PAGE, RW, ANON), mm->mmap_base - PAGE);
    EXPECT_EQ(do_map(mm, 0x7000001123, PAGE, RW, ANON), 0x7000001000);
    EXPECT_EQ(do_map(mm, 0x1000, PAGE, RW, ANON), MMAP_MIN_ADDR);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, ANON | MAP_32BIT), 0x40000000);
    finish(mm);
}

TEST(a_hole_is_filled_from_the_top)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 10 * PAGE, RW, ANON);

    EXPECT_EQ(mm_unmap(mm, at + 2 * PAGE, PAGE), 0);
    EXPECT_EQ(mm_unmap(mm, at + 5 * PAGE, 3 * PAGE), 0);
    EXPECT_STR(shape_of(mm), "2:rw -1 2:rw -3 2:rw");
    EXPECT_EQ(do_map(mm, 0, 2 * PAGE, RW, ANON), at + 6 * PAGE);
    EXPECT_EQ(do_map(mm, 0, 2 * PAGE, RW, ANON), at - 2 * PAGE);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, ANON), at + 5 * PAGE);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, ANON), at + 2 * PAGE);
    EXPECT_STR(shape_of(mm), "12:rw");
    audit();
    finish(mm);
}

TEST(wrong_requests_are_refused_like_linux)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, PAGE, RW, ANON);

    EXPECT_EQ(do_map(mm, 0, 0, RW, ANON), -EINVAL);
    EXPECT_EQ(do_map(mm, 0, ~0ul, RW, ANON), -ENOMEM);
    EXPECT_EQ(do_map(mm, 0, 1UL << 47, RW, ANON), -ENOMEM);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, MAP_ANONYMOUS), -EINVAL);
    EXPECT_EQ(do_map(mm, at + 1, PAGE, RW, ANON | MAP_FIXED), -EINVAL);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, ANON | MAP_FIXED), -EPERM);
    EXPECT_EQ(do_map(mm, USER_END, PAGE, RW, ANON | MAP_FIXED), -ENOMEM);
    EXPECT_EQ(do_map(mm, at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE), -EEXIST);
    EXPECT_EQ(do_map(mm, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN), -EINVAL);
    EXPECT_EQ(mm_unmap(mm, at + 1, PAGE), -EINVAL);
    EXPECT_EQ(mm_unmap(mm, at, 0), -EINVAL);
    EXPECT_EQ(mm_unmap(mm, at, ~0ul), -EINVAL);
    EXPECT_EQ(mm_unmap(mm, at + 4 * PAGE, PAGE), 0);
    EXPECT_STR(shape_of(mm), "1:rw");
    finish(mm);
}

TEST(a_fixed_mapping_replaces_what_was_there)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 5 * PAGE, RW, ANON);

    user_write(mm, at + 2 * PAGE, 7);
    EXPECT_EQ(do_map(mm, at + 2 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED), at + 2 * PAGE);
    EXPECT_EQ(user_read(mm, at + 2 * PAGE), 0);
    EXPECT_STR(shape_of(mm), "2:rw 1:r 2:rw");
    EXPECT_EQ(do_map(mm, at + PAGE, 3 * PAGE, RW, ANON | MAP_FIXED), at + PAGE);
    audit();
    finish(mm);
}

TEST(mprotect_cuts_and_joins)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 6 * PAGE, RW, ANON);

    EXPECT_EQ(mm_protect(mm, at + 2 * PAGE, 2 * PAGE, PROT_NONE), 0);
    EXPECT_STR(shape_of(mm), "2:rw 2: 2:rw");
    EXPECT_EQ(touch(mm, at + 2 * PAGE, false), SIGSEGV);
    EXPECT_EQ(fake_last_failure.code, SEGV_ACCERR);
    EXPECT_EQ(mm_protect(mm, at + 2 * PAGE, 2 * PAGE, RW), 0);
    EXPECT_STR(shape_of(mm), "6:rw");
    finish(mm);
}

TEST(mprotect_does_what_lies_below_a_hole)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 5 * PAGE, RW, ANON);

    EXPECT_EQ(mm_unmap(mm, at + 3 * PAGE, PAGE), 0);
    EXPECT_EQ(mm_protect(mm, at, 5 * PAGE, PROT_READ), -ENOMEM);
    EXPECT_STR(shape_of(mm), "3:r -1 1:rw");
    EXPECT_EQ(mm_protect(mm, at + 3 * PAGE, PAGE, PROT_READ), -ENOMEM);
    EXPECT_EQ(mm_protect(mm, at + 1, PAGE, RW), -EINVAL);
    EXPECT_EQ(mm_protect(mm, at, 0, RW), 0);
    EXPECT_EQ(mm_protect(mm, at, ~0ul, RW), -ENOMEM);
    EXPECT_EQ(mm_protect(mm, at, PAGE, 0x10), -EINVAL);
    EXPECT_EQ(mm_protect(mm, at, PAGE, PROT_READ | PROT_GROWSDOWN), -EINVAL);
    finish(mm);
}

/* Linux lets areas with private pages merge only when their reverse maps agree (vma.h 4). */
TEST(areas_that_were_touched_apart_stay_apart)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 3 * PAGE, RW, ANON);

    EXPECT_EQ(mm_protect(mm, at + PAGE, PAGE, PROT_NONE), 0);
    user_write(mm, at, 1);
    user_write(mm, at + 2 * PAGE, 1);
    EXPECT_EQ(mm_protect(mm, at + PAGE, PAGE, RW), 0);
    EXPECT_STR(shape_of(mm), "2:rw 1:rw");
    audit();
    finish(mm);
}

TEST(areas_touched_before_they_were_cut_join_again)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 3 * PAGE, RW, ANON);

    user_write(mm, at, 1);
    EXPECT_EQ(mm_protect(mm, at + PAGE, PAGE, PROT_READ), 0);
    EXPECT_EQ(mm_protect(mm, at + PAGE, PAGE, RW), 0);
    EXPECT_STR(shape_of(mm), "3:rw");
    finish(mm);
}

TEST(the_heap_of_a_forked_child_grows_in_an_area_of_its_own)
{
    struct mm *mm = program();
    struct mm *child;

    mm->brk_start = mm->brk = 0x10000000;
    EXPECT_EQ(mm_brk(mm, 0x10002000, false), 0x10002000);
    user_write(mm, 0x10000000, 1);
    child = mm_fork(mm);
    EXPECT_EQ(mm_brk(mm, 0x10003000, false), 0x10003000);
    EXPECT_STR(shape_of(mm), "3:rw");
    EXPECT_EQ(mm_brk(child, 0x10003000, false), 0x10003000);
    EXPECT_STR(shape_of(child), "2:rw 1:rw");
    finish(child);
    finish(mm);
}

TEST(brk_answers_the_old_end_when_it_cannot)
{
    struct mm *mm = program();

    mm->brk_start = mm->brk = 0x10000000;
    EXPECT_EQ(mm_brk(mm, 0, false), 0x10000000);
    EXPECT_EQ(mm_brk(mm, 0x10001234, false), 0x10001234);
    EXPECT_EQ(mm_brk(mm, 0x10000500, false), 0x10000500);
    EXPECT_STR(shape_of(mm), "1:rw");
    EXPECT_EQ(do_map(mm, 0x10004000, PAGE, RW, ANON | MAP_FIXED), 0x10004000);
    EXPECT_EQ(mm_brk(mm, 0x10004000, false), 0x10000500);
    EXPECT_EQ(mm_brk(mm, 0x10003000, false), 0x10003000);
    mm->limits.data = 0x4000;
    EXPECT_EQ(mm_brk(mm, 0x10005000, false), 0x10003000);
    EXPECT_EQ(mm_brk(mm, 0x10000000, false), 0x10000000);
    EXPECT_STR(shape_of(mm), "1:rw");
    audit();
    finish(mm);
}

TEST(limits_bite)
{
    struct mm *mm = program();

    mm->limits.address_space = 10 * PAGE;
    EXPECT_EQ(do_map(mm, 0, 11 * PAGE, PROT_READ, ANON), -ENOMEM);
    EXPECT(do_map(mm, 0, 10 * PAGE, PROT_READ, ANON) > 0);
    EXPECT_EQ(do_map(mm, 0, PAGE, PROT_READ, ANON), -ENOMEM);
    mm->limits.address_space = ~0ul;
    mm->limits.data = 4 * PAGE;
    EXPECT_EQ(do_map(mm, 0, 5 * PAGE, RW, ANON), -ENOMEM);
    EXPECT(do_map(mm, 0, 5 * PAGE, PROT_READ, ANON) > 0);
    /* More than all memory at once is too much, unless nothing is reserved for it. */
    mm->limits.data = ~0ul;
    EXPECT_EQ(do_map(mm, 0, 1UL << 30, RW, ANON), -ENOMEM);
    EXPECT(do_map(mm, 0, 1UL << 30, RW, ANON | MAP_NORESERVE) > 0);
    EXPECT(do_map(mm, 0, 1UL << 40, PROT_NONE, ANON) > 0);
    finish(mm);
}

TEST(there_may_not_be_more_areas_than_the_limit)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, (2 * MAX_MAP_COUNT + 10) * PAGE, RW, ANON | MAP_NORESERVE);
    u64 i;

    for (i = 0; mm->nr_areas < MAX_MAP_COUNT; i += 2)
        EXPECT_EQ(mm_protect(mm, at + i * PAGE, PAGE, PROT_READ), 0);
    EXPECT_EQ(mm_unmap(mm, at + (2 * MAX_MAP_COUNT + 5) * PAGE, PAGE), -ENOMEM);
    EXPECT_EQ(mm_unmap(mm, at, PAGE), 0);
    audit();
    finish(mm);
}
