/*
 * MADV_COLLAPSE (collapse.h): the small pages of 2 MiB are copied into a block, whatever holes
 * there are between them become zeroes, and a huge leaf takes the place of their table.
 *
 *   reserve   the block; the leaf table is the address space's own and nobody has a page in hand
 *   commit    the table leaves its level-2 entry, and after the flush no processor writes to the
 *             pages; they are copied and let go; the huge leaf is put in
 *
 * Lock: map_lock for writing, one 2 MiB at a time: no fault sees what is between the two. The
 * reverse map may hold the table still: it finds that nothing leads there any more (pt_lock).
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>

#include "account.h"
#include "anon_family.h"
#include "collapse.h"
#include "fault.h"
#include "thp.h"

/* ---- reserve ---- */

/* A write would find it writable, or make it so where it is. */
static bool is_writable(const struct vma *vma, pte_t pte, const struct page *page)
{
    return pte_is_writable(pte) || (page != NULL && page_flag_test(page, PAGE_PRIVATE_OWNED) &&
                                    page_map_count(page) == 1 && (vma->flags & VMA_WRITE));
}

/* -EINVAL: no entry is writable, or somebody is asked for a page; -EAGAIN. => the leaf is locked */
static int check_entries(const struct vma *vma, struct pt_table *leaf)
{
    pte_t *entries = pt_table_entries(leaf);
    bool writable = false;
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        pte_t pte = pte_load(&entries[i]);
        struct page *page = pt_page_of(pte);

        writable |= is_writable(vma, pte, page);
        if (page != NULL && page_references(page) != page_map_count(page))
            return -EAGAIN;
        if (pte_is_uffd_wp(pte) || (page == NULL && (vma->flags & VMA_ASK_BITS)))
            return -EINVAL; /* what is missing is another's to give */
    }
    return writable ? 0 : -EINVAL;
}

/* => 1: it is huge already; 0: it can be collapsed */
static int check_block(struct mm *mm, vaddr_t addr)
{
    const struct vma *vma = vma_find_at(mm, addr);
    pte_t upper = pt_peek_upper(mm, addr);
    struct pt_cursor cursor;
    int err;

    if (vma == NULL || vma->end - addr < THP_SIZE || !thp_is_possible(vma))
        return -EINVAL;
    if (pte_is_empty(upper) || !pte_is_table(upper, 2))
        return pte_is_empty(upper) ? -EINVAL : 1;
    if (pt_is_zero_block(pt_leaf_of_upper(upper)))
        return 1;
    if (!pte_is_writable(upper))
        return -EINVAL; /* nobody wrote here since a fork: to Linux all entries are read-only */
    err = pt_own(mm, addr);
    if (err != 0 || !pt_lock(&cursor, mm, addr))
        return err != 0 ? err : -EINVAL;
    err = check_entries(vma, cursor.leaf);
    pt_unlock(&cursor);
    return err;
}

/* ---- commit ---- */

/* A page of the block gets what its small page has; an entry without one is zeroes. */
static void take_contents(struct page *to, struct pt_table *leaf, pte_t *slot, struct batch *batch)
{
    pte_t pte = pte_exchange(slot, pte_empty());
    struct page *from = pt_page_of(pte);

    if (!pte_is_empty(pte))
        leaf->nr[pt_kind_of(pte)]--;
    if (from == NULL) {
        page_zero(to);
        return;
    }
    page_copy(to, from);
    account_unmap_page(from);
    batch_add_page(batch, from);
}

static void take_table(struct mm *mm, vaddr_t addr, struct pt_table *leaf, struct page *block)
{
    pte_t *entries = pt_table_entries(leaf);
    struct batch batch;
    unsigned i;

    batch_init(&batch, mm);
    batch_add_range(&batch, addr, addr + THP_SIZE);
    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++)
        take_contents(block + i, leaf, &entries[i], &batch);
    batch_add_table(&batch, leaf);
    batch_finish(&batch);
}

static pte_t make_leaf(const struct vma *vma, struct page *block)
{
    pte_t pte = pte_make_leaf(page_to_pfn(block), 1, pt_protection(vma->flags));

    return pte_widen(pte_set_soft_dirty(pte_set_dirty(pte_set_accessed(pte))));
}

/* => map_lock held for writing; check_block said 0 */
static void collapse_commit(struct mm *mm, vaddr_t addr, struct page *block)
{
    const struct vma *vma = vma_find_at(mm, addr);
    struct pt_table *leaf = pt_detach(mm, addr);

    take_table(mm, addr, leaf, block);
    private_pages_init(block, PTE_ENTRIES_PER_TABLE, vma, addr);
    if (!pt_install_huge(mm, addr, make_leaf(vma, block)))
        panic("no place for a huge leaf where a table was");
}

/* ---- the range ---- */

static int collapse_block(struct mm *mm, vaddr_t addr)
{
    struct page *block;
    int err;

    read_lock(&mm->map_lock);
    err = check_block(mm, addr);
    read_unlock(&mm->map_lock);
    if (err != 0)
        return min(err, 0);
    block = thp_alloc(true, false);
    thp_count(block == NULL ? THP_COLLAPSE_ALLOC_FAILED : THP_COLLAPSE_ALLOC);
    if (block == NULL)
        return -ENOMEM;
    write_lock(&mm->map_lock);
    err = check_block(mm, addr);
    if (err == 0)
        collapse_commit(mm, addr, block);
    write_unlock(&mm->map_lock);
    if (err != 0)
        page_put_run(block, THP_ORDER);
    return min(err, 0);
}

int collapse_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = align_up(start, THP_SIZE);
    int result = align_down(end, THP_SIZE) < addr ? -EINVAL : 0;

    for (; addr < align_down(end, THP_SIZE); addr += THP_SIZE) {
        int err = collapse_block(mm, addr);

        if (err != 0)
            result = err;
        if (err == -ENOMEM)
            break;
    }
    return result;
}
