/*
 * Frames: the quick ways in and out (see frames.h).
 *
 * Each CPU has two stacks of single frames: ordinary ones, filled from and emptied to the zone in
 * batches, and ones that the idle loop has zeroed. Only the owning CPU touches them, with
 * interrupts off. A frame in a stack has PAGE_FREE (and PAGE_ZEROED in the second) and no
 * reference, exactly as in the zone, so that an audit need not look into the stacks.
 */
#include "zone.h"
#include <kern/failpoint.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/preempt.h>
#include <kmem/frames.h>
#include <lib/string.h>

#define ZEROED_SIZE 256U

struct frame_stacks {
    u32 count;
    u32 nr_zeroed;
    u64 allocated; /* frames, since boot */
    u64 freed;
    u64 zero_hits;
    u64 zero_misses;
    struct page *pages[FRAME_STACK_SIZE];
    struct page *zeroed[ZEROED_SIZE];
};

static DEFINE_PER_CPU(struct frame_stacks, frame_stacks);
static void (*pool_hook)(struct page *page); /* (I) after boot */

/* Make a free frame an allocated one. */
static void page_prepare(struct page *page, unsigned int order)
{
    DEBUG_ASSERT(page_flag_test(page, PAGE_FREE) && page_references(page) == 0);
    page->flags = order << PAGE_ORDER_SHIFT;
    page->user[0] = 0;
    page->user[1] = 0;
    page->user[2] = 0;
    store_release(&page->references, 1);
}

/* The same for the frames of a block after the first. */
static void page_prepare_tails(struct page *head, unsigned int order)
{
    u64 i;

    for (i = 1; i < 1UL << order; i++) {
        head[i].flags = PAGE_TAIL;
        head[i].user[0] = 0;
        head[i].head_pfn = (u32)page_to_pfn(head);
    }
}

/* A single frame off this CPU's stacks, filled if empty. Interrupts off. */
static __always_inline struct page *stack_pop(struct frame_stacks *stacks, unsigned int flags,
                                              bool *zeroed)
{
    *zeroed = (flags & ALLOC_ZERO) && stacks->nr_zeroed > 0;
    if (*zeroed) {
        stacks->zero_hits++;
        return stacks->zeroed[--stacks->nr_zeroed];
    }
    if (stacks->count == 0)
        stacks->count = zone_take_batch(stacks->pages, FRAME_BATCH, flags);
    if (stacks->count > 0)
        return stacks->pages[--stacks->count];
    if (stacks->nr_zeroed > 0)
        return stacks->zeroed[--stacks->nr_zeroed];
    return NULL;
}

static __always_inline struct page *alloc_single(unsigned int flags, bool *zeroed)
{
    irqflags_t irq = irq_save();
    struct frame_stacks *stacks = this_cpu_ptr(frame_stacks);
    struct page *page = stack_pop(stacks, flags, zeroed);

    if (likely(page != NULL)) {
        stacks->allocated++;
        if ((flags & ALLOC_ZERO) && !*zeroed)
            stacks->zero_misses++;
    }
    irq_restore(irq);
    return page;
}

static struct page *alloc_block(unsigned int order, unsigned int flags)
{
    irqflags_t irq = irq_save();
    struct page *page = zone_take_block(order, flags);

    if (page != NULL)
        this_cpu(frame_stacks).allocated += 1UL << order;
    irq_restore(irq);
    return page;
}

static __always_inline struct page *try_alloc_single(unsigned int flags)
{
    bool zeroed;
    struct page *page = alloc_single(flags, &zeroed);

    if (unlikely(page == NULL))
        return NULL;
    page_prepare(page, 0);
    if ((flags & ALLOC_ZERO) && !zeroed)
        memset(page_to_virt(page), 0, PAGE_SIZE);
    return page;
}

static struct page *try_alloc_block(unsigned int order, unsigned int flags)
{
    struct page *page = alloc_block(order, flags);

    if (unlikely(page == NULL))
        return NULL;
    page_prepare(page, order);
    if (flags & ALLOC_SPLIT)
        page_split(
            page); /* not after the other: it is 512 times nine instructions in a huge page */
    else
        page_prepare_tails(page, order);
    if (flags & ALLOC_ZERO)
        memset(page_to_virt(page), 0, PAGE_SIZE << order);
    return page;
}

struct page *frames_try_alloc(unsigned int order, unsigned int flags)
{
    return order == 0 ? try_alloc_single(flags) : try_alloc_block(order, flags);
}

