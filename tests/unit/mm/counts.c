/* What areas count: faults and copies, through splits, merges, moves and forks. */
#include "mm/program.h"
#include "vma.h"

static struct vma_counts counts_at(struct mm *mm, vaddr_t addr)
{
    struct vma_counts counts;

    vma_counts_get(vma_find_at(mm, addr), &counts);
    return counts;
}

TEST(a_split_leaves_them_with_the_larger_part_and_a_merge_adds_them)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 8 * PAGE, RW, ANON);

    user_write(mm, at, 1);
    user_write(mm, at + PAGE, 1);
    EXPECT_EQ(mm_protect(mm, at, PAGE, PROT_READ), 0);
    EXPECT_EQ(counts_at(mm, at).faults, 0);
    EXPECT_EQ(counts_at(mm, at + PAGE).faults, 2);
    user_write(mm, at + 2 * PAGE, 1);
    EXPECT_EQ(mm_protect(mm, at, PAGE, RW), 0);
    EXPECT_EQ(counts_at(mm, at).faults, 3);
    EXPECT_EQ(mm->nr_areas, 1);
    audit();
    finish(mm);
}

TEST(a_fork_begins_at_0_and_copies_are_counted)
{
    struct mm *parent = program();
    long at = do_map(parent, 0, 4 * PAGE, RW, ANON);
    struct mm *child;

    user_write(parent, at, 1);
    child = mm_fork(parent);
    EXPECT_EQ(counts_at(child, at).faults, 0);
    user_write(child, at, 2);
    EXPECT_EQ(counts_at(child, at).faults, 1);
    EXPECT_EQ(counts_at(child, at).copies, 1);
    user_write(parent, at, 3); /* the only user by now: no copy */
    EXPECT_EQ(counts_at(parent, at).faults, 2);
    EXPECT_EQ(counts_at(parent, at).copies, 0);
    audit();
    finish(child);
    finish(parent);
}

TEST(a_move_of_the_whole_area_takes_them_along)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 2 * PAGE, RW, ANON);
    long target = do_map(mm, 0, 16 * PAGE, PROT_NONE, ANON);
    long moved;

    user_write(mm, at, 1);
    moved = mm_remap(mm, at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
    EXPECT_EQ(moved, target);
    EXPECT_EQ(counts_at(mm, moved).faults, 1);
    audit();
    finish(mm);
}

TEST(an_area_of_an_object_counts_in_what_offset_and_birth_leave)
{
    struct vm_object *object = vm_object_create_shmem_unreserved(1UL << 40);
    struct mm *mm = program();
    u64 index = (1UL << 28) - 4; /* the last pages */
    long at = do_map_object(mm, object, index, 4 * PAGE, RW, MAP_PRIVATE);
    struct vma *vma = vma_find_at(mm, at);
    unsigned i;

    for (i = 0; i < FEW_COPIES_MAX + 10; i++)
        vma_count_copy(vma);
    EXPECT_EQ(counts_at(mm, at).copies, FEW_COPIES_MAX);
    user_write(mm, at + 3 * PAGE, 7);
    EXPECT_EQ(counts_at(mm, at).faults, 1);
    EXPECT_EQ(vma_index(vma, at), index);
    EXPECT_EQ(vma->birth, (u64)at / PAGE);
    audit();
    EXPECT_EQ(mm_protect(mm, at, PAGE, PROT_READ), 0);
    EXPECT_EQ(vma_index(vma_find_at(mm, at + 3 * PAGE), at + 3 * PAGE), index + 3);
    EXPECT_EQ(counts_at(mm, at + PAGE).copies, FEW_COPIES_MAX);
    audit();
    finish(mm);
    vm_object_put(object);
}
