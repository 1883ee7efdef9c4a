/*
 * Emptying ranges of page tables, and freeing tables that became empty (pt.h 2, 3).
 *
 * A shared leaf table that lies wholly in what goes away is dropped without looking at its entries:
 * they belong to the other sharers. Frames and tables go to the batch, which lets them go
 * after the flush.
 */
#include <kern/panic.h>
#include <lib/atomic.h>

#include "account.h"
#include "pt.h"

/* What the processor noted in an entry that is going away is kept in the page. */
static void note_use(struct page *page, pte_t pte)
{
    if (pte_is_accessed(pte) && !page_flag_test(page, PAGE_REFERENCED))
        page_flag_set(page, PAGE_REFERENCED);
    if (pte_is_dirty(pte) && page_flag_test(page, PAGE_SHMEM) && !page_flag_test(page, PAGE_DIRTY))
        page_flag_set(page, PAGE_DIRTY);
}

static void zap_entry(struct pt_table *leaf, pte_t *slot, pte_t pte, struct batch *batch)
{
    struct page *page = pt_page_of(pte);

    pte = pte_exchange(slot, pte_empty());
    leaf->nr[pt_kind_of_page(page)]--;
    if (page == NULL)
        return;
    note_use(page, pte);
    account_unmap_page(page);
    batch_add_page(batch, page);
}

/* Empty the entries of [start, end) in a leaf table. => leaf locked */
static void zap_entries(struct pt_table *leaf, vaddr_t start, vaddr_t end, struct batch *batch)
{
    pte_t *entries = pt_table_entries(leaf);
    unsigned i = pte_index(start, 1);
    unsigned nr = (end - start) >> PAGE_SHIFT;
    bool found = false;

    for (; nr > 0 && pt_table_count(leaf) > 0; nr--, i++) {
        pte_t pte = pte_load(&entries[i]);

        if (pte_is_empty(pte))
            continue;
        if (!found)
            batch_add_range(batch, start, end); /* before the pages: a full batch flushes */
        zap_entry(leaf, &entries[i], pte, batch);
        found = true;
    }
}

/* Take the leaf table that @slot names out of the address space; both tables locked. */
static void detach_leaf(struct mm *mm, pte_t *slot, struct pt_table *leaf)
{
    pte_exchange(slot, pte_empty());
    pt_table_of(slot)->nr[PT_OTHER]--;
    fetch_sub(&leaf->sharers, 1);
    fetch_sub(&mm->table_pages, 1);
}

struct pt_table *pt_detach(struct mm *mm, vaddr_t addr)
{
    vaddr_t base = align_down(addr, PT_LEAF_SPAN);
    pte_t *slot = pt_next_upper(mm, &addr, base + PT_LEAF_SPAN);
    struct pt_table *upper = pt_table_of(slot);
    struct pt_table *leaf;

    spin_lock(&upper->lock);
    leaf = pt_leaf_of_upper(pte_load(slot));
    spin_lock_nested(&leaf->lock);
    ASSERT(leaf->sharers == 1);
    detach_leaf(mm, slot, leaf);
    arch_mmu_flush(&mm->mmu, base, base + PT_LEAF_SPAN, true);
    spin_unlock(&leaf->lock);
    spin_unlock(&upper->lock);
    return leaf;
}

/*
 * Empty a huge leaf; its upper table is locked. One that reaches out of [start, end) was faulted in
 * since the range was reserved, when there was nothing: the fault came after, and it stays.
 */
static void zap_huge(pte_t *slot, vaddr_t start, vaddr_t end, struct batch *batch)
{
    pte_t pte;

    if (end - start != PT_LEAF_SPAN)
        return;
    batch_add_range(batch, start, end);
    pte = pte_exchange(slot, pte_empty());
    pt_table_of(slot)->nr[pt_kind_of(pte)]--;
    if (pte_is_present(pte)) /* else a marker (hugetlb.h) */
        batch_add_block(batch, pt_page_of(pte));
}

/* Empty the part [start, end) of a leaf table of the caller's own. => both tables are locked */
static void zap_own_table(struct batch *batch, pte_t *slot, struct pt_table *leaf, vaddr_t start,
                          vaddr_t end)
{
    bool goes = end - start == PT_LEAF_SPAN && pt_is_zero_block(leaf);

    leaf->zeroes = false;
    zap_entries(leaf, start, end, batch);
    if (!goes)
        return;
    detach_leaf(batch->mm, slot, leaf);
    batch_add_table(batch, leaf);
}

/* Drop a shared leaf table, or empty the part [start, end) of one of the caller's own. => the upper
 * table is locked */
static void zap_table(struct batch *batch, pte_t *slot, vaddr_t start, vaddr_t end)
{
    struct pt_table *leaf = pt_leaf_of_upper(pte_load(slot));

    spin_lock_nested(&leaf->lock);
    if (leaf->sharers > 1) {
        /* Flushed before the lock is given up: the others may free the pages from then on. */
        detach_leaf(batch->mm, slot, leaf);
        arch_mmu_flush(&batch->mm->mmu, start, end, true);
    } else {
        zap_own_table(batch, slot, leaf, start, end);
    }
    spin_unlock(&leaf->lock);
}

