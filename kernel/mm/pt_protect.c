/*
 * Changing the rights of entries that exist.
 *
 * Write permission is given here only where a fault had nothing left to decide or to note: to a
 * private page that was written to and that nobody else uses. Whatever else may be written to in
 * the area (sole owner or copy, write notice) is the fault's decision, so there the new entry is
 * writable only if the old one was. Whatever is allowed at all can be read on this machine.
 */
#include <kern/panic.h>

#include "anon_family.h"
#include "pt.h"

/* Would a write fault only give back what was taken? A page that MADV_FREE gave up is not dirty. */
static bool needs_no_fault(const struct vma *vma, pte_t entry)
{
    const struct page *page = pt_page_of(entry);

    return (vma->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE && pte_is_dirty(entry) &&
           !pte_is_uffd_wp(entry) && ((vma->flags & VMA_SOFTDIRTY) || pte_is_soft_dirty(entry)) &&
           page != NULL && private_page_is_alone(page);
}

/* @slot gets the rights @prot, writable only if it was or is to @become so. True: a right was lost.
 */
static bool protect_entry(pte_t *slot, unsigned prot, bool become)
{
    pte_t old = pte_load(slot);
    pte_t new;

    do {
        new = pte_change_protection(old, prot);
        if (!pte_is_writable(old) && !become)
            new = pte_clear_writable(new);
    } while (!pte_compare_exchange(slot, &old, new));
    return pte_is_valid(old) && !pte_is_same(old, new);
}

/* A huge leaf is one entry. => wholly in the range: it was split at the edges */
static bool protect_huge(pte_t *slot, unsigned prot)
{
    struct pt_table *upper = pt_table_of(slot);
    bool lost;

    spin_lock(&upper->lock);
    lost = protect_entry(slot, prot, false);
    spin_unlock(&upper->lock);
    return lost;
}

static bool protect_table(const struct vma *vma, pte_t *slot, vaddr_t start, vaddr_t end)
{
    struct pt_table *leaf = pt_leaf_of_upper(pte_load(slot));
    pte_t *entry = pte_slot(pt_table_entries(leaf), start, 1);
    unsigned prot = pt_protection(vma->flags);
    bool lost = false;

    spin_lock(&leaf->lock);
    ASSERT(pte_is_writable(pte_load(slot)));
    for (; start < end; start += PAGE_SIZE, entry++) {
        pte_t old = pte_load(entry);

        if (pte_is_present(old))
            lost |= protect_entry(entry, prot, needs_no_fault(vma, old));
    }
    spin_unlock(&leaf->lock);
    return lost;
}

static bool protect_leaf(const struct vma *vma, pte_t *slot, vaddr_t start, vaddr_t end)
{
    if (pte_is_table(pte_load(slot), 2))
        return protect_table(vma, slot, start, end);
    ASSERT(end - start == PT_LEAF_SPAN);
    if (!pte_is_present(pte_load(slot)))
        return false; /* a marker (hugetlb.h) */
    return protect_huge(slot, pt_protection(vma->flags));
}

void pt_protect(struct batch *batch, const struct vma *vma)
{
    vaddr_t addr = vma->start;
    pte_t *slot;

    for (slot = pt_next_upper(batch->mm, &addr, vma->end); slot != NULL;
         slot = pt_next_upper_after(batch->mm, slot, &addr, vma->end)) {
        vaddr_t next = pt_leaf_end(addr, vma->end);

        if (protect_leaf(vma, slot, addr, next))
            batch_add_range(batch, addr, next);
        addr = next;
    }
}

static bool clean_entries(struct pt_cursor *cursor, vaddr_t end)
{
    pte_t *slot = cursor->slot;
    vaddr_t addr;
    bool lost = false;

    if (cursor->huge)
        return false;
    for (addr = cursor->addr; addr < end; addr += PAGE_SIZE, slot++) {
        pte_t pte = pte_load(slot);

        if (pte_is_empty(pte) || pt_kind_of(pte) == PT_ANONYMOUS || pt_page_of(pte) == NULL ||
            !pte_is_writable(pte))
            continue;
        pte_exchange_clear_writable(slot);
        pte_test_and_clear_dirty(slot);
        lost = true;
    }
    return lost;
}

void pt_clean_in_place(struct batch *batch, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    struct pt_cursor cursor;

    while (addr < end) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (pt_lock(&cursor, batch->mm, addr)) {
            if (clean_entries(&cursor, next))
                batch_add_range(batch, addr, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
}
