/*
 * Protection keys of areas (pkey.c). map_lock held for writing.
 */
#pragma once

#include "vma.h"

void pkey_init(struct mm *mm);
void pkey_inherit(struct mm *child, const struct mm *parent);

/* May the program give @key to an area? */
bool pkey_is_usable(const struct mm *mm, int key);

/* The key of memory that can only be executed; 0: there is none to be had. */
u32 pkey_execute_only(struct mm *mm);

/* The key of @vma when mprotect gives it @rights (VMA_READ ...) without naming one. */
u32 pkey_for_execute_only(struct mm *mm, const struct vma *vma, u32 rights);
static inline u32 pkey_for_protection(struct mm *mm, const struct vma *vma, u32 rights)
{
    if (likely(rights != VMA_EXEC && (vma->flags & VMA_PROTECTION) != VMA_EXEC))
        return vma_pkey(vma->flags);
    return pkey_for_execute_only(mm, vma, rights);
}
