/*
 * Install if unchanged: how every fault ends (fault.c).
 *
 * The leaf table is locked and the entry compared with the one the decision was based on. Where a
 * present entry is replaced, it is emptied and flushed everywhere before the new one is set, under
 * the lock: no two threads ever see different frames at one address.
 */
#include <kmem/frames.h>

#include "fault.h"

pte_t fault_make_entry(const struct fault *fault, pfn_t pfn, bool write)
{
    pte_t pte = pte_make_leaf(pfn, 1, pt_protection(fault->vma->flags));

    if (!write || (fault->access != FAULT_WRITE && !(fault->vma->flags & VMA_SOFTDIRTY)))
        pte = pte_clear_writable(pte);
    else if (fault->access == FAULT_WRITE)
        pte = pte_set_dirty(pte_set_soft_dirty(pte));
    return pte_set_accessed(pte);
}

enum fault_result fault_install(struct fault *fault, pte_t pte, struct page *page,
                                const struct page *source)
{
    struct pt_cursor cursor __uncleared;
    enum fault_result result = fault_lock(fault, &cursor);
    struct page *old = NULL;

    if (result != FAULT_DONE) {
        if (page != NULL)
            page_put(page);
        return result;
    }
    if (source != NULL)
        page_copy(page, source);
    if (!pte_is_empty(fault->entry)) {
        old = pt_page_of(pt_take(&cursor));
        if (pte_is_valid(fault->entry))
            arch_mmu_flush(&fault->mm->mmu, fault->addr, fault->addr + PAGE_SIZE, false);
    }
    pt_install(&cursor, pte);
    pt_unlock(&cursor);
    if (old != NULL)
        page_put(old);
    return FAULT_DONE;
}
