/* Slab caches: objects do not overlap, come back, and every misuse is caught. */
#include <kern/failpoint.h>
#include <kmem/frames.h>
#include <kmem/slab.h>
#include <lib/string.h>

#include "fake/fake.h"
#include "unit.h"

#define NR      500
#define NR_CPUS 2

static void *objects[NR];

void unit_setup(void)
{
    fake_machine_start(32, NR_CPUS);
}

static u64 active(struct kmem_cache *cache)
{
    struct kmem_cache_statistics statistics;

    kmem_cache_statistics(cache, &statistics);
    return statistics.objects_active;
}

static void fill(void *object, size_t size, u8 value)
{
    memset(object, value, size);
}

/* Random allocation and freeing; each object holds its own pattern all the time. */
static void churn(size_t size, size_t align)
{
    struct kmem_cache *cache = kmem_cache_create("churn", size, align, NULL);
    u64 out = 0;
    int round;
    int i;

    EXPECT(cache != NULL);
    for (round = 0; round < 5000; round++) {
        i = (int)unit_random_below(NR);
        fake_cpu_switch((unsigned int)unit_random_below(NR_CPUS));
        if (objects[i] == NULL) {
            objects[i] = kmem_cache_alloc(cache, ALLOC_WAIT);
            EXPECT(objects[i] != NULL && is_aligned((u64)objects[i], align == 0 ? 16UL : align));
            EXPECT(kmem_cache_of(objects[i]) == cache);
            fill(objects[i], size, (u8)i);
            out++;
        } else {
            EXPECT(memchr_inverse(objects[i], (u8)i, size) == NULL);
            kmem_cache_free(cache, objects[i]);
            objects[i] = NULL;
            out--;
        }
        if (round % 500 == 0) {
            EXPECT_EQ(active(cache), out);
            EXPECT(kmem_cache_check(cache));
        }
    }
    for (i = 0; i < NR; i++) {
        kmem_cache_free(cache, objects[i]);
        objects[i] = NULL;
    }
    fake_cpu_switch(0);
    EXPECT_EQ(active(cache), 0);
    kmem_cache_destroy(cache);
}

TEST(random_objects_of_many_sizes)
{
    kmem_shrink_all();
    churn(8, 0);
    churn(24, 8);
    churn(100, 0);
    churn(560, 64);
    churn(1024, 1024);
    churn(4096, 4096);
    churn(8192, 0);
}

TEST(everything_goes_back_to_the_zone)
{
    struct kmem_cache *cache;
    u64 before;
    int i;

    kmem_shrink_all();
    frames_drain_all();
    cache = kmem_cache_create("back", 300, 0, NULL);
    before = frames_free_count();
    for (i = 0; i < NR; i++)
        objects[i] = kmem_cache_alloc(cache, 0);
    EXPECT(frames_free_count() < before - NR * 300 / PAGE_SIZE);
    for (i = 0; i < NR; i++)
        kmem_cache_free(cache, objects[i]);
    kmem_shrink_all();
    EXPECT_EQ(cache->empty.count + cache->partial.count + cache->full.count, 0);
    EXPECT(frames_free_count() >= before - 2); /* the magazine stays */
    kmem_cache_destroy(cache);
    memset(objects, 0, sizeof(objects));
}

static int constructed;

static void construct(void *object)
{
    fill(object, 40, 0x5c);
    constructed++;
}

TEST(constructed_objects_stay_so)
{
    struct kmem_cache *cache = kmem_cache_create("constructed", 40, 0, construct);
    int round;

    for (round = 0; round < 100; round++) {
        void *object = kmem_cache_alloc(cache, ALLOC_WAIT);

        EXPECT(memchr_inverse(object, 0x5c, 40) == NULL);
        kmem_cache_free(cache, object);
    }
    EXPECT_EQ(constructed, cache->objects_per_slab);
    kmem_cache_destroy(cache);
}

