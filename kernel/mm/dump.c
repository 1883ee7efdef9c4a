/*
 * What of an address space is worth writing to a core dump.
 */
#include "fault.h"

#include "pt.h"

bool mm_area_is_private(const struct vma_info *info)
{
    return info->vma->lineage != 0;
}

/* The first address of [addr, end) whose entry names a page that is not the page of zeroes. */
static vaddr_t next_written(struct mm *mm, vaddr_t addr, vaddr_t end)
{
    while (addr < end && pt_next_upper(mm, &addr, end) != NULL) {
        vaddr_t leaf_end = pt_leaf_end(addr, end);

        for (; addr < leaf_end; addr += PAGE_SIZE) {
            struct pt_way way;
            pte_t entry = pt_peek(mm, addr, &way);

            if (!pte_is_empty(entry) && pte_pfn(entry) != page_to_pfn(zero_page))
                return addr;
        }
    }
    return end;
}

vaddr_t mm_next_contents(struct mm *mm, vaddr_t addr, vaddr_t end)
{
    vaddr_t found = end;
    struct vma *vma;

    read_lock(&mm->map_lock);
    vma_for_each_overlap (vma, mm, addr, end) {
        vaddr_t area_end = min(vma->end, end);

        found = max(addr, vma->start);
        if (vma_is_anonymous(vma))
            found = next_written(mm, found, area_end);
        if (found < area_end)
            break;
        found = end;
    }
    read_unlock(&mm->map_lock);
    return found;
}