/* What one level-2 entry serves; another madvise may have emptied it already. */
static void zap_upper(struct batch *batch, pte_t *slot, vaddr_t start, vaddr_t end)
{
    struct pt_table *upper = pt_table_of(slot);
    pte_t entry;

    spin_lock(&upper->lock);
    entry = pte_load(slot);
    if (pte_is_table(entry, 2))
        zap_table(batch, slot, start, end);
    else if (!pte_is_empty(entry))
        zap_huge(slot, start, end, batch);
    spin_unlock(&upper->lock);
}

void pt_zap(struct batch *batch, const struct pt_range *range)
{
    vaddr_t addr = range->start;
    pte_t *slot;

    for (slot = pt_next_upper(batch->mm, &addr, range->end); slot != NULL;
         slot = pt_next_upper_after(batch->mm, slot, &addr, range->end)) {
        vaddr_t end = pt_leaf_end(addr, range->end);

        zap_upper(batch, slot, addr, end);
        addr = end;
    }
}

/* ---- from the reverse map ---- */

static void zap_object_entries(struct pt_cursor *cursor, vaddr_t end, bool private,
                               struct batch *batch)
{
    struct pt_table *leaf = cursor->leaf;
    pte_t *slot = cursor->slot;
    vaddr_t addr;
    bool found = false;

    if (cursor->huge)
        return; /* not of an object, and not in an object's area */
    for (addr = cursor->addr; addr < end; addr += PAGE_SIZE, slot++) {
        pte_t pte = pte_load(slot);

        if (pte_is_empty(pte) || (pt_kind_of(pte) == PT_ANONYMOUS && !private))
            continue;
        if (!found)
            batch_add_range(batch, cursor->addr, end);
        zap_entry(leaf, slot, pte, batch);
        found = true;
    }
}

void pt_zap_in_place(struct batch *batch, vaddr_t start, vaddr_t end, bool private)
{
    vaddr_t addr = start;
    struct pt_cursor cursor;

    while (addr < end) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (pt_lock(&cursor, batch->mm, addr)) {
            /* Another sharer of the table may have been first: flush in any case. */
            zap_object_entries(&cursor, next, private, batch);
            if (cursor.leaf->sharers > 1 || pt_is_shared(&cursor))
                batch_add_range(batch, addr, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
}

/* ---- freeing tables ---- */

/* Free the table below @slot, an entry of @level, if it is empty. */
static void free_table_if_empty(struct batch *batch, pte_t *slot)
{
    struct pt_table *upper = pt_table_of(slot);
    struct pt_table *table;
    bool empty;

    spin_lock(&upper->lock);
    table = pt_leaf_of_upper(pte_load(slot));
    spin_lock_nested(&table->lock);
    empty = pt_table_count(table) == 0;
    if (empty) {
        ASSERT(table->sharers == 1);
        detach_leaf(batch->mm, slot, table);
    }
    spin_unlock(&table->lock);
    spin_unlock(&upper->lock);
    if (empty)
        batch_add_table(batch, table);
}

/* Free what is empty below the entries of a table of @level that serve [start, end). */
static void free_below(struct batch *batch, pte_t *entries, unsigned level, vaddr_t start,
                       const struct pt_range *range)
{
    u64 size = pte_level_size(level);
    vaddr_t base = align_down(start, size);
    vaddr_t table_end =
        align_down(start, size * PTE_ENTRIES_PER_TABLE) + size * PTE_ENTRIES_PER_TABLE;
    vaddr_t end = min(range->end, table_end);
    unsigned left = pt_table_count(pt_table_of(entries)); /* not seen yet: the rest is empty */

    for (; base < end && left > 0; base += size) {
        pte_t *slot = pte_slot(entries, base, level);

        if (pte_is_empty(pte_load(slot)))
            continue;
        left--;
        if (!pte_is_table(pte_load(slot), level))
            continue;
        if (level > 2)
            free_below(batch, phys_to_virt(pte_paddr(pte_load(slot))), level - 1,
                       max(base, range->start), range);
        if (base >= range->floor && base + size <= range->ceiling)
            free_table_if_empty(batch, slot);
    }
}

void pt_free_tables(struct batch *batch, const struct pt_range *range)
{
    vaddr_t first = align_down(range->start, PT_LEAF_SPAN);
    vaddr_t end = align_up(range->end, PT_LEAF_SPAN);

    if (first < range->floor)
        first += PT_LEAF_SPAN;
    if (end > range->ceiling)
        end -= PT_LEAF_SPAN;
    if (first >= end)
        return; /* each table serves something else, too */
    free_below(batch, phys_to_virt(batch->mm->mmu.root), PTE_LEVELS, range->start, range);
}