TEST(zeroed_objects_and_failure)
{
    struct kmem_cache *cache = kmem_cache_create("zeroed", 200, 0, NULL);
    void *object = kmem_cache_alloc(cache, 0);

    fill(object, 200, 0xff);
    kmem_cache_free(cache, object);
    object = kmem_cache_alloc(cache, ALLOC_ZERO);
    EXPECT(memchr_inverse(object, 0, 200) == NULL);
    kmem_cache_free(cache, object);
    failpoint_arm(FAILPOINT_SLAB, 1, false, NULL);
    EXPECT(kmem_cache_alloc(cache, 0) == NULL);
    failpoint_disarm(FAILPOINT_SLAB);
    kmem_cache_shrink(cache);
    failpoint_arm(FAILPOINT_PAGE, 1, true, NULL);
    EXPECT(kmem_cache_alloc(cache, 0) == NULL);
    failpoint_disarm(FAILPOINT_PAGE);
    EXPECT(kmem_cache_check(cache));
    kmem_cache_destroy(cache);
}

static u64 nr_caches;

static bool count_cache(struct kmem_cache *cache, void *argument)
{
    struct kmem_cache_statistics statistics;

    kmem_cache_statistics(cache, &statistics);
    EXPECT(statistics.objects_active <= statistics.objects_total);
    if (strcmp(statistics.name, argument) == 0)
        nr_caches++;
    return true;
}

TEST(caches_are_listed_and_leaks_counted)
{
    struct kmem_cache *cache = kmem_cache_create("listed", 64, 64, NULL);
    struct kmem_cache_statistics statistics;
    u64 total;
    u64 reclaimable;
    void *object = kmem_cache_alloc(cache, ALLOC_WAIT);

    kmem_cache_for_each(count_cache, "listed");
    EXPECT_EQ(nr_caches, 1);
    kmem_cache_statistics(cache, &statistics);
    EXPECT_EQ(statistics.objects_active, 1);
    EXPECT_EQ(statistics.slabs_total, 1);
    kmem_slab_frames(&total, &reclaimable);
    EXPECT(total > reclaimable);
    fake_printk_silence(true);
    kmem_cache_destroy(cache);
    fake_printk_silence(false);
    EXPECT_EQ(active(cache), 1);
    kmem_cache_free(cache, object);
    kmem_cache_destroy(cache);
    kmem_cache_for_each(count_cache, "listed");
    EXPECT_EQ(nr_caches, 1);
}

static struct kmem_cache *victim_cache;
static struct kmem_cache *other_cache;

static void free_twice(void)
{
    void *object = kmem_cache_alloc(victim_cache, 0);

    kmem_cache_free(victim_cache, object);
    kmem_cache_free(victim_cache, object);
}

static void write_past_the_end(void)
{
    char *object = kmem_cache_alloc(victim_cache, 0);

    object[40] = 0;
    kmem_cache_free(victim_cache, object);
}

static void write_after_free(void)
{
    char *object = kmem_cache_alloc(victim_cache, 0);

    kmem_cache_free(victim_cache, object);
    object[7] = 0;
    object = kmem_cache_alloc(victim_cache, 0);
}

static void free_to_another_cache(void)
{
    kmem_cache_free(other_cache, kmem_cache_alloc(victim_cache, 0));
}

static void free_inside(void)
{
    kmem_cache_free(victim_cache, (char *)kmem_cache_alloc(victim_cache, 0) + 8);
}

TEST(misuse_is_caught)
{
    victim_cache = kmem_cache_create("victim", 40, 0, NULL);
    other_cache = kmem_cache_create("other", 40, 0, NULL);
    EXPECT_PANIC(free_twice, "freed twice");
    EXPECT_PANIC(write_past_the_end, "overrun");
    EXPECT_PANIC(write_after_free, "written to while it was free");
    EXPECT_PANIC(free_to_another_cache, "not of this cache");
    EXPECT_PANIC(free_inside, "wrong address");
    kmem_cache_destroy(victim_cache);
    kmem_cache_destroy(other_cache);
}
