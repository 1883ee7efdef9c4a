/*
 * Physical and direct-map addresses of the fake machine: frames lie in one arena of the test program.
 */
#pragma once

#include <lib/types.h>

void *phys_to_virt(paddr_t paddr);
paddr_t virt_to_phys(const void *virt);
