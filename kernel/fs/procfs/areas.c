/*
 * /proc/PID/areas: what is in each area, and what happened to it. Not in Linux.
 *
 *      range                     rights  private file shmem   faults copies name
 *      55d3c8a00000-55d3c8a02000 rw-p          2    0     0        2      2 /bin/busybox
 *
 * Pages are those resident now: private ones, the file's, of shared memory. Faults are the pages
 * faulted in since the area exists, copies those of them that were copied for a write; in an area
 * with an object they stop at 16777215 and 4095 (mm/vma.h 5).
 */
#include <abi/limits.h>
#include <mm/mm.h>

#include "maps.h"
#include "views.h"

static void put_name(struct maps_writer *writer, const struct vma_info *info)
{
    struct vma_info found = *info;
    const char *name = info->name;

    if (info->source) {
        info->source->ops->describe(info->source, writer->path, PATH_MAX, &found.device,
                                    &found.inode);
        name = writer->path;
    }
    if (name) {
        proc_put(writer->text, " ", 1);
        proc_put_escaped(writer->text, name, "\n");
    }
    proc_put(writer->text, "\n", 1);
}

static int put_area(const struct vma_info *info, void *argument)
{
    struct maps_writer *writer = argument;
    struct vma_counts counts;
    struct vma_usage usage;

    vma_usage_get(writer->mm, info->vma, &usage);
    vma_counts_get(info->vma, &counts);
    proc_print(writer->text, "%08lx-%08lx %c%c%c%c %7lu %7lu %7lu %8lu %8lu", info->start,
               info->end, info->flags & VMA_READ ? 'r' : '-', info->flags & VMA_WRITE ? 'w' : '-',
               info->flags & VMA_EXEC ? 'x' : '-', info->flags & VMA_SHARED ? 's' : 'p',
               usage.anonymous >> PAGE_SHIFT,
               (usage.resident - usage.anonymous - usage.shmem) >> PAGE_SHIFT,
               usage.shmem >> PAGE_SHIFT, counts.faults, counts.copies);
    put_name(writer, info);
    return 0;
}

PROC_VIEW(areas)
{
    (void)subject;
    return maps_put_areas(text, put_area);
}
