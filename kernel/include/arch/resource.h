/*
 * Which physical addresses and ports the machine's own parts have: kernel image, interrupt
 * controllers, clocks.
 */
#pragma once

#include <lib/types.h>

enum resource_space { RESOURCE_MEMORY, RESOURCE_PORTS };

/* Tell of each. => once the clocks are known; @name stays */
void arch_resources(void (*claim)(enum resource_space space, u64 start, u64 len, const char *name));
