/*
 * Frames: allocating and freeing physical memory (kmem.h 1, 2).
 *
 * A new block has references 1, its order in the flags of its first frame, no other flag but
 * PAGE_TAIL on the rest, and zeroes in the words of its user. The data is not zeroed unless
 * ALLOC_ZERO is given.
 */
#pragma once

#include <kmem/kmem.h>
#include <kmem/page.h>
#include <lib/types.h>

/*
 * page_alloc: one frame (2^order frames, naturally aligned).
 * => may sleep with ALLOC_WAIT; otherwise callable from interrupt handlers
 * => NULL when there is no memory
 */
struct page *page_alloc(unsigned int flags) __must_check;
struct page *page_alloc_order(unsigned int order, unsigned int flags) __must_check;

/*
 * page_alloc_bulk: up to @nr single frames into @pages.
 * => returns how many; fewer when memory ran out (the caller frees what it does not use)
 */
unsigned int page_alloc_bulk(unsigned int nr, struct page **pages, unsigned int flags) __must_check;

/*
 * page_free: give back a block whose only reference the caller holds.
 * => page_free_order checks that the block has the order the caller thinks it has
 */
void page_free(struct page *page);
void page_free_order(struct page *page, unsigned int order);
void page_free_bulk(unsigned int nr, struct page **pages);

/* init_on_free=1: what is freed, frames and slab objects, is overwritten with zeroes. */
void frames_clear_freed(bool clear);
extern bool frames_clear_on_free; /* (I) after boot */
static inline bool frames_are_cleared(void)
{
    return frames_clear_on_free;
}

/* The frame seen through the direct map, for users that want memory rather than a struct page. */
void *frame_alloc(unsigned int flags) __must_check;
void frame_free(void *frame);

/* Where frames with PAGE_POOLED go when their last reference is dropped: registered by their owner.
 * => the hook is called wherever page_put is; the frame has no reference */
void frames_set_pool_hook(void (*returned)(struct page *page));

/* page_split: turn one block of 2^order frames into single frames, each with the references 1. */
void page_split(struct page *page);

/*
 * page_put_run: drop a reference of each of 2^order single frames that were a block (page_split);
 * they are freed as one when nobody else has any.
 * => as page_put, for each; whoever has no reference cannot get one meanwhile
 */
void page_put_run(struct page *page, unsigned int order);

/* Zero the frame (through the direct map), copy one to another. */
void page_zero(struct page *page);
void page_copy(struct page *to, const struct page *from);

/*
 * page_zero_pool_fill: zero up to @budget free frames for later ALLOC_ZERO on this CPU.
 * => called by the idle loop; returns how many were zeroed, 0: nothing to do
 */
unsigned int page_zero_pool_fill(unsigned int budget);

/* Give the frames in the per-CPU stacks (of this CPU, of all CPUs) back to the zone.
 * => all: interrupts on, no lock held that an interrupt handler takes */
void frames_drain_local(void);
void frames_drain_all(void);

struct frame_statistics {
    u64 total;      /* frames under management: allocated or free */
    u64 free;       /* in the zone, and in the stacks below */
    u64 cpu_cached; /* of those: in per-CPU stacks */
    u64 zeroed;     /* of those: zeroed in advance */
    u64 present;    /* RAM frames the firmware listed */
    u64 reserved;   /* RAM frames never given to the zone */
    u64 watermark_min;
    u64 watermark_low;
    u64 watermark_high;
    u64 free_blocks[MAX_ORDER + 1]; /* in the zone, by order */
    u64 allocated;                  /* frames given out since boot */
    u64 freed;                      /* frames given back since boot */
    u64 zero_hits;                  /* events: ALLOC_ZERO served from the pool */
    u64 zero_misses;                /* events: zeroed on demand */
    u64 slow_paths;                 /* events: allocations that had to reclaim */
    u64 failures;                   /* events: NULL returned (failpoints not counted) */
};

/* A snapshot; exact when nothing else runs. */
void frames_statistics(struct frame_statistics *statistics);

/* Free frames in the stacks of one CPU; how many trips to the zone move, and a stack holds. */
u64 frames_cpu_cached(unsigned int cpu);
#define FRAME_BATCH      32U
#define FRAME_STACK_SIZE (2 * FRAME_BATCH)

/* Free frames, without walking anything but the CPUs. */
u64 frames_free_count(void);
u64 frames_total_count(void);

/* How many frames background reclaim should free to reach the high watermark; 0: none. */
u64 frames_shortage(void);

/* min_free_kbytes: the min watermark in frames; low and high follow. => -EINVAL above a quarter of
 * RAM */
__must_check int frames_set_watermark(u64 min_pages);

/* What frames are used for. Every frame is one of these, told by its flags. */
enum frame_use {
    FRAMES_PRIVATE, /* private pages of address spaces */
    FRAMES_OBJECT,  /* pages of files */
    FRAMES_SHMEM,   /* pages of shmem objects */
    FRAMES_STALE,   /* left their object, and are still in someone's hand */
    FRAMES_TABLE,   /* page tables of address spaces */
    FRAMES_SLAB,
    FRAMES_LARGE,  /* kmalloc blocks larger than any slab */
    FRAMES_POOLED, /* huge pages that are set aside, in use or not */
    FRAMES_RANGE,  /* behind kernel virtual ranges: vmalloc, stacks */
    FRAMES_OTHER,  /* the kernel's in any other way: its own page tables, the page of zeroes, pipes
                    */
    FRAMES_FREE,
    FRAMES_RESERVED, /* never given to the zone */
    NR_FRAME_USES
};
const char *frame_use_name(enum frame_use use);

/*
 * frames_census: count all frames by use, from what each frame says of itself; no counter is asked.
 * => exact when nothing else runs
 */
void frames_census(u64 counts[NR_FRAME_USES]);

/* True when every free block is where the buddy lists say, marked, aligned, merged as far as
 * possible, and the counts agree (for audits and tests; takes the zone lock). */
bool frames_check(void);

/* For boot_memory.c and hot additions: create the zone; hand a range of frames over to it. */
void frames_init(struct page *map, pfn_t map_end);
void frames_add(pfn_t start, pfn_t end);
void frames_count_present(u64 nr_present);
void frames_init_watermarks(void);
void frames_register_settings(void);
