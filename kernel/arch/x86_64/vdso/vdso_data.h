/*
 * The page that the kernel writes and the vDSO reads: [vvar], ARCH_VVAR_PAGES before the image.
 */
#pragma once

#include <lib/types.h>

/*
 * A sequence lock: odd while the kernel writes; a reader that saw it odd or changed reads again.
 * monotonic ns = base_ns + ((counter - base_counter) * mult >> ARCH_CLOCK_SHIFT)
 */
struct vdso_data {
    u32 sequence;
    u32 usable;    /* the time-stamp counter is the clock; else call the kernel */
    u32 coarse_ns; /* granularity of the coarse clocks */
    u64 base_counter;
    u64 base_ns;
    u64 mult;
    s64 realtime_offset; /* realtime = monotonic + offset, ns */
};
