/*
 * The zone: all free frames behind one lock, and how much of them may be given away.
 */
#pragma once

#include "buddy.h"
#include <kern/spinlock.h>
#include <kmem/frames.h>

struct zone {
    struct spinlock lock;
    struct buddy buddy;                       /* (lock) */
    u64 total;                                /* (lock) frames ever added */
    u64 present;                              /* (I after boot) */
    u64 watermark_min;                        /* (a) */
    u64 watermark_low;                        /* (a) */
    u64 watermark_high;                       /* (a) */
    u64 slow_paths;                           /* (a) */
    u64 failures;                             /* (a) */
    const struct reclaim_operations *reclaim; /* (a) set once */
};
extern struct zone zone;

/*
 * zone_take_batch: up to @nr single frames; zone_take_block: one block.
 * => respects the watermark that @flags allow to go down to; wakes background reclaim below low
 * => interrupts off; the frames still have PAGE_FREE
 */
unsigned int zone_take_batch(struct page **pages, unsigned int nr, unsigned int flags);
struct page *zone_take_block(unsigned int order, unsigned int flags);

/* Give frames back. => interrupts off; they have PAGE_FREE and no reference */
void zone_give_batch(struct page **pages, unsigned int nr);
void zone_give_block(struct page *page, unsigned int order);

/*
 * zone_alloc_slowly: the frame or block after a failure of the quick ways: reclaim, drain, kill.
 * => may sleep; NULL when nothing helps
 */
struct page *zone_alloc_slowly(unsigned int order, unsigned int flags);

/* The quick ways only. */
struct page *frames_try_alloc(unsigned int order, unsigned int flags);
