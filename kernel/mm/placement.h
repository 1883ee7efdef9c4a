/* Where a new mapping goes (placement.c). */
#pragma once

#include "vma.h"

/*
 * placement_find: the address for @len bytes (a multiple of PAGE_SIZE), as mmap(2) chooses it.
 * => @map_flags: MAP_HUGETLB: on the alignment of huge pages; -EINVAL when it cannot be
 * => @addr: hint, or with MAP_FIXED the answer; map_lock held
 * => -ENOMEM no room or above USER_END, -EINVAL not page-aligned, -EPERM below MMAP_MIN_ADDR unless
 * @low
 */
long placement_find(const struct mm *mm, vaddr_t addr, size_t len, unsigned map_flags,
                    bool low) __must_check;
