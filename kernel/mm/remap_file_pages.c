/*
 * remap_file_pages(2), as Linux has it since it dropped nonlinear mappings: the range is mapped
 * anew, shared, at another place of the same object.
 */
#include <abi/errno.h>

#include "map.h"
#include "populate.h"

static bool continues(const struct vma *first, const struct vma *below, const struct vma *vma)
{
    return vma != NULL && vma->start == below->end && vma->object == first->object &&
           vma->source == first->source && vma->flags == first->flags;
}

/* The shared area of @start; NULL unless it and areas that only differ in their offset cover the
 * range. */
static struct vma *find_shared(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *first = vma_find_at(mm, start);
    struct vma *vma = first;

    /* What was opened for reading does not count as shared here, as on Linux. */
    if (first == NULL || !vma_is_shared_for_writing(first))
        return NULL;
    while (vma->end < end) {
        struct vma *next = vma_next(vma);

        if (!continues(first, vma, next))
            return NULL;
        vma = next;
    }
    return first;
}

/* A seal set since the area was mapped counts for what takes its place. */
static void ask_seals(struct mm_map_request *request)
{
    const struct vm_source *source = request->source;

    if (source == NULL || source->ops->is_sealed == NULL || !source->ops->is_sealed(source))
        return;
    if (request->prot & PROT_WRITE)
        request->late_refusal = -EPERM;
    else
        request->may &= ~VMA_MAYWRITE;
}

/* => map_lock held for writing; *populate: fault the range in */
static long remap_pages(struct mm *mm, vaddr_t start, size_t len, u64 index, unsigned flags,
                        bool *populate)
{
    struct vma *vma = find_shared(mm, start, start + len);
    struct mm_map_request request;
    long result;

    if (vma == NULL)
        return -EINVAL;
    request = (struct mm_map_request){
        .addr = start,
        .len = len,
        .prot = vma->flags & VMA_PROTECTION,
        .flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE | (flags & MAP_NONBLOCK) |
                 (vma->flags & VMA_LOCKED ? MAP_LOCKED : 0),
        .object = vm_object_get(vma->object),
        .offset = index << PAGE_SHIFT,
        .source = vma->source,
        .may = vma->flags & VMA_MAY_ALL,
    };
    ask_seals(&request);
    if (request.source != NULL)
        request.source->ops->get(request.source);
    result = map_locked(mm, &request, populate);
    if (request.source != NULL)
        request.source->ops->put(request.source);
    vm_object_put(request.object);
    return result;
}

int mm_remap_file_pages(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, u64 index,
                        unsigned flags)
{
    vaddr_t start = align_down(addr, PAGE_SIZE);
    bool populate = false;
    vaddr_t end;
    long result;

    len = align_down(len, PAGE_SIZE);
    if (prot != 0 || add_overflow(start, len, &end) || len == 0 ||
        index + (len >> PAGE_SHIFT) < index)
        return -EINVAL;
    write_lock(&mm->map_lock);
    result = remap_pages(mm, start, len, index, flags, &populate);
    write_unlock(&mm->map_lock);
    if (result < 0)
        return (int)result;
    if (populate)
        populate_quietly(mm, start, end, false);
    return 0;
}
