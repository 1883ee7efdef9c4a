/*
 * Faults in areas of huge pages (hugetlb.h): the table of fault.c for entries of level 2.
 *
 *   entry              | private              | shared
 *   -------------------+----------------------+------------------------------------------
 *   empty              | the object's page,   | the object's page, made from what was
 *                      | else a new one       | promised for it or else from the pool
 *   spent, of an owner | the same             | (never)
 *   spent, of a copy   | SIGBUS               | (never)
 *   read-only, write   | own: reuse or copy;  | make writable
 *                      | the object's: copy   |
 *
 * No huge page to be had: SIGBUS, because it could have been promised. An owner that must copy its
 * page because its child has it too, and gets none, takes it from the child.
 *
 * Lock: object.resize for writing, so that two threads never need two pages for one.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <lib/bits.h>

#include "fault.h"
#include "hugetlb.h"

static enum fault_result fail_pool(struct fault *fault)
{
    return fault_fail(fault, SIGBUS, BUS_ADRERR, "the pool of huge pages is empty");
}

static enum fault_result fail_memory(struct fault *fault)
{
    return fault_fail(fault, SIGKILL, 0, "out of memory");
}

static bool is_write(const struct fault *fault)
{
    return fault->access == FAULT_WRITE;
}

/* The fault at the beginning of its huge page. */
struct huge_fault {
    struct fault *fault;
    struct vma *vma;
    vaddr_t base;
    u64 index;
    pte_t entry;
};

/* ---- putting in ---- */

/* @block, which the caller holds, takes the place of what was there. */
static enum fault_result install(struct huge_fault *h, struct page *block, bool write)
{
    struct mm *mm = h->fault->mm;
    pte_t leaf = pte_widen(fault_make_entry(h->fault, page_to_pfn(block), write));
    struct page *old = pt_page_of(h->entry);
    pte_t *slot = pt_make_upper(mm, h->base);

    if (IS_ERR(slot))
        return fail_memory(h->fault);
    if (old != NULL) {
        while (!pt_replace_upper(mm, h->base, h->entry, pte_empty()))
            h->entry = pt_peek_upper(mm, h->base);
        arch_mmu_flush(&mm->mmu, h->base, h->base + HUGETLB_SIZE, false);
        pt_block_drop(old);
    }
    if (hugetlb_is_spent(h->entry) && !vma_is_shared(h->vma))
        leaf = pte_set_noted(leaf);
    hugetlb_block_map(block);
    if (!pt_replace_upper(mm, h->base, old == NULL ? h->entry : pte_empty(), leaf))
        panic("hugetlb: the entry changed under object.resize");
    return FAULT_DONE;
}

/* ---- private pages ---- */

/* Is a page promised for this address still to be had? */
static bool is_promised(const struct huge_fault *h)
{
    return (h->vma->flags & VMA_HUGETLB_OWNER) && !hugetlb_is_spent(h->entry);
}

/* A private page: a copy of @source, or zeroes. */
static enum fault_result fault_private(struct huge_fault *h, const struct page *source)
{
    bool promised = is_promised(h);
    struct page *block = hugetlb_take(promised);
    enum fault_result result;
    unsigned i;

    if (block == NULL)
        return fail_pool(h->fault);
    for (i = 0; i < HUGETLB_PAGES; i++) {
        if (source != NULL)
            page_copy(block + i, source + i);
        else
            page_zero(block + i);
    }
    vma_set_lineage(h->vma);
    result = install(h, block, is_write(h->fault));
    if (result == FAULT_DONE)
        hugetlb_block_put(block); /* the entry has references of its own */
    else
        hugetlb_untake(block, promised);
    return result;
}

static enum fault_result make_writable(struct huge_fault *h)
{
    pte_t leaf = pte_set_dirty(pte_set_soft_dirty(pte_set_accessed(h->entry)));

    if (h->vma->flags & VMA_WRITE)
        leaf = pte_set_writable(leaf);
    while (!pt_replace_upper(h->fault->mm, h->base, h->entry, leaf))
        h->entry = pt_peek_upper(h->fault->mm, h->base);
    arch_mmu_flush_local(&h->fault->mm->mmu, h->fault->addr);
    return FAULT_DONE;
}

/* The write to a page that is not writable. */
static enum fault_result fault_write_private(struct huge_fault *h)
{
    struct page *block = pt_page_of(h->entry);
    enum fault_result result;

    if (hugetlb_is_private(block) && page_map_count(block) == 1)
        return make_writable(h);
    result = fault_private(h, block);
    if (result != FAULT_FAILED || h->fault->failure->signal != SIGBUS ||
        !hugetlb_is_private(block) || !(h->vma->flags & VMA_HUGETLB_OWNER))
        return result;
    hugetlb_zap_copies(h->vma, h->index, block);
    return page_map_count(block) == 1 ? make_writable(h) : result;
}

/* ---- the table ---- */

static enum fault_result fault_absent(struct huge_fault *h)
{
    struct vm_object *object = h->vma->object;
    struct page *block;
    int err;

    if (h->index >= div_round_up(object->size, HUGETLB_SIZE))
        return fault_fail(h->fault, SIGBUS, BUS_ADRERR, "past the end of the mapped object");
    if (pte_is_special_entry(h->entry) && !(h->vma->flags & VMA_HUGETLB_OWNER))
        return fault_fail(h->fault, SIGBUS, BUS_ADRERR,
                          "the process it was copied from needed the huge page");
    if (vma_is_shared(h->vma)) {
        err = hugetlb_fill(object, h->index, &block);
        if (err != 0)
            return err == -ENOSPC ? fail_pool(h->fault) : fail_memory(h->fault);
        return install(h, block, true);
    }
    block = hugetlb_find(object, h->index);
    if (block == NULL || is_write(h->fault))
        return fault_private(h, block);
    return install(h, block, false);
}

static enum fault_result fault_locked(struct huge_fault *h)
{
    h->entry = pt_peek_upper(h->fault->mm, h->base);
    if (!pte_is_present(h->entry))
        return fault_absent(h);
    if (!is_write(h->fault) || pte_is_writable(h->entry)) {
        arch_mmu_flush_local(&h->fault->mm->mmu, h->fault->addr);
        return FAULT_DONE;
    }
    return vma_is_shared(h->vma) ? make_writable(h) : fault_write_private(h);
}

enum fault_result fault_hugetlb(struct fault *fault)
{
    struct huge_fault h = {
        .fault = fault, .vma = fault->vma, .base = align_down(fault->addr, HUGETLB_SIZE)};
    struct vm_object *object = h.vma->object;
    enum fault_result result;

    h.index = hugetlb_index(h.vma, h.base);
    write_lock(&object->resize);
    result = fault_locked(&h);
    write_unlock(&object->resize);
    return result;
}
