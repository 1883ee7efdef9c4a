/*
 * The kernel half of every address space: direct map, vmalloc area, CPU stacks, kernel image.
 *
 * Built once at boot. The top-level entries never change afterwards, so that address spaces copy
 * them once. Later only arch_kernel_map and arch_kernel_unmap change entries, in the vmalloc area;
 * they install tables by compare-exchange and own the leaf entries of their range, so there is no
 * lock.
 */
#include "kernel_map.h"
#include "asm.h"
#include "boot.h"
#include "cpu_features.h"
#include "early_memory.h"
#include "instructions.h"
#include "tlb.h"

#include <abi/errno.h>
#include <arch/percpu.h>
#include <arch/thread.h>
#include <arch/upcall.h>
#include <lib/string.h>

pte_t kernel_root[PTE_ENTRIES_PER_TABLE] __aligned(PAGE_SIZE);

static const struct arch_memory_source *memory_source;
static bool early = true;
static vaddr_t next_device = BOOT_DEVICE_BASE;

void arch_set_memory_source(const struct arch_memory_source *source)
{
    memory_source = source;
}

const struct arch_memory_source *arch_memory_source_get(void)
{
    return memory_source;
}

void kernel_map_use_source(void)
{
    early = false;
}

paddr_t table_frame_alloc(void)
{
    if (early)
        return early_memory_alloc_frame();
    return memory_source ? memory_source->frame_alloc() : 0;
}

void table_frame_free(paddr_t frame)
{
    memory_source->frame_free(frame);
}

/* The table below *slot, made if there is none; NULL: no memory, or a leaf is in the way. */
static pte_t *table_below(pte_t *slot, unsigned level)
{
    pte_t found = pte_load(slot);
    pte_t wanted;
    paddr_t frame;

    if (pte_is_empty(found)) {
        frame = table_frame_alloc();
        if (!frame)
            return NULL;
        wanted = pte_make_table(frame, false);
        if (pte_compare_exchange(slot, &found, wanted))
            found = wanted;
        else
            table_frame_free(frame); /* another CPU has just made it */
    }
    return pte_is_table(found, level) ? phys_to_virt(pte_paddr(found)) : NULL;
}

/* The entry of @level for @virt in the kernel's tables, tables made on the way; NULL as above. */
static pte_t *kernel_slot(vaddr_t virt, unsigned level)
{
    pte_t *table = kernel_root;

    for (unsigned l = PTE_LEVELS; l > level; l--) {
        table = table_below(pte_slot(table, virt, l), l);
        if (!table)
            return NULL;
    }
    return pte_slot(table, virt, level);
}

/* The largest leaf that fits at @virt -> @phys within @len. */
static unsigned best_level(vaddr_t virt, paddr_t phys, u64 len)
{
    for (unsigned level = cpu_features.pages_1g ? 3 : 2; level > 1; level--) {
        u64 size = pte_level_size(level);

        if (len >= size && is_aligned(virt, size) && is_aligned(phys, size))
            return level;
    }
    return 1;
}

/* Boot: enter [virt, virt + len) -> phys in the largest pages; what is there already stays. */
static void map_boot_range(vaddr_t virt, paddr_t phys, u64 len, unsigned prot, enum pte_cache cache)
{
    while (len > 0) {
        unsigned level = best_level(virt, phys, len);
        pte_t *slot = kernel_slot(virt, level);
        u64 size;

        while (slot && pte_is_table(pte_load(slot), level))
            slot = kernel_slot(virt, --level);
        if (slot && pte_is_empty(pte_load(slot)))
            pte_store(slot,
                      pte_set_cache(
                          pte_make_leaf(phys >> PAGE_SHIFT, level, prot | PTE_PROT_GLOBAL), cache));
        size = min(pte_level_size(level), len);
        virt += size;
        phys += size;
        len -= size;
    }
}

void kernel_map_direct(paddr_t start, u64 len)
{
    paddr_t first = align_down(start, PAGE_SIZE);
    paddr_t end = align_up(start + len, PAGE_SIZE);

    map_boot_range(DIRECT_MAP_BASE + first, first, end - first, PTE_PROT_READ | PTE_PROT_WRITE,
                   PTE_CACHE_NORMAL);
}

void arch_direct_map_sizes(paddr_t last, u64 sizes[PTE_LEVELS])
{
    vaddr_t end = DIRECT_MAP_BASE + last;
    vaddr_t virt = DIRECT_MAP_BASE;

    memset(sizes, 0, PTE_LEVELS * sizeof(*sizes));
    while (virt < end) {
        unsigned level = PTE_LEVELS - 1;
        pte_t *slot = kernel_slot(virt, level);

        while (slot && pte_is_table(pte_load(slot), level))
            slot = kernel_slot(virt, --level);
        if (slot && pte_is_leaf(pte_load(slot), level))
            sizes[level] += pte_level_size(level);
        virt += pte_level_size(level);
    }
}

void *kernel_map_device(paddr_t paddr, u64 len)
{
    paddr_t first = align_down(paddr, PAGE_SIZE);
    u64 size = align_up(paddr + len, PAGE_SIZE) - first;
    vaddr_t virt = next_device;

    map_boot_range(virt, first, size, PTE_PROT_READ | PTE_PROT_WRITE, PTE_CACHE_UNCACHED);
    next_device += size + PAGE_SIZE;
    return (void *)(virt + (paddr - first));
}

