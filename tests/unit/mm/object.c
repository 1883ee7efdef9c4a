/* Objects: mapped files, shared memory, truncation, write notice, reclaim. */
#include "mm/store.h"

#include "object_pages.h"
#include "vma.h"
#include "reclaim.h"

TEST(a_private_file_mapping_reads_the_file_until_it_is_written)
{
    struct store *store = store_create(4);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 1, 2 * PAGE, RW, MAP_PRIVATE);
    char byte = 50;

    EXPECT_EQ(user_read(mm, at), 2);
    user_write(mm, at + 1, 99);
    EXPECT_EQ(user_read(mm, at), 2);
    EXPECT_EQ(object_write_kernel(&store->object, PAGE, &byte, 1), 1);
    EXPECT_EQ(user_read(mm, at), 2);
    EXPECT_EQ(object_write_kernel(&store->object, 2 * PAGE, &byte, 1), 1);
    EXPECT_EQ(user_read(mm, at + PAGE), 50);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(read_write_and_mappings_see_the_same_bytes)
{
    struct store *store = store_create(4);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 4 * PAGE, RW, MAP_SHARED);
    char bytes[2] = {10, 11};

    user_write(mm, at + PAGE - 1, 77);
    EXPECT_EQ(object_read_kernel(&store->object, PAGE - 1, bytes, 2), 2);
    EXPECT_EQ(bytes[0], 77);
    EXPECT_EQ(bytes[1], 2);
    bytes[0] = 33;
    EXPECT_EQ(object_write_kernel(&store->object, 2 * PAGE, bytes, 1), 1);
    EXPECT_EQ(user_read(mm, at + 2 * PAGE), 33);
    EXPECT_EQ(object_read_kernel(&store->object, 4 * PAGE, bytes, 1), 0);
    EXPECT_EQ(object_read_kernel(&store->object, 4 * PAGE - 1, bytes, 2), 1);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(neighbours_are_mapped_with_a_page)
{
    struct store *store = store_create(20);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 16 * PAGE, PROT_READ, MAP_PRIVATE);
    u64 before;
    u64 i;

    for (i = 0; i < 16; i++)
        EXPECT_EQ(object_read_kernel(&store->object, i * PAGE, &(char){0}, 1), 1);
    before = fake_nr_faults;
    for (i = 0; i < 16; i++)
        EXPECT_EQ(user_read(mm, at + i * PAGE), (int)i + 1);
    EXPECT(fake_nr_faults <= before + 2); /* the window is aligned, the mapping is not */
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(the_first_write_is_noticed_and_again_after_write_back)
{
    struct store *store = store_create(4);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 4 * PAGE, RW, MAP_SHARED);

    EXPECT_EQ(user_read(mm, at), 1);
    EXPECT_EQ(store->notices, 0);
    user_write(mm, at, 5);
    user_write(mm, at, 6);
    EXPECT_EQ(store->notices, 1);
    EXPECT_EQ(mm_sync(mm, at, PAGE, MS_SYNC), 0);
    EXPECT_EQ(store->writes, 1);
    EXPECT_EQ(store->bytes[0][0], 6);
    user_write(mm, at, 7);
    EXPECT_EQ(store->notices, 2);
    EXPECT_EQ(mm_sync(mm, at, PAGE, MS_SYNC | MS_ASYNC), -EINVAL);
    EXPECT_EQ(mm_sync(mm, at, 5 * PAGE, MS_ASYNC), -ENOMEM);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(a_store_that_fails_is_a_bus_error)
{
    struct store *store = store_create(4);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 4 * PAGE, RW, MAP_SHARED);

    store->fail = -EIO;
    EXPECT_EQ(touch(mm, at, false), SIGBUS);
    EXPECT_EQ(fake_last_failure.code, BUS_ADRERR);
    store->fail = 0;
    EXPECT_EQ(touch(mm, at, false), 0);
    store->fail = -ENOSPC;
    EXPECT_EQ(touch(mm, at, true), SIGBUS);
    store->fail = 0;
    EXPECT_EQ(touch(mm, at, true), 0);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(truncation_takes_pages_from_every_mapping)
{
    struct store *store = store_create(6);
    struct mm *mm = program();
    long shared = do_map_object(mm, &store->object, 0, 8 * PAGE, RW, MAP_SHARED);
    long private = do_map_object(mm, &store->object, 0, 8 * PAGE, RW, MAP_PRIVATE);
    struct mm *child;

    user_write(mm, shared + 2 * PAGE + 100, 9);
    user_write(mm, private + 4 * PAGE, 9);
    child = mm_fork(mm);
    EXPECT_EQ(touch(mm, shared + 6 * PAGE, false), SIGBUS);
    EXPECT_EQ(object_resize(&store->object, 2 * PAGE + 50), 0);
    EXPECT_EQ(user_read(mm, shared + 2 * PAGE + 49), 3);
    EXPECT_EQ(user_read(mm, shared + 2 * PAGE + 50), 0);
    EXPECT_EQ(user_read(mm, shared + 2 * PAGE + 100), 0);
    EXPECT_EQ(touch(mm, shared + 3 * PAGE, false), SIGBUS);
    EXPECT_EQ(touch(child, private + 4 * PAGE, false), SIGBUS);
    EXPECT_EQ(touch(mm, private + 4 * PAGE, true), SIGBUS);
    audit();
    EXPECT_EQ(object_resize(&store->object, 6 * PAGE), 0);
    EXPECT_EQ(user_read(mm, shared + 3 * PAGE), 0);
    EXPECT_EQ(user_read(child, private + 4 * PAGE), 0);
    audit();
    finish(child);
    finish(mm);
    store_destroy(store);
}

