/*
 * Boot memory: from the loader's list of ranges to the frames of the zone (kmem.h 5).
 *
 * RAM and reserved ranges are collected in any order; firmware's lists are unsorted, overlap, and
 * contain empty or wrapping entries. What is RAM and not reserved, in whole frames, is free; where
 * the list says both, it is reserved. Early allocations are cut from the top of the free ranges.
 * No locks: one CPU, at boot. Pure, so that hostile maps can be tried on the host.
 */
#pragma once

#include <lib/types.h>

#define BOOT_RANGES_MAX 256

struct boot_range {
    u64 start; /* frame numbers */
    u64 end;
};

struct boot_frames {
    struct boot_range ranges[BOOT_RANGES_MAX]; /* sorted, disjoint, not touching */
    unsigned int nr;
    u64 dropped; /* frames lost because the table was full */
};

void boot_frames_init(struct boot_frames *frames);

/* Add RAM / take it away. Bytes; anything beyond 2^46 is ignored. All RAM is added first. */
void boot_frames_add(struct boot_frames *frames, paddr_t start, u64 len);
void boot_frames_reserve(struct boot_frames *frames, paddr_t start, u64 len);

/* Cut @nr_frames contiguous frames, aligned to @align frames (a power of two), off the highest
 * range that has them. Returns the frame number; 0 when there is none. */
pfn_t boot_frames_alloc(struct boot_frames *frames, u64 nr_frames, u64 align);

/* Frames in all ranges. */
u64 boot_frames_count(const struct boot_frames *frames);

/* One past the highest frame of any range. */
pfn_t boot_frames_end(const struct boot_frames *frames);

/*
 * boot_memory_release: make reserved RAM (the initramfs once it is unpacked) free.
 * => only whole frames inside [start, start + len) that were RAM; each at most once
 */
void boot_memory_release(paddr_t start, u64 len);
