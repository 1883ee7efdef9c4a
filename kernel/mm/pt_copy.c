/*
 * fork: giving the child the private pages of the parent (pt.h 2; DESIGN 2.2).
 *
 * A leaf table that serves only areas which the child inherits privately is shared: one count and
 * two level-2 entries without write permission, whatever it holds; so is the block of a huge leaf.
 * A table with few entries, with guarded ones (pt_guard.c), or with others' entries in it, is
 * copied at once.
 *
 * => map_lock of the parent held for writing; nobody runs in the child yet
 */
#include <abi/errno.h>
#include <kern/panic.h>

#include "hugetlb.h"
#include "pt.h"

/*
 * A table with at most this many entries is copied at once: sharing costs either side that writes
 * later a fault and a copy of the table, which pays when many entries are then left untouched.
 */
#define PT_COPY_ENTRIES 8

/* Do all areas that the leaf table of @addr serves go to the child? */
static bool is_sharable(struct mm *parent, vaddr_t addr)
{
    vaddr_t base = align_down(addr, PT_LEAF_SPAN);
    struct vma *vma;

    vma_for_each_overlap (vma, parent, base, base + PT_LEAF_SPAN) {
        if (!vma_fork_copies(vma) || (vma->flags & VMA_ASK_WRITE))
            return false;
    }
    return true;
}

/* One more level-2 entry for a leaf table or a block, both without write permission. => upper table
 * of @from locked; nobody else looks at @to yet */
static void share_entry(pte_t *from, pte_t *to)
{
    pte_t entry = pte_clear_writable(pte_exchange_clear_writable(from));

    pte_store(to, entry);
    if (pte_is_table(entry, 2))
        fetch_add(&pt_leaf_of_upper(entry)->sharers, 1);
    else
        pt_block_share(entry);
}

/* @nr entries were shared into the table of @to, @nr_huge of them huge leaves. */
static void count_shared(struct mm *child, pte_t *to, unsigned nr, unsigned nr_huge)
{
    pt_table_of(to)->nr[PT_ANONYMOUS] += nr_huge;
    pt_table_of(to)->nr[PT_OTHER] += nr - nr_huge;
    fetch_add(&child->table_pages, nr - nr_huge);
}

/* How many entries of a table of @vma's are few: any number where some may be guarded. */
static unsigned few_entries(const struct vma *vma)
{
    return vma->flags & VMA_ASK_WRITE ? PTE_ENTRIES_PER_TABLE : PT_COPY_ENTRIES;
}

static bool is_better_copied(pte_t upper, unsigned few)
{
    return pte_is_table(upper, 2) && pt_table_count(pt_leaf_of_upper(upper)) <= few;
}

/*
 * share_run: share the leaf tables and huge leaves from *addr on that lie wholly in the area, up to
 * the end of the level-2 table or to a table that is better copied. *addr: how far it got.
 * => -ENOMEM
 */
static int share_run(struct mm *child, const struct vma *vma, pte_t *from, vaddr_t *addr)
{
    pte_t *to = pt_make_upper(child, *addr);
    unsigned nr = 0, nr_huge = 0, few = few_entries(vma);
    vaddr_t end = vma->end;

    if (IS_ERR(to))
        return PTR_ERR(to);
    spin_lock(&pt_table_of(from)->lock);
    for (; *addr + PT_LEAF_SPAN <= end; from++, to++) {
        pte_t entry = pte_load(from);

        if (pte_is_empty(entry) || !pte_is_empty(pte_load(to)) || is_better_copied(entry, few))
            break;
        share_entry(from, to);
        nr++;
        nr_huge += !pte_is_table(entry, 2);
        *addr += PT_LEAF_SPAN;
        if (pte_index(*addr, 2) == 0) {
            to++;
            break;
        }
    }
    spin_unlock(&pt_table_of(from)->lock);
    if (nr > 0)
        count_shared(child, to - 1, nr, nr_huge);
    return 0;
}

