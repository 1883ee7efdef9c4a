/*
 * mincore(2): which pages of a range would not need I/O. One byte per page, in portions that fit a
 * buffer on the stack, since user memory is not touched under map_lock.
 */
#include <abi/errno.h>
#include <arch/user.h>

#include "pt.h"
#include "refuse.h"

#define PORTION_PAGES 256

static bool object_has_page(struct vm_object *object, u64 index)
{
    struct page *page = object_find_page(object, index);

    if (page == NULL)
        return false;
    page_put(page);
    return true;
}

static bool is_resident(struct mm *mm, const struct vma *vma, vaddr_t addr)
{
    struct pt_way way;

    if (pte_is_present(pt_peek(mm, addr, &way)))
        return true;
    return vma->object != NULL && !(vma->flags & VMA_HUGETLB) &&
           object_has_page(vma->object, vma_index(vma, addr));
}

/* Which pages of a file are in memory is told to its owner and to who may write it; for others all
 * are. */
static bool is_told(const struct vma *vma)
{
    return vma_is_anonymous(vma) || vma_is_trusted(vma);
}

/* => how many pages from @addr on were looked at: less than @nr where there is a hole */
static unsigned look(struct mm *mm, vaddr_t addr, unsigned nr, u8 *bytes)
{
    struct vma *vma = NULL;
    bool told = false;
    unsigned i;

    for (i = 0; i < nr; i++, addr += PAGE_SIZE) {
        if (vma == NULL || addr >= vma->end) {
            vma = vma_find_at(mm, addr);
            if (vma == NULL)
                break;
            told = is_told(vma);
        }
        bytes[i] = !told || is_resident(mm, vma, addr);
    }
    return i;
}

int mm_resident(struct mm *mm, vaddr_t addr, size_t len, u8 __user *vector)
{
    u64 left = len / PAGE_SIZE + (len % PAGE_SIZE != 0);
    u8 bytes[PORTION_PAGES];

    if (!is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if (addr > USER_END || len > USER_END - addr)
        return -ENOMEM;
    if (!user_range_ok(vector, left))
        return -EFAULT;
    while (left > 0) {
        unsigned nr = (unsigned)min(left, (u64)PORTION_PAGES);
        unsigned nr_mapped;

        read_lock(&mm->map_lock);
        nr_mapped = look(mm, addr, nr, bytes);
        read_unlock(&mm->map_lock);
        if (copy_to_user(vector, bytes, nr_mapped) != 0)
            return -EFAULT;
        if (nr_mapped < nr)
            return refuse(-ENOMEM, REFUSED_HOLE);
        addr += nr * PAGE_SIZE;
        vector += nr;
        left -= nr;
    }
    return 0;
}
