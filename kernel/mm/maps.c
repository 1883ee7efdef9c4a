/*
 * Walking the areas of an address space for /proc views and core dumps.
 */
#include "shmem.h"
#include "vma.h"

/* Linux names the area that contains the heap, and the stack by where the program's stack began. */
static const char *area_name(const struct mm *mm, const struct vma *vma)
{
    if (vma->flags & VMA_SPECIAL)
        return vma->name;
    if (vma->source != NULL)
        return NULL;
    if (vma->object != NULL)
        return "/dev/zero (deleted)"; /* what Linux makes of MAP_SHARED | MAP_ANONYMOUS */
    if (mm->brk_start != 0 && vma->start <= mm->brk && vma->end >= mm->brk_start)
        return "[heap]";
    if (vma->start <= mm->stack_start && vma->end >= mm->stack_start && mm->stack_start != 0)
        return "[stack]";
    return NULL;
}

static void area_describe(const struct mm *mm, struct vma *vma, struct vma_info *info)
{
    *info = (struct vma_info){
        .start = vma->start,
        .end = vma->end,
        .flags = vma->flags,
        .offset =
            vma->object != NULL && !(vma->flags & VMA_SPECIAL) ? (u64)vma->offset << PAGE_SHIFT : 0,
        .device = vma_is_shared(vma) ? SHMEM_DEVICE : 0,
        .inode = vma_is_shared(vma) ? shmem_serial(vma->object) : 0,
        .name = area_name(mm, vma),
        .source = vma->flags & VMA_SPECIAL ? NULL : vma->source,
        .shows_frames = vma_shows_frames(vma),
        .for_writing = vma_is_shared_for_writing(vma),
        .vma = vma,
    };
}

int mm_for_each_area(struct mm *mm, vaddr_t from,
                     int (*callback)(const struct vma_info *info, void *argument), void *argument)
{
    struct vma_info info;
    struct vma *vma;
    int result = 0;

    read_lock(&mm->map_lock);
    for (vma = vma_find(mm, from); vma != NULL && result == 0; vma = vma_next(vma)) {
        area_describe(mm, vma, &info);
        result = callback(&info, argument);
    }
    read_unlock(&mm->map_lock);
    return result;
}
