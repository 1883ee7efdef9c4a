/* Doors that count areas, and mm_detach, which finds what is left of an attachment. */
#include "mm/door.h"

#include "vma.h"

static struct mm *mm;
static struct vm_object *object;
static struct door door, other;
static long at;

static void start(void)
{
    mm = program();
    object = vm_object_create_shmem(8 * PAGE);
    EXPECT(!IS_ERR(object));
    door = other = (struct door){.areas = 0};
    at = do_attach(mm, 0, object, &door);
    EXPECT(at > 0);
    EXPECT_EQ(door.areas, 1);
}

static void end(struct mm *last)
{
    audit();
    finish(last);
    EXPECT_EQ(door.areas, 0);
    EXPECT_EQ(door.references, 0);
    vm_object_put(object);
    fake_run_deferred();
}

TEST(counted_areas_split_and_never_merge)
{
    start();
    EXPECT_EQ(mm_protect(mm, at + 2 * PAGE, PAGE, PROT_READ), 0);
    EXPECT_EQ(door.areas, 3);
    EXPECT_EQ(mm_protect(mm, at + 2 * PAGE, PAGE, RW), 0);
    EXPECT_EQ(door.areas, 3);
    EXPECT_EQ(mm_unmap(mm, at + 5 * PAGE, PAGE), 0);
    EXPECT_EQ(door.areas, 4);
    audit();
    EXPECT_EQ(mm_unmap(mm, at, 8 * PAGE), 0);
    EXPECT_EQ(door.areas, 0);
    end(mm);
}

TEST(a_fork_counts_and_its_end_too)
{
    struct mm *child;

    start();
    EXPECT_EQ(mm_protect(mm, at, PAGE, PROT_READ), 0);
    child = mm_fork(mm);
    EXPECT(!IS_ERR(child));
    EXPECT_EQ(door.areas, 4);
    audit();
    finish(child);
    EXPECT_EQ(door.areas, 2);
    end(mm);
}

TEST(a_move_counts_one)
{
    long moved;

    start();
    moved = mm_remap(mm, at, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at - 64 * PAGE);
    EXPECT_EQ(moved, at - 64 * (long)PAGE);
    EXPECT_EQ(door.areas, 1);
    EXPECT_EQ(mm_detach(mm, at, &door_ops), -EINVAL);
    EXPECT_EQ(mm_detach(mm, moved, &door_ops), 0);
    EXPECT_EQ(door.areas, 0);
    end(mm);
}

TEST(detach_takes_all_pieces_and_nothing_else)
{
    start();
    EXPECT_EQ(mm_unmap(mm, at, PAGE), 0);
    EXPECT_EQ(mm_protect(mm, at + 3 * PAGE, PAGE, PROT_NONE), 0);
    EXPECT_EQ(do_map(mm, at, PAGE, RW, ANON | MAP_FIXED), at);
    EXPECT_EQ(do_map(mm, at + 6 * PAGE, PAGE, RW, ANON | MAP_FIXED), at + 6 * (long)PAGE);
    EXPECT_EQ(do_attach(mm, at + 8 * PAGE, object, &other), at + 8 * (long)PAGE);
    EXPECT_EQ(mm_detach(mm, at + 1, &door_ops), -EINVAL);
    EXPECT_EQ(mm_detach(mm, at + 3 * PAGE, &door_ops), -EINVAL);
    EXPECT_EQ(mm_detach(mm, at, &door_ops), 0);
    EXPECT_EQ(door.areas, 0);
    EXPECT_EQ(other.areas, 1);
    user_write(mm, at, 1);
    user_write(mm, at + 6 * PAGE, 1);
    user_write(mm, at + 8 * PAGE, 1);
    EXPECT_EQ(mm_detach(mm, at + 8 * PAGE, &door_ops), 0);
    EXPECT_EQ(other.areas, 0);
    end(mm);
}

TEST(a_reserved_page_is_no_data)
{
    struct page *page;

    start();
    EXPECT_EQ(object_reserve_page(object, 3), 0);
    EXPECT_EQ(object_reserve_page(object, 9), 0); /* past the end */
    EXPECT_EQ(object->nr_pages, 2);
    EXPECT_EQ(object_next_data(object, 0), ~0ul);
    EXPECT(object_find_page(object, 3) == NULL);
    EXPECT_EQ(object_get_page(object, 9, &page), -ENODATA);
    user_write(mm, at + 3 * PAGE, 7);
    EXPECT_EQ(object_next_data(object, 0), 3);
    EXPECT_EQ(object_next_hole(object, 3, 8), 4);
    EXPECT_EQ(object_reserve_page(object, 4), 0);
    object_drop_reserved(object, 0, 8);
    EXPECT_EQ(object->nr_pages, 2);
    EXPECT_EQ(user_read(mm, at + 3 * PAGE), 7);
    EXPECT_EQ(object_resize(object, object->size), 0);
    EXPECT_EQ(object->nr_pages, 1);
    EXPECT_EQ(object_reserve_page(object, 6), 0);
    EXPECT_EQ(object_next_data(object, 4), ~0ul);
    EXPECT_EQ(object_reserve_page(object, 6), 0); /* the second time makes it data, as on Linux */
    EXPECT_EQ(object_next_data(object, 4), 6);
    end(mm);
}
