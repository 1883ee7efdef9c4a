/*
 * Failure sweep: a program that does a bit of everything, run again and again with the n-th
 * allocation failing (alone, and with all later ones), for every n and every kind of allocation.
 * Whatever a call answers, the audit holds, and nothing leaks.
 */
#include "mm/store.h"

#include <kern/failpoint.h>
#include <kmem/frames.h>
#include <kmem/slab.h>

#include "reclaim.h"

#define LARGE (600 * PAGE) /* more than one leaf table */

/* A call that works, or fails for want of memory and no other reason. */
static void attempt(long result)
{
    EXPECT(result >= 0 || result == -ENOMEM || result == -EAGAIN);
}

static void write_some(struct mm *mm, vaddr_t at, unsigned step, unsigned nr)
{
    unsigned i;

    for (i = 0; i < nr; i++)
        (void)user_write(mm, at + i * step * PAGE, (int)i);
}

/* Two processes that share tables and take them apart again. */
static void use_fork(struct mm *mm, vaddr_t at)
{
    struct mm *child = mm_fork(mm);
    long moved;

    if (IS_ERR(child))
        return;
    (void)user_write(child, at + 3 * PAGE, 1);
    (void)user_write(mm, at + 4 * PAGE, 1);
    attempt(mm_protect(child, at + 8 * PAGE, 4 * PAGE, PROT_READ));
    attempt(mm_mlock(child, at + 10 * PAGE, 7 * PAGE, 0));
    attempt(mm_unmap(child, at + 20 * PAGE, 4 * PAGE));
    attempt(mm_advise(mm, at + 30 * PAGE, 9 * PAGE, MADV_DONTNEED));
    moved = mm_remap(child, at + 40 * PAGE, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE, 0);
    if (moved > 0)
        (void)user_write(child, moved, 1);
    finish(child);
}

static void use_objects(struct mm *mm, struct store *store)
{
    long shared = do_map_object(mm, &store->object, 0, 8 * PAGE, RW, MAP_SHARED);
    long private = do_map_object(mm, &store->object, 2, 8 * PAGE, RW, MAP_PRIVATE);
    long memory = do_map(mm, 0, 8 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);

    if (shared > 0)
        write_some(mm, shared, 2, 3);
    if (private > 0)
        write_some(mm, private, 3, 2);
    if (memory > 0)
        write_some(mm, memory, 1, 3);
    attempt(object_sync(&store->object, 0, ~0ul));
    attempt(object_resize(&store->object, 5 * PAGE + 7));
    reclaim_pages(4);
}

static void use_everything(struct store *store)
{
    struct mm *mm = mm_create();
    long at;

    if (IS_ERR(mm))
        return;
    fake_mm_use(mm);
    mm->brk_start = mm->brk = 0x10000000;
    (void)mm_brk(mm, 0x10003000, false);
    at = do_map(mm, 0, LARGE, RW, ANON);
    if (at > 0) {
        write_some(mm, at, 7, LARGE / PAGE / 7);
        use_fork(mm, at);
    }
    use_objects(mm, store);
    finish(mm);
}

struct balance {
    u64 frames, objects;
};

static bool count_objects(struct kmem_cache *cache, void *argument)
{
    struct kmem_cache_statistics statistics;
    struct balance *balance = argument;

    kmem_cache_statistics(cache, &statistics);
    balance->objects += statistics.objects_active;
    return true;
}

static struct balance take_balance(void)
{
    struct balance balance = {0};

    fake_run_deferred();
    kmem_cache_for_each(count_objects, &balance);
    kmem_shrink_all();
    balance.frames = frames_free_count();
    return balance;
}

/* Run with the @nth allocation at @point failing; false: there were fewer. */
static bool run_once(enum failpoint point, u64 nth, bool all_later)
{
    struct store *store = store_create(10);
    bool reached;

    failpoint_arm(point, nth, all_later, NULL);
    use_everything(store);
    reached = failpoint_hits(point) >= nth;
    failpoint_disarm(point);
    audit();
    store_destroy(store);
    return reached;
}

/* The same, and nothing is left behind. */
static bool run(enum failpoint point, u64 nth, bool all_later)
{
    struct balance before, after;
    bool reached;

    before = take_balance();
    reached = run_once(point, nth, all_later);
    after = take_balance();
    EXPECT_EQ(after.objects, before.objects);
    EXPECT_EQ(after.frames, before.frames);
    audit();
    return reached;
}

/* The batch cannot grow: it flushes early, again and again, and never without its range (which
 * batch_add_page asserts). */
TEST(an_unmap_without_memory_flushes_what_it_frees)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 200 * PAGE, RW, ANON);
    unsigned i;

    for (i = 0; i < 200; i++)
        user_write(mm, at + i * PAGE, i);
    failpoint_arm(FAILPOINT_PAGE, 1, true, NULL);
    EXPECT_EQ(mm_unmap(mm, at, 200 * PAGE), 0);
    EXPECT(failpoint_hits(FAILPOINT_PAGE) > 5);
    failpoint_disarm(FAILPOINT_PAGE);
    audit();
    finish(mm);
}

static void sweep(enum failpoint point)
{
    u64 nth = 1;

    (void)run_once(point, ~0ul, false); /* caches fill up that stay */
    while (run(point, nth, false) && run(point, nth, true))
        nth++;
    EXPECT(nth > 3); /* the program does allocate such things */
}

TEST(frames_fail)
{
    sweep(FAILPOINT_PAGE);
}

TEST(objects_fail)
{
    sweep(FAILPOINT_SLAB);
}

TEST(areas_fail)
{
    sweep(FAILPOINT_VMA);
}

TEST(tables_fail)
{
    sweep(FAILPOINT_TABLE);
}