/* One part of the image at its link address, and the same rights but execution in the direct map.
 */
static void map_image_part(const char *start, const char *end, unsigned prot)
{
    paddr_t phys = virt_to_phys(start);
    u64 len = end - start;

    for (u64 offset = 0; offset < len; offset += PAGE_SIZE) {
        vaddr_t virt = (vaddr_t)start + offset;

        map_boot_range(virt, phys + offset, PAGE_SIZE, prot, PTE_CACHE_NORMAL);
        map_boot_range(DIRECT_MAP_BASE + phys + offset, phys + offset, PAGE_SIZE,
                       prot & ~PTE_PROT_EXEC, PTE_CACHE_NORMAL);
    }
}

static void map_cpu_stacks(unsigned cpu)
{
    for (u64 offset = 0; offset < KERNEL_STACK_SIZE; offset += PAGE_SIZE)
        map_boot_range((vaddr_t)cpu_idle_stack(cpu) + offset, early_memory_alloc_frame(), PAGE_SIZE,
                       PTE_PROT_READ | PTE_PROT_WRITE, PTE_CACHE_NORMAL);
    for (unsigned ist = 1; ist <= IST_COUNT; ist++) {
        paddr_t frame = early_memory_alloc_frame();

        /* The entry code finds this CPU's area at the bottom of the stack it is given. */
        *(u64 *)phys_to_virt(frame) = (u64)percpu_start + arch_percpu_offset[cpu];
        map_boot_range((vaddr_t)cpu_ist_stack(cpu, ist), frame, PAGE_SIZE,
                       PTE_PROT_READ | PTE_PROT_WRITE, PTE_CACHE_NORMAL);
    }
}

static bool is_memory(const struct boot_memory *memory)
{
    return memory->type == BOOT_MEMORY_RAM || memory->type == BOOT_MEMORY_ACPI ||
           memory->type == BOOT_MEMORY_NVS;
}

/* Each range needs at most two tables of level 1 and one of level 2 and 3 at either end, and one of
 * level 2 for each 1 GiB. */
u64 kernel_map_estimate(const struct boot_info *boot, unsigned nr_cpus)
{
    u64 frames = 64 + (boot->kernel_end - boot->kernel_start) / pte_level_size(2) * 2;

    for (unsigned i = 0; i < boot->nr_memory; i++) {
        if (is_memory(&boot->memory[i]))
            frames += 6 + boot->memory[i].len / pte_level_size(3);
    }
    frames += nr_cpus * (CPU_STACKS_STRIDE / PAGE_SIZE);
    return frames * PAGE_SIZE;
}

void kernel_map_build(const struct boot_info *boot, unsigned nr_cpus)
{
    map_image_part(kernel_text_start, kernel_text_end, PTE_PROT_READ | PTE_PROT_EXEC);
    map_image_part(kernel_rodata_start, kernel_rodata_end, PTE_PROT_READ);
    map_image_part(kernel_data_start, kernel_data_end, PTE_PROT_READ | PTE_PROT_WRITE);
    for (unsigned i = 0; i < boot->nr_memory; i++) {
        if (is_memory(&boot->memory[i]))
            kernel_map_direct(boot->memory[i].start, boot->memory[i].len);
    }
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
        map_cpu_stacks(cpu);
    if (!table_below(pte_slot(kernel_root, VMALLOC_BASE, PTE_LEVELS), PTE_LEVELS))
        arch_panic(NULL, "no table for the vmalloc area");
}

static enum pte_cache cache_of(enum kernel_map_type type)
{
    switch (type) {
    case KERNEL_MAP_DEVICE:
        return PTE_CACHE_UNCACHED;
    case KERNEL_MAP_WRITECOMBINE:
        return PTE_CACHE_WRITECOMBINE;
    default:
        return PTE_CACHE_NORMAL;
    }
}

int arch_kernel_map(vaddr_t virt, paddr_t phys, size_t len, enum kernel_map_type type)
{
    unsigned prot = PTE_PROT_READ | PTE_PROT_WRITE | PTE_PROT_GLOBAL;

    /* Reserve: every table first. A table that stays empty on failure serves the next caller. */
    for (vaddr_t at = align_down(virt, pte_level_size(2)); at < virt + len;
         at += pte_level_size(2)) {
        if (!kernel_slot(at, 1))
            return -ENOMEM;
    }
    for (size_t offset = 0; offset < len; offset += PAGE_SIZE) {
        pte_t leaf = pte_make_leaf((phys + offset) >> PAGE_SHIFT, 1, prot);

        pte_store(kernel_slot(virt + offset, 1), pte_set_cache(leaf, cache_of(type)));
    }
    return 0;
}

void arch_kernel_unmap(vaddr_t virt, size_t len)
{
    for (size_t offset = 0; offset < len; offset += PAGE_SIZE)
        pte_store(kernel_slot(virt + offset, 1), pte_empty());
    tlb_flush_kernel(virt, virt + len);
}

bool kernel_map_is_present(vaddr_t virt)
{
    const pte_t *table = phys_to_virt(align_down(cr3_read(), PAGE_SIZE) & PTE_FRAME_MASK);

    for (unsigned level = PTE_LEVELS;; level--) {
        pte_t entry = pte_load(&table[pte_index(virt, level)]);

        if (!pte_is_valid(entry) || pte_is_leaf(entry, level))
            return pte_is_valid(entry);
        table = phys_to_virt(pte_paddr(entry));
    }
}
