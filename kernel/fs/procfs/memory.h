/*
 * The machine's memory in numbers, for meminfo and vmstat.
 */
#pragma once

#include <kmem/frames.h>
#include <mm/mm.h>

struct memory_counts { /* pages, unless the name says otherwise */
    struct frame_statistics frames;
    struct mm_totals user;
    u64 slab, slab_reclaimable;
    u64 stack_bytes; /* of the kernel's stacks */
    u64 locked;      /* resident */
};
void memory_counts_get(struct memory_counts *counts);
