/*
 * Huge leaves: the blocks they name, putting them in, and splitting them (pt.h 6).
 *
 * To split, the leaf is first made unusable for every processor: two translations of different size
 * for one address must never be live at once. It stays present for whoever walks without the lock.
 * Its rights, accessed and dirty are those of each entry of the table that takes its place.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <lib/atomic.h>

#include "account.h"
#include "hugetlb.h"
#include "pt.h"
#include "thp.h"

/* ---- blocks ---- */

static u32 *sharers_of(struct page *block)
{
    return &block->lru_next;
}

/* The first huge leaf names @block. */
static void block_begin(struct page *block)
{
    ASSERT(*sharers_of(block) == 0);
    *sharers_of(block) = 1;
    page_flag_set(block, PAGE_BLOCK);
    account_map_new_pages(block, PTE_ENTRIES_PER_TABLE);
    account_total_add(ACCOUNT_ANONYMOUS_HUGE, PTE_ENTRIES_PER_TABLE);
}

void pt_block_share(pte_t leaf)
{
    if (page_flag_test(pt_page_of(leaf), PAGE_POOLED))
        hugetlb_block_map(pt_page_of(leaf));
    else
        fetch_add(sharers_of(pt_page_of(leaf)), 1);
}

/* True: it was the last leaf; the caller has the references of all of them now. */
static bool block_leave(struct page *block)
{
    if (fetch_sub(sharers_of(block), 1) > 1)
        return false;
    page_flag_clear(block, PAGE_BLOCK);
    account_total_add(ACCOUNT_ANONYMOUS_HUGE, -(s64)PTE_ENTRIES_PER_TABLE);
    return true;
}

static void take_pages(struct page *block)
{
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++)
        page_get(block + i);
    account_map_pages(block, PTE_ENTRIES_PER_TABLE);
}

static void put_pages(struct page *block)
{
    account_unmap_pages(block, PTE_ENTRIES_PER_TABLE);
    page_put_run(block, PTE_INDEX_BITS);
}

void pt_block_drop(struct page *block)
{
    if (page_flag_test(block, PAGE_POOLED))
        hugetlb_block_unmap(block);
    else if (block_leave(block))
        put_pages(block);
}

/* The entries that take the place of a leaf need references of their own, unless it is the last.
 * Those that the others hold may become ours in between. */
static void block_to_pages(struct page *block)
{
    bool is_shared = READ_ONCE(*sharers_of(block)) > 1;

    if (is_shared)
        take_pages(block);
    if (block_leave(block) && is_shared)
        put_pages(block);
}

/* ---- splitting ---- */

/* => the upper table is locked; @slot holds a huge leaf; @table is empty */
static void replace_leaf(struct mm *mm, pte_t *slot, vaddr_t base, struct pt_table *table)
{
    struct pt_table *upper = pt_table_of(slot);
    pte_t *entries = pt_table_entries(table);
    pte_t leaf = pte_load(slot);
    enum pt_kind kind = pt_kind_of(leaf);
    unsigned i;

    while (!pte_compare_exchange(slot, &leaf, pte_clear_valid(leaf)))
        ;
    if (pte_is_valid(leaf))
        arch_mmu_flush(&mm->mmu, base, base + PT_LEAF_SPAN, false);
    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++)
        pte_store(&entries[i], pte_part_of_leaf(leaf, i));
    table->nr[kind] = PTE_ENTRIES_PER_TABLE;
    upper->nr[kind]--;
    upper->nr[PT_OTHER]++;
    /* Before anybody can reach the entries: a fault that finds one looks at the counts of its page
     * to see whether it is alone. */
    block_to_pages(pt_page_of(leaf));
    pte_store(slot, pte_make_table(page_to_phys(pt_table_page(table)), true));
    thp_count(THP_SPLIT_PMD);
}

