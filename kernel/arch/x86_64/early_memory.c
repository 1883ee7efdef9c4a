/*
 * One range of RAM, taken from the top of what the boot tables can reach, cut from its start.
 *
 * Runs on CPU 0 before anything else; no locks.
 */
#include "early_memory.h"
#include "boot.h"

#include <arch/upcall.h>
#include <lib/string.h>

static paddr_t early_start, early_next, early_end;

/* The highest start of something that must be kept and overlaps [start, end); 0: nothing does. */
static paddr_t find_conflict(const struct boot_info *boot, paddr_t start, paddr_t end)
{
    paddr_t found = 0;

    if (start < boot->kernel_end && end > boot->kernel_start)
        found = boot->kernel_start;
    for (unsigned i = 0; i < boot->nr_modules; i++) {
        const struct boot_module *module = &boot->modules[i];

        if (start < module->start + module->len && end > module->start)
            found = max(found, max(module->start, (paddr_t)1));
    }
    for (unsigned i = 0; i < boot->nr_memory; i++) {
        const struct boot_memory *memory = &boot->memory[i];

        if (memory->type != BOOT_MEMORY_RAM && start < memory->start + memory->len &&
            end > memory->start)
            found = max(found, max(memory->start, (paddr_t)1));
    }
    return found;
}

/* The highest place for @len bytes in the RAM range [start, end); 0: none. */
static paddr_t find_place(const struct boot_info *boot, paddr_t start, paddr_t end, u64 len)
{
    while (end > start && end - start >= len) {
        paddr_t place = align_down(end - len, PAGE_SIZE);
        paddr_t conflict;

        if (place < start || place == 0)
            break;
        conflict = find_conflict(boot, place, place + len);
        if (!conflict)
            return place;
        end = align_down(conflict, PAGE_SIZE);
    }
    return 0;
}

static paddr_t find_free(const struct boot_info *boot, u64 len, paddr_t limit)
{
    paddr_t best = 0;

    for (unsigned i = 0; i < boot->nr_memory; i++) {
        const struct boot_memory *memory = &boot->memory[i];
        paddr_t start = align_up(memory->start, PAGE_SIZE);
        paddr_t end;

        if (memory->type != BOOT_MEMORY_RAM || memory->start >= limit)
            continue;
        end = memory->len > limit - memory->start ? limit : memory->start + memory->len;
        best = max(best, find_place(boot, start, end, len));
    }
    return best;
}

void early_memory_init(const struct boot_info *boot, u64 len)
{
    len = align_up(len, PAGE_SIZE);
    early_start = find_free(boot, len, BOOT_MAPPED_END);
    if (!early_start)
        boot_refuse_machine("no %lu KiB of free memory below 4 GiB for the kernel's tables",
                            len / 1024);
    early_next = early_start;
    early_end = early_start + len;
}

void *early_memory_alloc(u64 len)
{
    void *memory = (void *)(DIRECT_MAP_BASE + early_next);

    len = align_up(len, PAGE_SIZE);
    if (len > early_end - early_next)
        arch_panic(NULL, "early memory exhausted");
    early_next += len;
    return memset(memory, 0, len);
}

paddr_t early_memory_alloc_frame(void)
{
    return (u64)early_memory_alloc(PAGE_SIZE) - DIRECT_MAP_BASE;
}

void early_memory_finish(struct boot_info *boot)
{
    boot_info_add_reserved(boot, early_start, early_next - early_start);
    early_end = early_next;
}

paddr_t early_memory_take_low_page(struct boot_info *boot)
{
    paddr_t page = find_free(boot, PAGE_SIZE, 0x9F000);

    if (page)
        boot_info_add_reserved(boot, page, PAGE_SIZE);
    return page;
}
