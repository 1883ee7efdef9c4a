/*
 * Faults where a page of 2 MiB may be used: private memory without object, the aligned 2 MiB inside
 * one area, nothing below its level-2 entry, and allowed by the settings (thp.c).
 *
 * A write gets a huge leaf. A read gets a leaf table full of the page of zeroes: the program sees
 * what it would with a huge page of zeroes (all of it resident, copied by small pages when written
 * to), and no block of 2 MiB is needed for that. The first write to a huge leaf that fork left
 * without write permission takes it back whole when all of its pages have one user; else the leaf
 * is split and one page copied.
 */
#include <kern/panic.h>
#include <kmem/frames.h>

#include "anon_family.h"
#include "fault.h"
#include "thp.h"

bool fault_may_be_huge(const struct fault *fault)
{
    vaddr_t base = align_down(fault->addr, THP_SIZE);
    const struct vma *vma = fault->vma;

    return vma->object == NULL && base >= vma->start && vma->end - base >= THP_SIZE &&
           thp_is_enabled(vma) && pte_is_empty(pt_peek_upper(fault->mm, base));
}

/* It could not be put in: another thread was faster, or there is no memory for the tables above. */
static enum fault_result not_installed(const struct fault *fault, vaddr_t base)
{
    return pte_is_empty(pt_peek_upper(fault->mm, base)) ? FAULT_SMALL : FAULT_RETRY;
}

/* A leaf table in which every entry is the page of zeroes. */
enum fault_result fault_zero_table(struct fault *fault)
{
    pte_t pte = pte_set_ownerless(fault_make_entry(fault, page_to_pfn(zero_page), false));
    struct pt_table *table;
    pte_t *entries;
    unsigned i;

    vma_set_lineage(fault->vma); /* as on Linux, where the huge page is what needs it */
    table = pt_table_create(fault->mm, 1);
    if (table == NULL)
        return FAULT_SMALL;
    entries = pt_table_entries(table);
    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++)
        pte_store(&entries[i], pte);
    table->nr[PT_OTHER] = PTE_ENTRIES_PER_TABLE;
    table->zeroes = true;
    if (pt_install_table(fault->mm, fault->addr, table))
        return FAULT_DONE;
    pt_table_discard(fault->mm, table);
    return not_installed(fault, fault->addr);
}

enum fault_result fault_new_huge_page(struct fault *fault)
{
    vaddr_t base = align_down(fault->addr, THP_SIZE);
    struct page *block = thp_alloc(thp_is_worth_effort(fault->vma), true);
    pte_t leaf;

    vma_set_lineage(fault->vma);
    if (block == NULL) {
        thp_count(THP_FAULT_FALLBACK);
        return FAULT_SMALL;
    }
    private_pages_init(block, PTE_ENTRIES_PER_TABLE, fault->vma, base);
    leaf = pte_widen(fault_make_entry(fault, page_to_pfn(block), true));
    leaf = pte_set_soft_dirty(pte_set_dirty(leaf)); /* as on Linux, also after a read */
    if (pt_install_huge(fault->mm, base, leaf)) {
        thp_count(THP_FAULT_ALLOC);
        return FAULT_DONE;
    }
    page_put_run(block, THP_ORDER);
    return not_installed(fault, base);
}

/* ---- the write after fork ---- */

static bool has_one_user(pte_t leaf)
{
    const struct page *block = pt_page_of(leaf);
    unsigned i;

    if (pt_block_sharers(leaf) > 1)
        return false;
    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        if (page_map_count(block + i) != 1 || page_references(block + i) != 1)
            return false;
    }
    return true;
}

static void make_writable(pte_t *slot)
{
    pte_t leaf = pte_load(slot);

    while (!pte_compare_exchange(
        slot, &leaf, pte_set_soft_dirty(pte_set_dirty(pte_set_accessed(pte_set_writable(leaf))))))
        ;
}

static enum fault_result try_reuse_leaf(const struct fault *fault, struct pt_cursor *cursor)
{
    if (!cursor->huge)
        return FAULT_SMALL;
    if (!pte_is_same(pt_get(cursor), fault->entry))
        return FAULT_RETRY;
    if (!(fault->vma->flags & VMA_WRITE) || !has_one_user(pte_load(cursor->slot)))
        return FAULT_SMALL;
    make_writable(cursor->slot);
    return FAULT_DONE;
}

enum fault_result fault_reuse_huge(struct fault *fault)
{
    struct pt_cursor cursor;
    enum fault_result result;

    if (!pte_is_leaf(pt_peek_upper(fault->mm, fault->addr), 2) ||
        !pt_lock(&cursor, fault->mm, fault->addr))
        return FAULT_SMALL;
    result = try_reuse_leaf(fault, &cursor);
    pt_unlock(&cursor);
    if (result == FAULT_DONE)
        arch_mmu_flush_local(&fault->mm->mmu, fault->addr);
    return result;
}
