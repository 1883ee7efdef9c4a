/*
 * Physical and direct-map addresses. The fake machine of the unit tests has its own copy.
 */
#pragma once

#include <lib/types.h>

#define DIRECT_MAP_BASE   0xFFFF888000000000UL
#define DIRECT_MAP_END    0xFFFFC88000000000UL
#define VMALLOC_BASE      0xFFFFC90000000000UL
#define VMALLOC_END       0xFFFFC98000000000UL /* 512 GiB: one top-level entry, made at boot */
#define KERNEL_IMAGE_BASE 0xFFFFFFFF80000000UL

/* Into the direct map. */
static inline void *phys_to_virt(paddr_t paddr)
{
    return (void *)(DIRECT_MAP_BASE + paddr);
}

/* Of a direct-map or kernel-image address. */
static inline paddr_t virt_to_phys(const void *virt)
{
    u64 address = (u64)virt;

    return address - (address >= KERNEL_IMAGE_BASE ? KERNEL_IMAGE_BASE : DIRECT_MAP_BASE);
}
