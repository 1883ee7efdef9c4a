/*
 * Where a new mapping goes: the hint if it is free, else the highest hole below mmap_base, else the
 * lowest hole above a third of the address space (or the latter at once). MAP_32BIT looks between 1
 * and 2 GiB.
 *
 * The order and the errors are Linux's, because programs (and their authors) see them.
 */
#include <abi/errno.h>

#include <mm/hugetlb.h>

#include "placement.h"
#include "refuse.h"
#include "settings.h"

#define LOW_2G_START 0x40000000UL
#define LOW_2G_END   0x80000000UL

static bool is_free(const struct mm *mm, vaddr_t addr, size_t len)
{
    const struct vma *next = vma_find(mm, addr);

    return next == NULL || addr + len <= vma_gap_start(next);
}

/* => 0: no room */
static vaddr_t find_low(const struct mm *mm, vaddr_t hint, size_t len)
{
    if (len > LOW_2G_END)
        return 0;
    hint = align_up(hint, PAGE_SIZE);
    if (hint != 0 && LOW_2G_END - len >= hint && is_free(mm, hint, len))
        return hint;
    return vma_gap_find_bottom_up(mm, len, LOW_2G_START, LOW_2G_END);
}

/* The same for huge pages: the hint and the holes on their alignment; MAP_32BIT means nothing. */
static vaddr_t find_aligned(const struct mm *mm, vaddr_t hint, size_t len)
{
    size_t slack = HUGETLB_SIZE - PAGE_SIZE;
    vaddr_t found;

    hint = align_down(hint, HUGETLB_SIZE);
    if (hint != 0 && USER_END - len >= hint && is_free(mm, hint, len))
        return hint;
    if (len > USER_END - slack)
        return 0;
    if (!mm->bottom_up) {
        found = vma_gap_find_top_down(mm, len + slack, PAGE_SIZE, mm->mmap_base);
        if (found != 0)
            return align_down(found + slack, HUGETLB_SIZE);
    }
    found = vma_gap_find_bottom_up(mm, len + slack, mm->mmap_bottom, USER_END);
    return align_up(found, HUGETLB_SIZE);
}

static vaddr_t find_anywhere(const struct mm *mm, vaddr_t hint, size_t len)
{
    vaddr_t found;

    hint = mm->bottom_up ? align_up(hint, PAGE_SIZE) : align_down(hint, PAGE_SIZE);
    if (hint != 0 && USER_END - len >= hint && is_free(mm, hint, len))
        return hint;
    if (!mm->bottom_up) {
        found = vma_gap_find_top_down(mm, len, PAGE_SIZE, mm->mmap_base);
        if (found != 0)
            return found;
    }
    return vma_gap_find_bottom_up(mm, len, mm->mmap_bottom, USER_END);
}

static vaddr_t find_place(const struct mm *mm, vaddr_t hint, size_t len, unsigned map_flags)
{
    if (map_flags & MAP_HUGETLB)
        return find_aligned(mm, hint, len);
    return map_flags & MAP_32BIT ? find_low(mm, hint, len) : find_anywhere(mm, hint, len);
}

long placement_find(const struct mm *mm, vaddr_t addr, size_t len, unsigned map_flags, bool low)
{
    if ((map_flags & MAP_HUGETLB) && !is_aligned(len, HUGETLB_SIZE))
        return -EINVAL;
    if (len > USER_END)
        return -ENOMEM;
    if (!(map_flags & MAP_FIXED)) {
        if (addr != 0 && align_down(addr, PAGE_SIZE) < settings_min_address())
            addr = settings_min_address();
        addr = find_place(mm, addr, len, map_flags);
        if (addr == 0)
            return refuse(-ENOMEM, REFUSED_NO_ROOM);
    } else if ((map_flags & MAP_HUGETLB) && !is_aligned(addr, HUGETLB_SIZE)) {
        return -EINVAL;
    }
    if (addr > USER_END - len)
        return -ENOMEM;
    if (!is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if (addr < settings_min_address() && !low)
        return refuse(-EPERM, REFUSED_LOW);
    return addr;
}
