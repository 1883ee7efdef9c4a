/* Huge pages that are set aside: the pool, promises, faults, fork, truncation, failing allocations.
 */
#include <kern/failpoint.h>

#include "hugetlb.h"
#include "mm/program.h"

#define HUGE HUGETLB_SIZE

static void expect_pool(u64 total, u64 free, u64 reserved, u64 surplus)
{
    struct hugetlb_counts counts;

    hugetlb_counts_get(&counts);
    EXPECT_EQ(counts.total, total);
    EXPECT_EQ(counts.free, free);
    EXPECT_EQ(counts.reserved, reserved);
    EXPECT_EQ(counts.surplus, surplus);
}

/* A private area of @nr huge pages of an object of its own. */
static long map_private(struct mm *mm, unsigned nr, unsigned flags)
{
    struct vm_object *object = hugetlb_object_create(nr * HUGE);
    long at = do_map_object(mm, object, 0, nr * HUGE, RW, MAP_PRIVATE | flags);

    vm_object_put(object);
    return at;
}

TEST(the_pool_grows_and_shrinks)
{
    struct page *block;

    hugetlb_set_aside(3);
    expect_pool(3, 3, 0, 0);
    block = hugetlb_take(false);
    EXPECT(block != NULL && is_aligned(page_to_pfn(block), HUGETLB_PAGES));
    EXPECT_EQ(hugetlb_reserve(3), -ENOMEM);
    EXPECT_EQ(hugetlb_reserve(1), 0);
    expect_pool(3, 2, 1, 0);
    hugetlb_set_aside(0);
    expect_pool(2, 1, 1, 2);
    hugetlb_unreserve(1);
    expect_pool(1, 0, 0, 1);
    EXPECT(hugetlb_take(false) == NULL);
    hugetlb_block_put(block);
    expect_pool(0, 0, 0, 0);
    audit();
}

TEST(surplus_comes_when_it_is_promised_and_goes_when_it_is_not)
{
    hugetlb_set_aside(1);
    hugetlb_set_overcommit(2);
    EXPECT_EQ(hugetlb_reserve(4), -ENOMEM);
    expect_pool(1, 1, 0, 0);
    EXPECT_EQ(hugetlb_reserve(3), 0);
    expect_pool(3, 3, 3, 2);
    hugetlb_set_aside(2);
    expect_pool(3, 3, 3, 1);
    hugetlb_unreserve(3);
    expect_pool(2, 2, 0, 0);
    hugetlb_set_overcommit(0);
    hugetlb_set_aside(0);
    audit();
}

TEST(a_frame_that_is_held_keeps_its_block)
{
    struct page *block;

    hugetlb_set_aside(1);
    block = hugetlb_take(false);
    page_get(block + 77);
    hugetlb_block_put(block);
    expect_pool(1, 0, 0, 0);
    page_put(block + 77);
    expect_pool(1, 1, 0, 0);
    hugetlb_set_aside(0);
}

TEST(private_memory_promises_and_copies)
{
    struct mm *mm = program();
    struct mm *child;
    long at;

    hugetlb_set_aside(2);
    at = map_private(mm, 2, 0);
    EXPECT(at > 0 && is_aligned(at, HUGE));
    expect_pool(2, 2, 2, 0);
    EXPECT_EQ(user_write(mm, at + 5 * PAGE, 7), 0);
    expect_pool(2, 1, 1, 0);
    audit();
    child = mm_fork(mm);
    EXPECT_EQ(user_read(child, at + 5 * PAGE), 7);
    EXPECT_EQ(user_write(child, at, 1), -1); /* what is left was promised to the parent */
    EXPECT_EQ(user_write(mm, at, 2), 0);     /* and it takes the page from the child */
    EXPECT_EQ(user_read(child, at), -1);
    audit();
    EXPECT_EQ(mm_unmap(mm, at, PAGE), -EINVAL);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_DONTNEED), 0);
    expect_pool(2, 2, 1, 0);
    EXPECT_EQ(user_read(mm, at + 5 * PAGE), 0);
    expect_pool(2, 1, 1, 0);
    audit();
    at = mm_remap(mm, at, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, at - 64 * HUGE);
    EXPECT(at > 0);
    expect_pool(2, 1, 1, 0);
    audit();
    finish(child);
    finish(mm);
    expect_pool(2, 2, 0, 0);
    hugetlb_set_aside(0);
    audit();
}

