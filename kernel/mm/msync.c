/*
 * msync(2): write the dirty pages of shared file mappings back. MS_ASYNC has nothing to do: dirty
 * pages are known from their first write on. map_lock is not held during I/O.
 */
#include <abi/errno.h>
#include <abi/mman.h>

#include "refuse.h"
#include "vma.h"

struct sync_part {
    vaddr_t end;              /* of the area's part */
    struct vm_object *object; /* referenced; NULL: nothing to write */
    u64 first, last;
};

/* The first area at or above @addr; *hole when it does not begin at @addr. -ENOMEM: none below
 * @end; -EBUSY: MS_INVALIDATE of a locked area. */
static int next_part(struct mm *mm, vaddr_t addr, vaddr_t end, int flags, struct sync_part *part,
                     bool *hole)
{
    struct vma *vma = vma_find(mm, addr);

    part->object = NULL;
    if (vma == NULL || vma->start >= end)
        return refuse(-ENOMEM, REFUSED_HOLE);
    if (vma->start > addr) {
        *hole = true;
        addr = vma->start;
    }
    if ((flags & MS_INVALIDATE) && (vma->flags & VMA_LOCKED))
        return refuse(-EBUSY, REFUSED_LOCKED);
    part->end = min(vma->end, end);
    if ((flags & MS_SYNC) && vma_is_shared(vma) && !(vma->object->flags & VM_OBJECT_DEVICE)) {
        part->object = vm_object_get(vma->object);
        part->first = vma_index(vma, addr);
        part->last = vma_index(vma, part->end - 1);
    }
    return 0;
}

static int sync_range(struct mm *mm, vaddr_t addr, vaddr_t end, int flags)
{
    bool hole = false;

    while (addr < end) {
        struct sync_part part;
        int err;

        read_lock(&mm->map_lock);
        err = next_part(mm, addr, end, flags, &part, &hole);
        read_unlock(&mm->map_lock);
        if (err == 0 && part.object != NULL) {
            err = object_sync(part.object, part.first, part.last);
            vm_object_put(part.object);
        }
        if (err != 0)
            return err;
        addr = part.end;
    }
    return hole ? refuse(-ENOMEM, REFUSED_HOLE) : 0;
}

int mm_sync(struct mm *mm, vaddr_t addr, size_t len, int flags)
{
    vaddr_t end;

    if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || !is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if ((flags & MS_ASYNC) && (flags & MS_SYNC))
        return -EINVAL;
    end = addr + align_up(len, PAGE_SIZE);
    if (end < addr)
        return -ENOMEM;
    return sync_range(mm, addr, end, flags);
}