TEST(a_hole_reads_as_zero_and_leaves_private_copies)
{
    struct vm_object *object = vm_object_create_shmem(4 * PAGE);
    struct mm *mm = program();
    long shared = do_map_object(mm, object, 0, 4 * PAGE, RW, MAP_SHARED);
    long private = do_map_object(mm, object, 0, 4 * PAGE, RW, MAP_PRIVATE);

    user_write(mm, shared + PAGE - 1, 1);
    user_write(mm, shared + PAGE, 2);
    user_write(mm, private + PAGE, 3);
    EXPECT_EQ(object_punch(object, PAGE - 1, PAGE + 1), 0);
    EXPECT_EQ(user_read(mm, shared + PAGE - 1), 0);
    EXPECT_EQ(user_read(mm, shared + PAGE), 0);
    EXPECT_EQ(user_read(mm, private + PAGE), 3);
    EXPECT_EQ(object_next_data(object, 1), 1);
    EXPECT_EQ(object_next_data(object, 2), ~0ul);
    audit();
    finish(mm);
    vm_object_put(object);
}

TEST(shared_memory_is_shared_across_fork)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
    struct mm *child = mm_fork(mm);

    user_write(child, at + PAGE, 8);
    EXPECT_EQ(user_read(mm, at + PAGE), 8);
    EXPECT_EQ(mm_advise(mm, at, 3 * PAGE, MADV_DONTNEED), 0);
    EXPECT_EQ(user_read(mm, at + PAGE), 8);
    audit();
    finish(mm);
    EXPECT_EQ(user_read(child, at + PAGE), 8);
    finish(child);
}

TEST(clean_pages_are_reclaimed_even_when_mapped)
{
    struct store *store = store_create(8);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 8 * PAGE, RW, MAP_SHARED);
    u64 i;

    for (i = 0; i < 8; i++)
        EXPECT_EQ(user_read(mm, at + i * PAGE), (int)i + 1);
    user_write(mm, at + 3 * PAGE, 50);
    EXPECT_EQ(store->object.nr_pages, 8);
    EXPECT_EQ(reclaim_pages(100), 7);
    EXPECT_EQ(store->object.nr_pages, 1);
    audit();
    for (i = 0; i < 8; i++)
        EXPECT_EQ(user_read(mm, at + i * PAGE), i == 3 ? 50 : (int)i + 1);
    finish(mm);
    store_destroy(store);
}

TEST(a_write_from_a_page_into_itself_ends)
{
    struct store *store = store_create(4);
    struct mm *mm = program();
    long at = do_map_object(mm, &store->object, 0, 4 * PAGE, RW, MAP_SHARED);

    EXPECT_EQ(object_write(&store->object, 100, (void *)(at + PAGE), PAGE), PAGE);
    EXPECT_EQ(object_write(&store->object, PAGE, (void *)(at + PAGE + 7), 100), 100);
    EXPECT_EQ(object_write(&store->object, 0, (void *)0x1000000, 10), -EFAULT);
    EXPECT_EQ(object_read(&store->object, 0, (void *)(at + 3 * PAGE), 2 * PAGE), PAGE);
    EXPECT_EQ(user_read(mm, at + 100), 2);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(a_file_opened_for_reading_cannot_be_mapped_writable)
{
    struct store *store = store_create(2);
    struct mm *mm = program();
    struct mm_map_request request = {.len = PAGE,
                                     .prot = RW,
                                     .flags = MAP_SHARED,
                                     .object = &store->object,
                                     .may = VMA_MAYREAD | VMA_MAYEXEC};
    long at;

    EXPECT_EQ(mm_map(mm, &request), -EACCES);
    request.prot = PROT_READ;
    at = mm_map(mm, &request);
    EXPECT(at > 0);
    EXPECT_EQ(mm_protect(mm, at, PAGE, RW), -EACCES);
    request.flags = MAP_SHARED_VALIDATE | MAP_SYNC;
    EXPECT_EQ(mm_map(mm, &request), -EOPNOTSUPP);
    request.flags = MAP_SHARED;
    request.offset = ~0ul << PAGE_SHIFT;
    EXPECT_EQ(mm_map(mm, &request), -EOVERFLOW);
    finish(mm);
    store_destroy(store);
}

TEST(usage_adds_up)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 600 * PAGE, RW, ANON);
    struct vma_usage usage;
    struct mm *child;
    u64 i;

    for (i = 0; i < 600; i++)
        user_write(mm, at + i * PAGE, 1);
    vma_usage_get(mm, rb_entry(mm->areas.node, struct vma, node), &usage);
    EXPECT_EQ(usage.private_dirty, 600 * PAGE);
    EXPECT_EQ(usage.proportional, 600 * PAGE);
    child = mm_fork(mm);
    vma_usage_get(mm, rb_entry(mm->areas.node, struct vma, node), &usage);
    EXPECT_EQ(usage.resident, 600 * PAGE);
    EXPECT_EQ(usage.proportional, 300 * PAGE);
    EXPECT_EQ(usage.shared_dirty, 600 * PAGE);
    finish(child);
    finish(mm);
}
