/* The tree of areas against a plain array of pages: finding areas, and room from both ends. */
#include "mm/program.h"

#include "vma.h"

#define PAGES 200
#define BASE  0x40000000UL

static bool used[PAGES];

static vaddr_t highest_room(unsigned len, unsigned low, unsigned high)
{
    unsigned start, i;

    for (start = high - len + 1; start-- > low;) {
        for (i = 0; i < len && !used[start + i]; i++)
            continue;
        if (i == len)
            return BASE + start * PAGE;
    }
    return 0;
}

static vaddr_t lowest_room(unsigned len, unsigned low, unsigned high)
{
    unsigned start, i;

    for (start = low; start + len <= high; start++) {
        for (i = 0; i < len && !used[start + i]; i++)
            continue;
        if (i == len)
            return BASE + start * PAGE;
    }
    return 0;
}

static void check_search(struct mm *mm)
{
    unsigned len = 1 + (unsigned)unit_random_below(12);
    unsigned low = (unsigned)unit_random_below(PAGES / 2);
    unsigned high = low + len + (unsigned)unit_random_below(PAGES - low - len);

    EXPECT_EQ(vma_gap_find_top_down(mm, len * PAGE, BASE + low * PAGE, BASE + high * PAGE),
              highest_room(len, low, high));
    EXPECT_EQ(vma_gap_find_bottom_up(mm, len * PAGE, BASE + low * PAGE, BASE + high * PAGE),
              lowest_room(len, low, high));
}

static void check_find(struct mm *mm)
{
    unsigned page = (unsigned)unit_random_below(PAGES);
    struct vma *vma = vma_find_at(mm, BASE + page * PAGE + 5);

    EXPECT_EQ(vma != NULL, used[page]);
    EXPECT(vma == NULL || vma_find_overlap(mm, BASE + page * PAGE, BASE + page * PAGE + 1) == vma);
}

TEST(room_is_found_where_it_is)
{
    struct mm *mm = program();
    unsigned round;

    for (round = 0; round < 3000; round++) {
        unsigned start = (unsigned)unit_random_below(PAGES);
        unsigned end = start + 1 + (unsigned)unit_random_below(6);
        bool map = unit_random_below(2);
        unsigned prot = unit_random_below(2) ? RW : PROT_READ;
        unsigned i;

        end = end > PAGES ? PAGES : end;
        if (map)
            EXPECT(do_map(mm, BASE + start * PAGE, (end - start) * PAGE, prot, ANON | MAP_FIXED) >
                   0);
        else
            EXPECT_EQ(mm_unmap(mm, BASE + start * PAGE, (end - start) * PAGE), 0);
        for (i = start; i < end; i++)
            used[i] = map;
        check_search(mm);
        check_find(mm);
        if (round % 50 == 0)
            audit();
    }
    finish(mm);
}

TEST(layouts_have_the_entropy_of_linux)
{
    struct mm *mm = program();
    vaddr_t fixed;

    mm_layout_init(mm, true, ~0ul);
    fixed = mm->mmap_base;
    EXPECT_EQ(fixed, USER_END - (128UL << 20));
    mm_layout_init(mm, false, ~0ul);
    EXPECT(fixed - mm->mmap_base >= 0xfffffffUL << PAGE_SHIFT);
    mm_layout_init(mm, false, 0);
    EXPECT_EQ(mm->mmap_base, USER_END - (8UL << 20) - (0x3fffffUL << PAGE_SHIFT) - STACK_GUARD_GAP);
    EXPECT_EQ(mm_layout_stack_top(true, ~0ul), USER_END);
    EXPECT_EQ(mm_layout_stack_top(false, ~0ul), USER_END - (0x3fffffUL << PAGE_SHIFT));
    EXPECT_EQ(mm_layout_brk_start(0x1001, true, 5), 0x2000);
    EXPECT(mm_layout_brk_start(0x1001, false, ~0ul) < 0x2000 + 0x2000000);
    EXPECT_EQ(mm_layout_pie_base(true, ~0ul), 0x555555554000);
    finish(mm);
}