/* => 1: shared; 0: to be copied; -ENOMEM */
static int share_leaf(struct mm *child, pte_t *from, vaddr_t addr, struct batch *batch)
{
    struct pt_table *leaf = pt_leaf_of_upper(pte_load(from));
    vaddr_t base = align_down(addr, PT_LEAF_SPAN);
    pte_t *to = pt_make_upper(child, addr);

    if (IS_ERR(to))
        return PTR_ERR(to);
    if (!pte_is_empty(pte_load(to)))
        return pte_pfn(pte_load(to)) == pte_pfn(pte_load(from)); /* by the area below this one */
    if (pt_table_count(leaf) <= PT_COPY_ENTRIES || !is_sharable(batch->mm, addr))
        return 0;

    spin_lock(&pt_table_of(from)->lock);
    share_entry(from, to);
    spin_unlock(&pt_table_of(from)->lock);
    count_shared(child, to, 1, 0);
    batch_add_range(batch, base, base + PT_LEAF_SPAN);
    batch->tables_freed = true; /* the writable walk must be forgotten, too */
    return 1;
}

/* The entry as both sides hold it. */
static pte_t copy_entry(pte_t *from, bool *lost)
{
    pte_t entry = pte_load(from);

    if (pte_is_writable(entry)) {
        entry = pte_clear_writable(pte_exchange_clear_writable(from));
        *lost = true;
    }
    if (pt_page_of(entry) != NULL)
        page_get(pt_page_of(entry));
    return entry;
}

static int copy_leaf(struct mm *child, pte_t *upper, vaddr_t start, vaddr_t end,
                     struct batch *batch)
{
    struct pt_table *leaf = pt_leaf_of_upper(pte_load(upper));
    pte_t *slot = pte_slot(pt_table_entries(leaf), start, 1);
    struct pt_cursor to;
    vaddr_t addr;
    bool lost = false;
    int err;

    err = pt_lock_own(&to, child, start); /* also where there is nothing in it, as on Linux */
    if (err != 0)
        return err;
    spin_lock_nested(&leaf->lock);
    for (addr = start; addr < end; addr += PAGE_SIZE, slot++, to.slot++) {
        if (!pte_is_empty(pte_load(slot)))
            pt_install(&to, copy_entry(slot, &lost));
    }
    spin_unlock(&leaf->lock);
    pt_unlock(&to);
    if (lost)
        batch_add_range(batch, start, end);
    return 0;
}

/* What one leaf table serves, up to @end. */
static int copy_upper(struct mm *child, pte_t *slot, vaddr_t addr, vaddr_t end, struct batch *batch)
{
    int result = share_leaf(child, slot, addr, batch);

    if (result == 0)
        result = copy_leaf(child, slot, addr, end, batch);
    return min(result, 0);
}

int pt_copy(struct mm *child, struct vma *vma, struct batch *parent_batch)
{
    vaddr_t addr = vma->start;
    pte_t *slot;

    if (vma_is_hugetlb(vma))
        return hugetlb_copy(child, vma, parent_batch);

    while ((slot = pt_next_upper(vma->mm, &addr, vma->end)) != NULL) {
        vaddr_t start = addr;
        vaddr_t end = pt_leaf_end(addr, vma->end);

        if (is_aligned(addr, PT_LEAF_SPAN) && share_run(child, vma, slot, &addr) != 0)
            return -ENOMEM;
        if (addr != start) {
            batch_add_range(parent_batch, start, addr);
            parent_batch->tables_freed = true; /* the writable walk must be forgotten, too */
            continue;
        }
        if (copy_upper(child, slot, addr, end, parent_batch) != 0)
            return -ENOMEM;
        addr = end;
    }
    if (vma->flags & VMA_ASK_WRITE)
        pt_unguard(child, vma->start, vma->end);
    return 0;
}
