/*
 * Setting the room up: from the loader's memory map to frames, slabs and kernel ranges, in this
 * order (see kmem.h), and the release of memory that only boot needed.
 */
#include "slab_boot.h"
#include <arch/boot.h>
#include <kern/cmdline.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <kmem/boot_memory.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <kmem/kmem.h>
#include <kmem/vmalloc.h>
#include <lib/parse.h>

/* The first MiB belongs to the firmware and to the start of other CPUs. */
#define LOW_MEMORY_END 0x100000UL

static struct boot_frames boot_frames;  /* free ranges while the zone does not exist */
static struct boot_frames boot_present; /* RAM as listed, for boot_memory_release */

static void add_ram(struct boot_frames *frames, const struct boot_info *boot)
{
    unsigned int i;

    for (i = 0; i < boot->nr_memory; i++) {
        if (boot->memory[i].type == BOOT_MEMORY_RAM)
            boot_frames_add(frames, boot->memory[i].start, boot->memory[i].len);
    }
    for (i = 0; i < boot->nr_memory; i++) {
        if (boot->memory[i].type != BOOT_MEMORY_RAM)
            boot_frames_reserve(frames, boot->memory[i].start, boot->memory[i].len);
    }
}

static void reserve_boot_data(struct boot_frames *frames, const struct boot_info *boot)
{
    unsigned int i;

    boot_frames_reserve(frames, 0, LOW_MEMORY_END);
    boot_frames_reserve(frames, boot->kernel_start, boot->kernel_end - boot->kernel_start);
    for (i = 0; i < boot->nr_modules; i++)
        boot_frames_reserve(frames, boot->modules[i].start, boot->modules[i].len);
}

static void create_zone(void)
{
    pfn_t map_end = boot_frames_end(&boot_present);
    u64 map_frames = (map_end * sizeof(struct page) + PAGE_SIZE - 1) >> PAGE_SHIFT;
    pfn_t map = boot_frames_alloc(&boot_frames, map_frames, 1);
    unsigned int i;

    if (map == 0)
        panic("no room for the page map: %lu frames", map_frames);
    frames_init(phys_to_virt(map << PAGE_SHIFT), map_end);
    for (i = 0; i < boot_frames.nr; i++)
        frames_add(boot_frames.ranges[i].start, boot_frames.ranges[i].end);
    frames_count_present(boot_frames_count(&boot_present));
    frames_init_watermarks();
    frames_register_settings();
}

static paddr_t source_frame_alloc(void)
{
    struct page *page = page_alloc(ALLOC_ATOMIC | ALLOC_ZERO);

    return page == NULL ? 0 : page_to_phys(page);
}

static void source_frame_free(paddr_t frame)
{
    page_free_order(phys_to_page(frame), 0);
}

static const struct arch_memory_source memory_source = {
    .frame_alloc = source_frame_alloc,
    .frame_free = source_frame_free,
};

/* init_on_free=1 */
static bool wants_clearing(void)
{
    char word[8];
    bool wanted;

    return cmdline_find("init_on_free", word, sizeof(word)) && parse_bool(word, &wanted) == 0 &&
           wanted;
}

void kmem_init(const struct boot_info *boot)
{
    boot_frames_init(&boot_present);
    add_ram(&boot_present, boot);
    boot_frames = boot_present;
    reserve_boot_data(&boot_frames, boot);
    create_zone();
    frames_clear_freed(wants_clearing());
    slab_init();
    kmalloc_init();
    vmalloc_init();
    arch_set_memory_source(&memory_source);
    pr_info("memory: %lu MiB in %u ranges, %lu MiB free", boot_frames_count(&boot_present) >> 8,
            boot_present.nr, frames_free_count() >> 8);
}

/* Frames of [start, end) that are RAM and still reserved become free, in runs. */
static void release_frames(pfn_t start, pfn_t end)
{
    while (start < end) {
        pfn_t run = start;

        while (run < end && page_flag_test(pfn_to_page(run), PAGE_RESERVED))
            run++;
        frames_add(start, run);
        start = run + (run < end);
    }
}

void boot_memory_release(paddr_t start, u64 len)
{
    pfn_t first = (start + PAGE_SIZE - 1) >> PAGE_SHIFT;
    pfn_t end = (start + len) >> PAGE_SHIFT;
    unsigned int i;

    for (i = 0; i < boot_present.nr; i++) {
        const struct boot_range *ram = &boot_present.ranges[i];

        if (max(first, ram->start) < min(end, ram->end))
            release_frames(max(first, ram->start), min(end, ram->end));
    }
}