int pt_split(struct mm *mm, pte_t *slot, vaddr_t addr)
{
    struct pt_table *upper = pt_table_of(slot);
    struct pt_table *table = pt_table_create(mm, 1);

    if (table == NULL)
        return -ENOMEM;
    spin_lock(&upper->lock);
    if (pte_is_leaf(pte_load(slot), 2)) {
        replace_leaf(mm, slot, align_down(addr, PT_LEAF_SPAN), table);
        table = NULL;
    }
    spin_unlock(&upper->lock);
    if (table != NULL)
        pt_table_discard(mm, table);
    return 0;
}

/* What stands for a huge page of zeroes (pt.h): its entries are small ones from now on, but not in
 * the address spaces that share the table. */
static int split_zeroes(struct mm *mm, pte_t *slot, vaddr_t addr)
{
    pte_t entry = pte_load(slot);

    if (!pte_is_table(entry, 2) || !pt_is_zero_block(pt_leaf_of_upper(entry)))
        return 0;
    if (pt_own(mm, addr) != 0)
        return -ENOMEM;
    pt_leaf_of_upper(pte_load(slot))->zeroes = false;
    return 0;
}

int pt_split_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    while ((slot = pt_next_upper(mm, &addr, end)) != NULL) {
        if (pte_is_leaf(pte_load(slot), 2) && pt_split(mm, slot, addr) != 0)
            return -ENOMEM;
        if (split_zeroes(mm, slot, addr) != 0)
            return -ENOMEM;
        addr = pt_leaf_end(addr, end);
    }
    return 0;
}

int pt_split_at(struct mm *mm, vaddr_t addr)
{
    if (is_aligned(addr, PT_LEAF_SPAN))
        return 0;
    return pt_split_range(mm, addr, addr + 1);
}

/* ---- putting in ---- */

/* Fill an empty level-2 entry, which then counts as @kind; false: it is not empty. */
static bool install_upper(struct mm *mm, vaddr_t addr, pte_t pte, enum pt_kind kind)
{
    pte_t *slot = pt_make_upper(mm, addr);
    struct pt_table *upper;
    bool empty;

    if (IS_ERR(slot))
        return false;
    upper = pt_table_of(slot);
    spin_lock(&upper->lock);
    empty = pte_is_empty(pte_load(slot));
    if (empty) {
        upper->nr[kind]++;
        pte_store(slot, pte);
    }
    spin_unlock(&upper->lock);
    return empty;
}

bool pt_install_huge(struct mm *mm, vaddr_t addr, pte_t leaf)
{
    struct page *page = pt_page_of(leaf);

    ASSERT(is_aligned(addr, PT_LEAF_SPAN) && is_aligned(page_to_pfn(page), PTE_ENTRIES_PER_TABLE));
    block_begin(page);
    if (install_upper(mm, addr, leaf, pt_kind_of(leaf)))
        return true;
    account_unmap_pages(page, PTE_ENTRIES_PER_TABLE);
    block_leave(page);
    return false;
}

bool pt_install_table(struct mm *mm, vaddr_t addr, struct pt_table *table)
{
    pte_t pte = pte_make_table(page_to_phys(pt_table_page(table)), true);

    return install_upper(mm, addr, pte, PT_OTHER);
}

/* ---- replacing ---- */

static void count_entry(struct pt_table *table, pte_t entry, int delta)
{
    if (!pte_is_empty(entry))
        table->nr[pt_kind_of(entry)] += delta;
}

bool pt_replace_upper(struct mm *mm, vaddr_t addr, pte_t old, pte_t new)
{
    struct pt_table *upper;
    bool replaced;
    pte_t *slot;

    rcu_read_lock();
    slot = pt_find_upper(mm, addr);
    if (slot == NULL) {
        rcu_read_unlock();
        return pte_is_empty(old) && pte_is_empty(new);
    }
    upper = pt_table_of(slot);
    spin_lock(&upper->lock);
    ASSERT(!pte_is_table(pte_load(slot), 2));
    replaced = pte_compare_exchange(slot, &old, new);
    if (replaced) {
        count_entry(upper, old, -1);
        count_entry(upper, new, 1);
    }
    spin_unlock(&upper->lock);
    rcu_read_unlock();
    return replaced;
}