/* The quick ways have failed. */
static __noinline struct page *alloc_slowly(unsigned int order, unsigned int flags)
{
    struct page *page = flags & ALLOC_WAIT ? zone_alloc_slowly(order, flags) : NULL;

    if (page == NULL)
        fetch_add(&zone.failures, 1);
    return page;
}

struct page *page_alloc_order(unsigned int order, unsigned int flags)
{
    struct page *page;

    if (flags & ALLOC_WAIT)
        might_sleep();
    if (unlikely(order > MAX_ORDER) || unlikely(failpoint_should_fail(FAILPOINT_PAGE)))
        return NULL;
    page = frames_try_alloc(order, flags);
    return likely(page != NULL) ? page : alloc_slowly(order, flags);
}

/* The same for order 0, written out: 25 instructions less in each fault. */
struct page *page_alloc(unsigned int flags)
{
    struct page *page;

    if (flags & ALLOC_WAIT)
        might_sleep();
    if (unlikely(failpoint_should_fail(FAILPOINT_PAGE)))
        return NULL;
    page = try_alloc_single(flags);
    return likely(page != NULL) ? page : alloc_slowly(0, flags);
}

unsigned int page_alloc_bulk(unsigned int nr, struct page **pages, unsigned int flags)
{
    unsigned int i;

    for (i = 0; i < nr; i++) {
        pages[i] = page_alloc(flags);
        if (pages[i] == NULL)
            break;
    }
    return i;
}

/* Push onto this CPU's stack; the older half goes to the zone when it is full. Interrupts off. */
static void stack_push(struct frame_stacks *stacks, struct page *page)
{
    if (stacks->count == FRAME_STACK_SIZE) {
        zone_give_batch(stacks->pages, FRAME_BATCH);
        stacks->count -= FRAME_BATCH;
        memmove(stacks->pages, stacks->pages + FRAME_BATCH, stacks->count * sizeof(*stacks->pages));
    }
    stacks->pages[stacks->count++] = page;
}

bool frames_clear_on_free;

void frames_clear_freed(bool clear)
{
    frames_clear_on_free = clear;
}

/* A block without references becomes free. */
static void release_block(struct page *page, unsigned int order)
{
    struct frame_stacks *stacks;
    irqflags_t irq;
    u64 i;

    if (unlikely(frames_clear_on_free))
        memset(page_to_virt(page), 0, PAGE_SIZE << order);

    DEBUG_ASSERT(!page_flag_test(page, PAGE_FREE | PAGE_RESERVED | PAGE_TAIL | PAGE_LRU));
    DEBUG_ASSERT(page_order(page) == order);
    for (i = 0; i < 1UL << order; i++)
        page[i].flags = PAGE_FREE;
    irq = irq_save();
    stacks = this_cpu_ptr(frame_stacks);
    stacks->freed += 1UL << order;
    if (order == 0)
        stack_push(stacks, page);
    else
        zone_give_block(page, order);
    irq_restore(irq);
}

void page_free_order(struct page *page, unsigned int order)
{
    ASSERT(page_order(page) == order && page_references(page) == 1);
    WRITE_ONCE(page->references, 0);
    release_block(page, order);
}

void page_free(struct page *page)
{
    page_free_order(page, page_order(page));
}

void page_free_bulk(unsigned int nr, struct page **pages)
{
    unsigned int i;

    for (i = 0; i < nr; i++)
        page_free(pages[i]);
}

void frames_set_pool_hook(void (*returned)(struct page *page))
{
    pool_hook = returned;
}

/* The last reference is gone. */
static void release_page(struct page *page)
{
    if (unlikely(page_flag_test(page, PAGE_POOLED)))
        pool_hook(page);
    else
        release_block(page, page_order(page));
}

void page_put(struct page *page)
{
    int before = fetch_sub(&page->references, 1);

    ASSERT(before > 0);
    if (before == 1)
        release_page(page);
}

void page_put_run(struct page *page, unsigned int order)
{
    u64 nr = 1UL << order;
    u64 i = 0;

    while (i < nr && page_references(page + i) == 1)
        i++;
    if (i == nr) {
        for (i = 0; i < nr; i++)
            WRITE_ONCE(page[i].references, 0);
        page->flags |= order << PAGE_ORDER_SHIFT;
        release_block(page, order);
        return;
    }
    for (i = 0; i < nr; i++)
        page_put(page + i);
}

