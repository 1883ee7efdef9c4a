/*
 * The page that the kernel writes and the vDSO reads: [vvar], ARCH_VVAR_PAGES before the image.
 */
#pragma once

#include <lib/types.h>

/*
 * A sequence lock: odd while the kernel writes, and for as long as the time-stamp counter is not
 * the clock; a reader that sees it odd calls the kernel, one that sees it change reads again.
 * monotonic ns = base_ns + ((counter - base_counter) * mult >> ARCH_CLOCK_SHIFT)
 */
struct vdso_data {
    u32 sequence;
    u32 coarse_ns; /* granularity of the coarse clocks */
    u64 base_counter;
    u64 base_ns;
    u64 mult;
    s64 realtime_offset; /* realtime = monotonic + offset, ns */
};
