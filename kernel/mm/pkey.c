/*
 * Protection keys (pkeys(7)): which are in use in an address space, and execute-only memory, which
 * is a key that nobody may read through.
 *
 * An area carries its key in its flags, an entry a copy of it; what a thread may do with the key is
 * the processor's to check and, for pages that are not there yet, the fault's. Lock: map_lock held
 * for writing.
 */
#include <abi/errno.h>
#include <arch/pkey.h>

#include "pkey.h"

#define NO_KEY (-1)

void pkey_init(struct mm *mm)
{
    mm->pkeys_used = arch_pkey_present() ? 1 : 0;
    mm->execute_only_key = NO_KEY;
}

void pkey_inherit(struct mm *child, const struct mm *parent)
{
    child->pkeys_used = parent->pkeys_used;
    child->execute_only_key = parent->execute_only_key;
}

bool pkey_is_usable(const struct mm *mm, int key)
{
    return key >= 0 && key < ARCH_NR_PKEYS && key != mm->execute_only_key &&
           (mm->pkeys_used >> key & 1);
}

/* The lowest free key, from now on in use; NO_KEY: none. */
static int take_key(struct mm *mm)
{
    int key;

    if (!arch_pkey_present())
        return NO_KEY;
    for (key = 0; key < ARCH_NR_PKEYS; key++) {
        if (!(mm->pkeys_used >> key & 1)) {
            mm->pkeys_used |= (u16)(1u << key);
            return key;
        }
    }
    return NO_KEY;
}

u32 pkey_execute_only(struct mm *mm)
{
    bool is_new = mm->execute_only_key == NO_KEY;

    if (is_new)
        mm->execute_only_key = (s8)take_key(mm);
    if (mm->execute_only_key == NO_KEY)
        return 0;
    if (is_new || arch_pkey_allows((unsigned)mm->execute_only_key, false))
        arch_pkey_set((unsigned)mm->execute_only_key, ARCH_PKEY_DISABLE_ACCESS);
    return (u32)mm->execute_only_key;
}

/* The area is, or becomes, executable only. */
u32 pkey_for_execute_only(struct mm *mm, const struct vma *vma, u32 rights)
{
    u32 key = vma_pkey(vma->flags);

    if (rights == VMA_EXEC) {
        u32 execute_only = pkey_execute_only(mm);

        if (execute_only != 0)
            return execute_only;
    }
    /* What was readable by nobody because of its key must not stay so. */
    if ((vma->flags & VMA_PROTECTION) == VMA_EXEC && mm->execute_only_key != NO_KEY &&
        key == (u32)mm->execute_only_key)
        return 0;
    return key;
}

int mm_pkey_alloc(struct mm *mm, unsigned disabled)
{
    int key;

    write_lock(&mm->map_lock);
    key = take_key(mm);
    write_unlock(&mm->map_lock);
    if (key == NO_KEY)
        return -ENOSPC;
    arch_pkey_set((unsigned)key, disabled);
    return key;
}

int mm_pkey_free(struct mm *mm, int key)
{
    int err = -EINVAL;

    write_lock(&mm->map_lock);
    if (pkey_is_usable(mm, key)) {
        mm->pkeys_used &= (u16) ~(1u << key);
        err = 0;
    }
    write_unlock(&mm->map_lock);
    return err;
}
