/*
 * Where this CPU's copy of the per-CPU section lies.
 *
 * The section is linked once (the template is CPU 0's copy); every CPU's GS base holds the distance
 * from the template to its own copy, and the first word of the copy holds the same number, so a
 * pointer to any per-CPU variable is one load and one add.
 */
#pragma once

#include <lib/types.h>

/* Distance in bytes from the template to @cpu's copy; filled by arch before a CPU is started. */
extern u64 arch_percpu_offset[];

static inline u64 arch_this_cpu_offset(void)
{
    u64 offset;

    __asm__ volatile("movq %%gs:0, %0" : "=r"(offset));
    return offset;
}
