/*
 * Kernel memory. The theory of the room; the nouns have their own headers.
 *
 * 1. Frames (frames.h). All RAM is described by struct page, 32 bytes per frame (page.h), in one
 *    array indexed by frame number. A zone holds the free frames in buddy lists (orders 0..10);
 *    each CPU keeps a small stack of single frames, and one of frames zeroed while it idled, in
 *    front of it. A frame has exactly one owner; a free one has none and PAGE_FREE set.
 * 2. Pressure. Watermarks min < low < high count the free frames. Below low the background
 * reclaimer is woken; an allocation that may wait reclaims by itself when it would go below min;
 * kernel memory may use half of the frames below min, ALLOC_ATOMIC all. When reclaim makes no
 * progress, a waiting allocation calls the out-of-memory hook. All hooks are registered by mm and
 * proc: kmem knows neither.
 * 3. Objects (slab.h, kmalloc.h). A slab cache cuts frames into objects of one size behind per-CPU
 *    magazines. kmalloc is a set of such caches; big sizes come from frames or from vmalloc.
 * 4. Kernel virtual ranges (vmalloc.h): kernel stacks, device memory, big tables.
 * 5. Boot (boot_memory.h): from the loader's list of ranges to the zone.
 * 6. Locks. VMALLOC > SLAB > ZONE, all spin locks, taken with interrupts off. Per-CPU stacks are
 *    touched only by their CPU with interrupts off, so alloc and free work in interrupt handlers.
 *    Only ALLOC_WAIT may sleep, and only through the hooks.
 * 7. Every allocation can fail; FAILPOINT_PAGE and FAILPOINT_SLAB make it fail at will.
 */
#pragma once

#include <lib/types.h>

struct boot_info;

/* How to allocate. 0: do not wait, do not touch the reserve. */
enum alloc_flags {
    ALLOC_WAIT = 1u << 0,    /* may sleep: reclaim, and kill as the last resort */
    ALLOC_ATOMIC = 1u << 1,  /* may use the reserve below the min watermark */
    ALLOC_ZERO = 1u << 2,    /* the memory reads as zero */
    ALLOC_USER = 1u << 3,    /* for user memory: leaves all of the reserve */
    ALLOC_NORETRY = 1u << 4, /* with ALLOC_WAIT: one round of reclaim, never the killer */
    ALLOC_SPLIT = 1u << 5,   /* a block of frames: single ones, as page_split leaves them */
};

/* What the rooms above do for kmem when memory runs short. Any member may be NULL. */
struct reclaim_operations {
    /* Free about @nr_pages; may sleep. Returns how many were freed. */
    u64 (*reclaim)(u64 nr_pages);
    /* Start background reclaim. Callable from anywhere, interrupts off. */
    void (*wake)(void);
    /* Reclaim made no progress: kill somebody. May sleep; true: trying again makes sense. */
    bool (*out_of_memory)(unsigned int order, unsigned int flags);
};
void kmem_register_reclaim(const struct reclaim_operations *operations);

/*
 * kmem_init: everything of this room, from the loader's memory map on.
 * => once, on the boot CPU, before any other function of this room
 */
void kmem_init(const struct boot_info *boot);
