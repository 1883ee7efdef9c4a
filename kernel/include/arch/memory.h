/*
 * Physical memory as the kernel addresses it, and kernel mappings.
 *
 * All RAM is seen through the direct map, writable and never executable. Device memory and ranges
 * that must be contiguous only virtually (kernel stacks) are mapped in the vmalloc area.
 */
#pragma once

#include <arch/address.h> /* phys_to_virt, virt_to_phys, VMALLOC_BASE, VMALLOC_END */
#include <lib/types.h>

/* User addresses are [0, USER_END): the last page below the canonical hole is never mapped. */
#define USER_END 0x00007FFFFFFFF000UL

enum kernel_map_type {
    KERNEL_MAP_RW,     /* normal memory, no execute */
    KERNEL_MAP_DEVICE, /* uncached */
    KERNEL_MAP_WRITECOMBINE,
};

/*
 * arch_kernel_map: enter translations for [virt, virt + len) -> [phys, phys + len) in the vmalloc
 * area.
 * => multiples of PAGE_SIZE; the range was unmapped; top-level tables of the area exist from boot,
 * so every address space sees the entry at once
 * => -ENOMEM (nothing entered)
 */
int arch_kernel_map(vaddr_t virt, paddr_t phys, size_t len, enum kernel_map_type type) __must_check;

/*
 * arch_kernel_unmap: remove translations and flush them on every CPU. The frames are the caller's.
 * => interrupts on, no lock held that another CPU may be waiting for with interrupts off
 */
void arch_kernel_unmap(vaddr_t virt, size_t len);

/* How many bytes of RAM below @last are seen through leaves of each level. */
void arch_direct_map_sizes(paddr_t last, u64 sizes[4]);

/*
 * Where the machine gets memory for page tables: registered by kmem (kmem_init),
 * which is above it. Before that arch_kernel_map and everything else that allocates answers
 * -ENOMEM.
 */
struct arch_memory_source {
    paddr_t (*frame_alloc)(void); /* one zeroed frame, without sleeping; 0: none */
    void (*frame_free)(paddr_t frame);
};
void arch_set_memory_source(const struct arch_memory_source *source);
const struct arch_memory_source *arch_memory_source_get(void); /* NULL: none yet */
