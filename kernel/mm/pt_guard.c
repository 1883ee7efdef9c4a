/*
 * Entries that are guarded: a program wants to be asked before they are written to
 * (include/mm/userfault.h).
 *
 * A guarded entry is present, is not writable, lies in an area with VMA_ASK_WRITE and in a leaf
 * table that nobody shares: fork copies such tables at once, and the child's entries are ordinary
 * ones. Only pt_unguard makes it ordinary, or the entry goes. Huge leaves are not guarded, but
 * split before.
 */
#include <kern/panic.h>

#include "pt.h"

/* True: a right was lost. */
static bool guard_entry(pte_t *slot)
{
    pte_t old = pte_load(slot);

    while (!pte_compare_exchange(slot, &old, pte_set_uffd_wp(pte_clear_writable(old))))
        ;
    return pte_is_valid(old) && pte_is_writable(old);
}

static void unguard_entry(pte_t *slot)
{
    pte_t old = pte_load(slot);

    while (!pte_compare_exchange(slot, &old, pte_clear_uffd_wp(old)))
        ;
}

/* => @upper names a leaf table */
static bool change_table(pte_t *upper, vaddr_t start, vaddr_t end, bool guard)
{
    struct pt_table *leaf = pt_leaf_of_upper(pte_load(upper));
    pte_t *slot = pte_slot(pt_table_entries(leaf), start, 1);
    bool lost = false;

    spin_lock(&leaf->lock);
    for (; start < end; start += PAGE_SIZE, slot++) {
        if (!pte_is_present(pte_load(slot)))
            continue;
        if (guard)
            lost |= guard_entry(slot);
        else if (pte_is_uffd_wp(pte_load(slot)))
            unguard_entry(slot);
    }
    spin_unlock(&leaf->lock);
    return lost;
}

void pt_guard(struct batch *batch, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    for (slot = pt_next_upper(batch->mm, &addr, end); slot != NULL;
         slot = pt_next_upper_after(batch->mm, slot, &addr, end)) {
        vaddr_t next = pt_leaf_end(addr, end);

        ASSERT(pte_is_table(pte_load(slot), 2) && pte_is_writable(pte_load(slot)));
        if (change_table(slot, addr, next, true))
            batch_add_range(batch, addr, next);
        addr = next;
    }
}

void pt_unguard(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    for (slot = pt_next_upper(mm, &addr, end); slot != NULL;
         slot = pt_next_upper_after(mm, slot, &addr, end)) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (pte_is_table(pte_load(slot), 2) && pte_is_writable(pte_load(slot)))
            change_table(slot, addr, next, false);
        addr = next;
    }
}