unsigned int page_zero_pool_fill(unsigned int budget)
{
    unsigned int filled = 0;

    while (filled < budget) {
        struct page *page = NULL;
        irqflags_t irq = irq_save();

        if (this_cpu(frame_stacks).nr_zeroed < ZEROED_SIZE &&
            READ_ONCE(zone.buddy.nr_free) > READ_ONCE(zone.watermark_high))
            page = zone_take_block(0, 0);
        irq_restore(irq);
        if (page == NULL)
            break;
        memset(page_to_virt(page), 0, PAGE_SIZE);

        /* Preemption may have moved us, or an interrupt may have filled the stack meanwhile. */
        irq = irq_save();
        if (this_cpu(frame_stacks).nr_zeroed < ZEROED_SIZE) {
            struct frame_stacks *stacks = this_cpu_ptr(frame_stacks);

            page->flags |= PAGE_ZEROED;
            stacks->zeroed[stacks->nr_zeroed++] = page;
        } else {
            zone_give_block(page, 0);
        }
        irq_restore(irq);
        filled++;
    }
    return filled;
}

void frames_drain_local(void)
{
    irqflags_t irq = irq_save();
    struct frame_stacks *stacks = this_cpu_ptr(frame_stacks);
    u32 i;

    for (i = 0; i < stacks->nr_zeroed; i++)
        stacks->zeroed[i]->flags = PAGE_FREE;
    zone_give_batch(stacks->zeroed, stacks->nr_zeroed);
    zone_give_batch(stacks->pages, stacks->count);
    stacks->nr_zeroed = 0;
    stacks->count = 0;
    irq_restore(irq);
}

static void drain_this_cpu(void *argument __unused)
{
    frames_drain_local();
}

void frames_drain_all(void)
{
    if (cpu_count() <= 1)
        frames_drain_local();
    else
        arch_call_on_cpus(~0UL >> (64 - cpu_count()), drain_this_cpu, NULL);
}

void frames_statistics(struct frame_statistics *statistics)
{
    irqflags_t irq;
    unsigned int i;

    memset(statistics, 0, sizeof(*statistics));
    irq = spin_lock_irqsave(&zone.lock);
    statistics->total = zone.total;
    statistics->present = zone.present;
    statistics->free = zone.buddy.nr_free;
    for (i = 0; i <= MAX_ORDER; i++)
        statistics->free_blocks[i] = zone.buddy.blocks[i].count;
    spin_unlock_irqrestore(&zone.lock, irq);
    statistics->reserved =
        statistics->present > statistics->total ? statistics->present - statistics->total : 0;
    statistics->watermark_min = READ_ONCE(zone.watermark_min);
    statistics->watermark_low = READ_ONCE(zone.watermark_low);
    statistics->watermark_high = READ_ONCE(zone.watermark_high);
    statistics->slow_paths = READ_ONCE(zone.slow_paths);
    statistics->failures = READ_ONCE(zone.failures);
    for (i = 0; i < cpu_count(); i++) {
        const struct frame_stacks *stacks = per_cpu_ptr(frame_stacks, i);

        statistics->cpu_cached += READ_ONCE(stacks->count) + READ_ONCE(stacks->nr_zeroed);
        statistics->zeroed += READ_ONCE(stacks->nr_zeroed);
        statistics->allocated += READ_ONCE(stacks->allocated);
        statistics->freed += READ_ONCE(stacks->freed);
        statistics->zero_hits += READ_ONCE(stacks->zero_hits);
        statistics->zero_misses += READ_ONCE(stacks->zero_misses);
    }
    statistics->free += statistics->cpu_cached;
}

u64 frames_cpu_cached(unsigned int cpu)
{
    const struct frame_stacks *stacks = per_cpu_ptr(frame_stacks, cpu);

    return READ_ONCE(stacks->count) + READ_ONCE(stacks->nr_zeroed);
}

u64 frames_free_count(void)
{
    u64 nr = READ_ONCE(zone.buddy.nr_free);
    unsigned int cpu;

    for (cpu = 0; cpu < cpu_count(); cpu++) {
        const struct frame_stacks *stacks = per_cpu_ptr(frame_stacks, cpu);

        nr += READ_ONCE(stacks->count) + READ_ONCE(stacks->nr_zeroed);
    }
    return nr;
}

u64 frames_total_count(void)
{
    return READ_ONCE(zone.total);
}

u64 frames_shortage(void)
{
    u64 nr_free = frames_free_count();
    u64 wanted = READ_ONCE(zone.watermark_high);

    return nr_free < wanted ? wanted - nr_free : 0;
}

bool frames_check(void)
{
    irqflags_t irq = spin_lock_irqsave(&zone.lock);
    bool well = buddy_check(&zone.buddy);

    spin_unlock_irqrestore(&zone.lock, irq);
    return well;
}
