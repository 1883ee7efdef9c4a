/*
 * The zone: free frames, watermarks, and what happens when there are too few (see kmem.h 2).
 *
 * zone.lock is the innermost lock of the memory system and is held for a batch of list operations
 * only. The hooks run without it.
 */
#include "zone.h"
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <kern/sysctl.h>
#include <lib/bits.h>

struct zone zone = {.lock = SPINLOCK_INIT(LOCK_RANK_ZONE)};

/* Rounds of successful reclaim without getting what was asked before somebody is killed. */
#define RECLAIM_ROUNDS 16

/* Blocks above this order are not worth killing for. */
#define COSTLY_ORDER 3

void kmem_register_reclaim(const struct reclaim_operations *operations)
{
    store_release(&zone.reclaim, operations);
}

/* How many frames must stay free for an allocation with @flags: what user memory leaves is there
 * for the kernel to end a call, or a process, well. */
static u64 zone_floor(unsigned int flags)
{
    u64 reserve = READ_ONCE(zone.watermark_min);

    if (flags & ALLOC_ATOMIC)
        return 0;
    return flags & ALLOC_USER ? reserve : reserve / 2;
}

/* Wake background reclaim if free memory has fallen below low. */
static void zone_wake_reclaim(u64 nr_free)
{
    const struct reclaim_operations *reclaim = load_acquire(&zone.reclaim);

    if (unlikely(nr_free < READ_ONCE(zone.watermark_low)) && reclaim != NULL &&
        reclaim->wake != NULL)
        reclaim->wake();
}

unsigned int zone_take_batch(struct page **pages, unsigned int nr, unsigned int flags)
{
    u64 floor = zone_floor(flags);
    unsigned int taken = 0;
    u64 nr_free;

    spin_lock(&zone.lock);
    if (zone.buddy.nr_free > floor)
        taken = buddy_take_many(&zone.buddy, pages,
                                (unsigned int)min((u64)nr, zone.buddy.nr_free - floor));
    nr_free = zone.buddy.nr_free;
    spin_unlock(&zone.lock);
    zone_wake_reclaim(nr_free);
    return taken;
}

struct page *zone_take_block(unsigned int order, unsigned int flags)
{
    u64 floor = zone_floor(flags);
    struct page *page = NULL;
    u64 nr_free;

    spin_lock(&zone.lock);
    if (zone.buddy.nr_free >= floor + (1UL << order))
        page = buddy_take(&zone.buddy, order);
    nr_free = zone.buddy.nr_free;
    spin_unlock(&zone.lock);
    zone_wake_reclaim(nr_free);
    return page;
}

void zone_give_batch(struct page **pages, unsigned int nr)
{
    spin_lock(&zone.lock);
    buddy_free_many(&zone.buddy, pages, nr);
    spin_unlock(&zone.lock);
}

void zone_give_block(struct page *page, unsigned int order)
{
    spin_lock(&zone.lock);
    buddy_free(&zone.buddy, page, order);
    spin_unlock(&zone.lock);
}

/* Reclaim until an allocation succeeds or reclaim gives up. */
static struct page *reclaim_and_alloc(const struct reclaim_operations *reclaim, unsigned int order,
                                      unsigned int flags)
{
    unsigned int round;

    for (round = 0; round < RECLAIM_ROUNDS; round++) {
        u64 freed = 0;
        struct page *page;

        if (reclaim != NULL && reclaim->reclaim != NULL)
            freed = reclaim->reclaim(max(1UL << order, (unsigned long)FRAME_BATCH));
        page = frames_try_alloc(order, flags);
        if (page != NULL)
            return page;
        if (freed == 0 || (flags & ALLOC_NORETRY))
            break;
    }
    /* The rest may sit in the stacks of other CPUs, or unmerged in ours. */
    frames_drain_all();
    return frames_try_alloc(order, flags);
}

struct page *zone_alloc_slowly(unsigned int order, unsigned int flags)
{
    const struct reclaim_operations *reclaim = load_acquire(&zone.reclaim);

    fetch_add(&zone.slow_paths, 1);
    for (;;) {
        struct page *page = reclaim_and_alloc(reclaim, order, flags);

        if (page != NULL)
            return page;
        if ((flags & ALLOC_NORETRY) || order > COSTLY_ORDER)
            return NULL;
        if (reclaim == NULL || reclaim->out_of_memory == NULL ||
            !reclaim->out_of_memory(order, flags))
            return NULL;
    }
}

void frames_init(struct page *map, pfn_t map_end)
{
    pfn_t pfn;

    page_map = map;
    page_map_end = map_end;
    for (pfn = 0; pfn < map_end; pfn++)
        map[pfn] = (struct page){.flags = PAGE_RESERVED, .references = 1};
}

/* The largest block that begins at @start, is aligned, and ends by @end. */
static unsigned int largest_order(pfn_t start, pfn_t end)
{
    unsigned int order = min(ilog2(end - start), (unsigned int)MAX_ORDER);

    return start == 0 ? order : min(order, lowest_bit(start));
}

void frames_add(pfn_t start, pfn_t end)
{
    ASSERT(end <= page_map_end);
    while (start < end) {
        unsigned int order = largest_order(start, end);
        irqflags_t irq;
        pfn_t pfn;

        for (pfn = start; pfn < start + (1UL << order); pfn++) {
            ASSERT(page_flag_test(pfn_to_page(pfn), PAGE_RESERVED));
            *pfn_to_page(pfn) = (struct page){.flags = PAGE_FREE};
        }
        irq = spin_lock_irqsave(&zone.lock);
        buddy_free(&zone.buddy, pfn_to_page(start), order);
        zone.total += 1UL << order;
        spin_unlock_irqrestore(&zone.lock, irq);
        start += 1UL << order;
    }
}

void frames_count_present(u64 nr_present)
{
    zone.present = nr_present;
}

static void set_watermarks(u64 nr_min)
{
    WRITE_ONCE(zone.watermark_min, nr_min);
    WRITE_ONCE(zone.watermark_low, nr_min * 2);
    WRITE_ONCE(zone.watermark_high, nr_min * 3);
}

/* 1/256 of memory, between 64 KiB and 16 MiB. */
void frames_init_watermarks(void)
{
    set_watermarks(max(16UL, min(READ_ONCE(zone.total) / 256, 4096UL)));
}

int frames_set_watermark(u64 min_pages)
{
    if (min_pages > READ_ONCE(zone.total) / 4)
        return -EINVAL;
    set_watermarks(min_pages);
    return 0;
}

/* ---- vm.min_free_kbytes ---- */

static void min_free_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = READ_ONCE(zone.watermark_min) << (PAGE_SHIFT - 10);
}

static int min_free_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    return frames_set_watermark(values[0] >> (PAGE_SHIFT - 10));
}

static const struct sysctl settings[] = {
    {.name = "min_free_kbytes",
     .get = min_free_get,
     .set = min_free_set,
     .minimum = 0,
     .maximum = INT32_MAX},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void frames_register_settings(void)
{
    sysctl_register(&table);
}
