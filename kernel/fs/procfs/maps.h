/*
 * The line of an area in /proc/PID/maps and smaps.
 */
#pragma once

#include <mm/hugetlb.h>
#include <mm/mm.h>

#include "procfs.h"

/* Bytes of a page of the area. */
static inline u64 maps_page_size(const struct vma_info *info)
{
    return info->flags & VMA_HUGETLB ? HUGETLB_SIZE : PAGE_SIZE;
}

struct maps_writer {
    struct proc_text *text;
    struct mm *mm;
    char *path; /* PATH_MAX bytes, for the name of a file */
    int (*put_area)(const struct vma_info *, void *);
};
/* Call @put_area(area, writer) for the areas of the memory that @text is about, if there are any:
 * from text->next on, a page full at most, but one at least. */
int maps_put_areas(struct proc_text *text,
                   int (*put_area)(const struct vma_info *, void *)) __must_check;
void maps_put_area(struct maps_writer *writer, const struct vma_info *area);
/* Its name; of a file: the path, in writer->path. NULL: none. */
const char *maps_area_name(struct maps_writer *writer, const struct vma_info *info);
/* The same with the name given; NULL: none. */
void maps_put_head(struct proc_text *text, const struct vma_info *info, const char *name);
