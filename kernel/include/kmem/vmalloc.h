/*
 * Kernel virtual ranges: memory that is contiguous only virtually, kernel stacks with guard pages,
 * and device memory (kmem.h 4).
 *
 * The ranges lie in [VMALLOC_BASE, VMALLOC_END), each followed by at least one unmapped page. A
 * tree of ranges, augmented with the largest gap, finds room. Functions here may sleep, need
 * interrupts on (a removal flushes every CPU) and no spin lock held.
 */
#pragma once

#include <arch/memory.h>
#include <arch/thread.h> /* KERNEL_STACK_SIZE */
#include <kmem/page.h>
#include <lib/types.h>

/* => NULL when there is no memory; not zeroed (vzalloc: zeroed) */
void *vmalloc(size_t len) __must_check;
void *vzalloc(size_t len) __must_check;
void vfree(void *memory); /* NULL: nothing */

/* Bytes usable in what vmalloc returned. */
size_t vmalloc_size(const void *memory);

/* True for an address inside the vmalloc area. */
static inline bool vmalloc_contains(const void *address)
{
    return (vaddr_t)address >= VMALLOC_BASE && (vaddr_t)address < VMALLOC_END;
}

/* The frame behind an address of a vmalloc'ed range; NULL for device memory and holes. */
struct page *vmalloc_to_page(const void *address);

/* KERNEL_STACK_SIZE bytes with an unmapped page below. A few freed stacks are kept for reuse, so
 * creating a thread rarely touches the kernel's page tables. Contents are not zeroed. */
void *kernel_stack_alloc(void) __must_check;
void kernel_stack_free(void *stack);
u64 kernel_stack_count(void); /* in use: /proc/meminfo KernelStack */

/*
 * device_map: a window to the device memory at [@phys, @phys + @len), any alignment.
 * => NULL when there is no memory
 */
void *device_map(paddr_t phys, size_t len, enum kernel_map_type type) __must_check;
void device_unmap(void *window);

struct vmalloc_range {
    vaddr_t start;
    size_t len;
    paddr_t phys; /* device memory, else 0 */
    u64 nr_pages; /* frames behind it */
    const char *kind;
};

/* The first range that ends after @address, for /proc/vmallocinfo; false: none. */
bool vmalloc_next_range(vaddr_t address, struct vmalloc_range *range);
u64 vmalloc_used_bytes(void);
void vmalloc_init(void);
