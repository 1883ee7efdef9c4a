/*
 * Addresses of the fake machine. Its physical memory is a file in memory, mapped whole at
 * DIRECT_MAP_BASE; kernel mappings map parts of it once more in the vmalloc window, so aliases are
 * real.
 */
#pragma once

#include <lib/types.h>

#define DIRECT_MAP_BASE 0x300000000000UL
#define DIRECT_MAP_END  0x340000000000UL
#define VMALLOC_BASE    0x400000000000UL
#define VMALLOC_END     0x401000000000UL

static inline void *phys_to_virt(paddr_t paddr)
{
    return (void *)(DIRECT_MAP_BASE + paddr);
}

static inline paddr_t virt_to_phys(const void *virt)
{
    return (paddr_t)virt - DIRECT_MAP_BASE;
}
