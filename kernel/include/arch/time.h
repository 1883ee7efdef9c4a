/*
 * Clock hardware: one monotonic counter and one one-shot event per CPU.
 */
#pragma once

#include <lib/types.h>

u64 arch_clock_ns(void);           /* monotonic nanoseconds since boot; cheap; same on every CPU */
void arch_timer_set(u64 deadline); /* fire this CPU's tick upcall at @deadline (ns); ~0: never */
s64 arch_rtc_read(void);         /* seconds since 1970 UTC from the battery clock, 0 when absent */
int arch_rtc_write(s64 seconds); /* -ENODEV when absent */
u64 arch_cycles(void);           /* time-stamp counter, for randomness, statistics and CPU time */
u64 arch_cycles_to_ns(u64 cycles);

/* How the vDSO turns the counter into nanoseconds: ns = ((cycles - base) * mult >>
 * ARCH_CLOCK_SHIFT) + base_ns. usable false: vDSO must call the kernel. */
#define ARCH_CLOCK_SHIFT 32
struct arch_clock_scale {
    bool usable;
    u64 base;
    u64 base_ns;
    u64 mult;
};
void arch_clock_scale_get(struct arch_clock_scale *scale);
