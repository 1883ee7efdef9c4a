/*
 * /proc/zoneinfo, buddyinfo and pagetypeinfo: the one zone of free frames. Frames have no types for
 * mobility: all count as movable.
 */
#include <arch/smp.h>

#include "counters.h"

#define PAGES_PER_BLOCK 512 /* of pagetypeinfo: what a 2 MiB page takes */

static const char zone_name[] = "Normal";

static void put_sizes(struct proc_text *text, const struct frame_statistics *frames)
{
    proc_print(text, "\n  pages free     %lu\n        boost    0\n        min      %lu\n",
               frames->free, frames->watermark_min);
    proc_print(text, "        low      %lu\n        high     %lu\n", frames->watermark_low,
               frames->watermark_high);
    proc_print(text, "        spanned  %lu\n        present  %lu\n        managed  %lu\n",
               page_map_end - 1, frames->present, frames->total);
    proc_print(text, "        cma      0\n        protection: (0)");
}

static void put_stacks(struct proc_text *text)
{
    proc_print(text, "\n  pagesets");
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        proc_print(text,
                   "\n    cpu: %u\n              count: %lu\n              high:  %u"
                   "\n              batch: %u\n  vm stats threshold: 0",
                   cpu, frames_cpu_cached(cpu), FRAME_STACK_SIZE, FRAME_BATCH);
    proc_print(text, "\n  node_unreclaimable:  0\n  start_pfn:           1\n");
}

PROC_VIEW(zoneinfo)
{
    struct counter_sink sink = {.text = text, .format = "\n      %-12s %lu"};
    struct memory_counts counts;

    (void)subject;
    memory_counts_get(&counts);
    proc_print(text, "Node %d, zone %8s\n  per-node stats", 0, zone_name);
    counters_put_node(&sink, &counts);
    put_sizes(text, &counts.frames);
    counters_put_zone(&sink, &counts);
    put_stacks(text);
    return 0;
}

PROC_VIEW(buddyinfo)
{
    struct frame_statistics frames;

    (void)subject;
    frames_statistics(&frames);
    proc_print(text, "Node %d, zone %8s ", 0, zone_name);
    for (unsigned order = 0; order <= MAX_ORDER; order++)
        proc_print(text, "%6lu ", frames.free_blocks[order]);
    proc_print(text, "\n");
    return 0;
}

static const char *const types[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate"};
#define MOVABLE 1

PROC_VIEW(pagetypeinfo)
{
    struct frame_statistics frames;

    (void)subject;
    frames_statistics(&frames);
    proc_print(text, "Page block order: 9\nPages per block:  %d\n\n", PAGES_PER_BLOCK);
    proc_print(text, "%-43s ", "Free pages count per migrate type at order");
    for (unsigned order = 0; order <= MAX_ORDER; order++)
        proc_print(text, "%6u ", order);
    for (size_t type = 0; type < ARRAY_SIZE(types); type++) {
        proc_print(text, "\nNode %4d, zone %8s, type %12s ", 0, zone_name, types[type]);
        for (unsigned order = 0; order <= MAX_ORDER; order++)
            proc_print(text, "%6lu ", type == MOVABLE ? frames.free_blocks[order] : 0);
    }
    proc_print(text, "\n\n%-23s", "Number of blocks type ");
    for (size_t type = 0; type < ARRAY_SIZE(types); type++)
        proc_print(text, "%12s ", types[type]);
    proc_print(text, "\nNode %d, zone %8s ", 0, zone_name);
    for (size_t type = 0; type < ARRAY_SIZE(types); type++)
        proc_print(text, "%12lu ", type == MOVABLE ? frames.total / PAGES_PER_BLOCK : 0);
    proc_print(text, "\n");
    return 0;
}
