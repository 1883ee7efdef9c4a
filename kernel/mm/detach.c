/*
 * Unmapping an attachment: the half of shmdt(2) that knows areas.
 *
 * Since it was made, an attachment may have been split by mprotect(2), cut by munmap(2), and other
 * things may lie in its holes. What is left of it are the areas that show, relative to the address
 * where it began, what they showed then, through the same door.
 */
#include <abi/errno.h>

#include "unmap.h"

static bool is_in_place(const struct vma *vma, vaddr_t addr)
{
    return vma->start >= addr && (vma->start - addr) >> PAGE_SHIFT == vma->offset;
}

static bool has_operations(const struct vma *vma, const struct vm_source_ops *ops)
{
    return !(vma->flags & VMA_SPECIAL) && vma->source != NULL && vma->source->ops == ops;
}

static struct vma *find_first(struct mm *mm, vaddr_t addr, const struct vm_source_ops *ops)
{
    struct vma *vma = vma_find(mm, addr);

    while (vma != NULL && !(has_operations(vma, ops) && is_in_place(vma, addr)))
        vma = vma_next(vma);
    return vma;
}

/* => map_lock held for writing */
static int detach_locked(struct mm *mm, vaddr_t addr, const struct vm_source_ops *ops)
{
    struct vma *vma = find_first(mm, addr, ops);
    const struct vm_source *source;
    vaddr_t end;
    int err = 0;

    if (vma == NULL)
        return -EINVAL;
    source = vma->source; /* only compared from here on */
    end = addr + align_up(READ_ONCE(vma->object->size), PAGE_SIZE);
    while (err == 0 && vma != NULL) {
        struct vma *next = vma_next(vma);

        if (has_operations(vma, ops) && vma->source == source && is_in_place(vma, addr))
            err = unmap_locked(mm, vma->start, vma->end);
        vma = next != NULL && next->end <= end ? next : NULL;
    }
    return err;
}

int mm_detach(struct mm *mm, vaddr_t addr, const struct vm_source_ops *ops)
{
    int err;

    if (!is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    write_lock(&mm->map_lock);
    err = detach_locked(mm, addr, ops);
    write_unlock(&mm->map_lock);
    return err;
}
