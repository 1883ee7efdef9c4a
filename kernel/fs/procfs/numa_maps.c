/*
 * /proc/PID/numa_maps: for each area the policy and the pages on each node. There is one node, and
 * one policy.
 */
#include <abi/errno.h>
#include <lib/string.h>

#include "maps.h"
#include "views.h"

static void put_name(struct maps_writer *writer, const struct vma_info *info)
{
    struct proc_text *text = writer->text;
    const char *name = maps_area_name(writer, info);

    if (!name)
        return;
    if (name[0] == '/') {
        proc_print(text, " file=");
        proc_put_escaped(text, name, "\n\t= \\");
    } else if (strcmp(name, "[heap]") == 0 || strcmp(name, "[stack]") == 0) {
        proc_print(text, " %.*s", (int)strlen(name) - 2, name + 1);
    }
}

static int put_area(const struct vma_info *info, void *argument)
{
    struct maps_writer *writer = argument;
    struct proc_text *text = writer->text;
    struct vma_usage usage;
    u64 size = maps_page_size(info);
    u64 pages, anonymous, dirty;

    vma_usage_get(writer->mm, info->vma, &usage);
    pages = (usage.resident + usage.shared_hugetlb + usage.private_hugetlb) / size;
    anonymous = (usage.anonymous + usage.anonymous_hugetlb) / size;
    dirty = (usage.shared_dirty + usage.private_dirty + usage.dirty_hugetlb) / size;
    proc_print(text, "%08lx default", info->start);
    put_name(writer, info);
    if (info->flags & VMA_HUGETLB)
        proc_print(text, " huge");
    if (anonymous)
        proc_print(text, " anon=%lu", anonymous);
    if (dirty)
        proc_print(text, " dirty=%lu", dirty);
    if (pages != anonymous && pages != dirty)
        proc_print(text, " pages=%lu", pages);
    if (usage.users_max > 1)
        proc_print(text, " mapmax=%lu", usage.users_max);
    if (pages)
        proc_print(text, " N0=%lu kernelpagesize_kB=%lu", pages, size >> 10);
    proc_put(text, "\n", 1);
    return 0;
}

PROC_VIEW(numa_maps)
{
    (void)subject;
    return maps_put_areas(text, put_area);
}