TEST(what_was_given_back_is_given_back_where_it_moves)
{
    struct mm *mm = program();
    long at;

    hugetlb_set_aside(1);
    at = map_private(mm, 1, 0);
    EXPECT_EQ(user_write(mm, at, 1), 0);
    EXPECT_EQ(mm_advise(mm, at, HUGE, MADV_DONTNEED), 0);
    expect_pool(1, 1, 0, 0);
    at = mm_remap(mm, at, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, at - 64 * HUGE);
    EXPECT(at > 0);
    expect_pool(1, 1, 0, 0);
    audit();
    finish(mm);
    hugetlb_set_aside(0);
    audit();
}

TEST(shared_memory_is_its_objects)
{
    struct vm_object *object = hugetlb_object_create(3 * HUGE);
    struct mm *mm = program();
    long shared, private;

    hugetlb_set_aside(4);
    EXPECT_EQ(hugetlb_object_promise(object, 0, 5), -ENOMEM);
    EXPECT_EQ(hugetlb_object_promise(object, 0, 3), 0);
    EXPECT_EQ(hugetlb_object_promise(object, 1, 2), 0);
    expect_pool(4, 4, 3, 0);
    shared = do_map_object(mm, object, 0, 3 * HUGE, RW, MAP_SHARED);
    private = do_map_object(mm, object, 512, HUGE, RW, MAP_PRIVATE);
    expect_pool(4, 4, 4, 0);
    EXPECT_EQ(user_write(mm, shared + HUGE, 9), 0);
    EXPECT_EQ(user_read(mm, private), 9);
    expect_pool(4, 3, 3, 0);
    EXPECT_EQ(user_write(mm, private, 8), 0);
    EXPECT_EQ(user_read(mm, shared + HUGE), 9);
    expect_pool(4, 2, 2, 0);
    audit();
    hugetlb_object_resize(object, HUGE);
    expect_pool(4, 4, 1, 0);
    EXPECT_EQ(user_read(mm, shared + HUGE), -1);
    EXPECT_EQ(user_read(mm, private), -1);
    audit();
    hugetlb_object_grow(object, 3 * HUGE);
    EXPECT_EQ(user_read(mm, shared + HUGE), 0);
    EXPECT_EQ(user_read(mm, private), 0);
    audit();
    hugetlb_object_punch(object, 0, 3 * HUGE);
    audit();
    finish(mm);
    vm_object_put(object);
    expect_pool(4, 4, 0, 0);
    hugetlb_set_aside(0);
}

/* Whatever allocation fails: nothing is lost and nothing is promised twice. */
static void use(struct mm *mm)
{
    struct vm_object *object = hugetlb_object_create(2 * HUGE);
    struct mm *child;
    long at;

    if (IS_ERR(object))
        return;
    if (hugetlb_object_promise(object, 0, 2) == 0) {
        at = do_map_object(mm, object, 0, 2 * HUGE, RW, MAP_SHARED);
        if (at > 0)
            (void)user_write(mm, at, 1);
    }
    at = do_map_object(mm, object, 0, 2 * HUGE, RW, MAP_PRIVATE);
    if (at > 0)
        (void)user_write(mm, at + HUGE, 1);
    child = mm_fork(mm);
    if (!IS_ERR(child)) {
        if (at > 0)
            (void)user_write(child, at + HUGE, 2);
        finish(child);
    }
    if (at > 0) {
        long to = mm_remap(mm, at, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x40000000);

        (void)to;
    }
    vm_object_put(object);
}

TEST(failing_allocations_lose_nothing)
{
    unsigned point;

    hugetlb_set_aside(6);
    for (point = 0; point < NR_FAILPOINTS; point++) {
        unsigned n;

        for (n = 1; n < 60; n++) {
            struct mm *mm = program();

            failpoint_arm(point, n, false, NULL);
            use(mm);
            failpoint_disarm(point);
            audit();
            finish(mm);
            expect_pool(6, 6, 0, 0);
        }
    }
    audit();
    hugetlb_set_aside(0);
}
