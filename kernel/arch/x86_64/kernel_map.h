/*
 * The kernel's own translations: the root all address spaces share the upper half of.
 */
#pragma once

#include <arch/boot.h>
#include <arch/memory.h>
#include <arch/pte.h>
#include <lib/types.h>

/*
 * Stacks of each CPU: idle thread and interrupt stack table, an unmapped page below each.
 * One CPU's share: 16 KiB nothing, 16 KiB idle stack, then 4 KiB nothing + 4 KiB for each IST
 * stack.
 */
#define CPU_STACKS_BASE   0xFFFFEA0000000000UL
#define CPU_STACKS_STRIDE 0x10000UL
#define CPU_IDLE_OFFSET   0x4000UL
#define CPU_IST_OFFSET    0x8000UL
/* Registers of devices that are needed before there is a vmalloc area. Same top-level entry. */
#define BOOT_DEVICE_BASE  0xFFFFEA4000000000UL

extern pte_t kernel_root[PTE_ENTRIES_PER_TABLE];

/* Bytes of early memory that kernel_map_build will need. */
u64 kernel_map_estimate(const struct boot_info *boot, unsigned nr_cpus);

/* kernel_map_build: make the final tables in early memory, without loading them. */
void kernel_map_build(const struct boot_info *boot, unsigned nr_cpus);

/* Add [start, start + len) to the direct map (tables of the firmware outside of RAM). */
void kernel_map_direct(paddr_t start, u64 len);

/* Map a device's registers, uncached, for good. Boot only. */
void *kernel_map_device(paddr_t paddr, u64 len);

/* The lowest address of CPU @cpu's idle stack, of its IST stack @ist (1..). */
static inline void *cpu_idle_stack(unsigned cpu)
{
    return (void *)(CPU_STACKS_BASE + cpu * CPU_STACKS_STRIDE + CPU_IDLE_OFFSET);
}

static inline void *cpu_ist_stack(unsigned cpu, unsigned ist)
{
    return (void *)(CPU_STACKS_BASE + cpu * CPU_STACKS_STRIDE + CPU_IST_OFFSET +
                    (ist - 1) * 2 * PAGE_SIZE + PAGE_SIZE);
}

/* kernel_map_check: walk the tables of @root; panic on anything the rules forbid. */
void kernel_map_check(const pte_t *root);

/* Is there a translation for @virt now? For code that must not fault. */
bool kernel_map_is_present(vaddr_t virt);

/* The frame of a new table: from early memory, later from kmem; 0: none. Zeroed. */
paddr_t table_frame_alloc(void);
void table_frame_free(paddr_t frame);
void kernel_map_use_source(void);
