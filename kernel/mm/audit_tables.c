/*
 * Invariants of page tables: each entry inside an area and allowed by it; the counts of each table.
 * The entries of a shared table are checked against every sharer's areas, but counted once.
 */
#include "audit.h"
#include "fault.h"
#include "hugetlb.h"
#include "object_pages.h"

struct table_walk {
    struct audit *audit;
    struct mm *mm;
    u64 tables; /* of this address space */
};

static int entry_fail(struct table_walk *walk, const char *invariant, vaddr_t addr, pte_t pte,
                      const char *what)
{
    return audit_fail(walk->audit, invariant, "entry %lx of %lx: %s", pte.value, addr, what);
}

/* An entry lies in an area and gives no right that the area does not. */
static int audit_entry_rights(struct table_walk *walk, const struct vma *vma, vaddr_t addr,
                              pte_t pte)
{
    static const char name[] = "entry_rights";

    if (vma == NULL)
        return entry_fail(walk, name, addr, pte, "outside of every area");
    if (!pte_is_present(pte))
        return entry_fail(walk, name, addr, pte, "neither empty nor present");
    if (pte_is_writable(pte) && !(vma->flags & VMA_WRITE))
        return entry_fail(walk, name, addr, pte, "writable, the area is not");
    if (pte_is_valid(pte) && !(vma->flags & VMA_PROTECTION))
        return entry_fail(walk, name, addr, pte, "accessible, the area is not");
    if (pte_is_valid(pte) && pte_is_executable(pte) && !(vma->flags & VMA_EXEC))
        return entry_fail(walk, name, addr, pte, "executable, the area is not");
    if (pte_is_writable(pte) && !pte_is_soft_dirty(pte) && !vma_is_shared(vma))
        return entry_fail(walk, "entry_soft_dirty", addr, pte, "writable, but writes are awaited");
    if (pte_is_uffd_wp(pte) && (pte_is_writable(pte) || !(vma->flags & VMA_ASK_WRITE)))
        return entry_fail(walk, "entry_guard", addr, pte,
                          "guarded, but writable or not asked about");
    return 0;
}

/* A frame without owner is the page of zeroes, or a device's. */
static int audit_entry_ownerless(struct table_walk *walk, const struct vma *vma, vaddr_t addr,
                                 pte_t pte)
{
    static const char name[] = "entry_ownerless";

    if (pte_pfn(pte) == page_to_pfn(zero_page)) {
        if (vma->object != NULL || pte_is_writable(pte))
            return entry_fail(walk, name, addr, pte, "the page of zeroes in a wrong place");
    } else if (vma->object == NULL || !(vma->object->flags & VM_OBJECT_DEVICE)) {
        return entry_fail(walk, name, addr, pte, "a frame without owner");
    }
    return 0;
}

/* A private page is in a private area of its family; writable only where it is alone. */
static int audit_entry_private(struct table_walk *walk, const struct vma *vma, vaddr_t addr,
                               pte_t pte, const struct page *page)
{
    static const char name[] = "entry_private";

    if (vma_is_shared(vma) || vma->lineage == 0)
        return entry_fail(walk, name, addr, pte, "a private page in an area without any");
    if (page_owner(page) != walk->mm->family)
        return entry_fail(walk, name, addr, pte, "a page of another family");
    if (pte_is_writable(pte) && page_map_count(page) != 1)
        return entry_fail(walk, name, addr, pte, "writable, but mapped more than once");
    return 0;
}

/* An object's page is the page that the area shows at this address. */
static int audit_entry_object(struct table_walk *walk, const struct vma *vma, vaddr_t addr,
                              pte_t pte, const struct page *page)
{
    static const char name[] = "entry_object";

    if (vma->object == NULL || page_owner(page) != vma->object)
        return entry_fail(walk, name, addr, pte, "a page of another object");
    if (page->index != vma_index(vma, addr))
        return entry_fail(walk, name, addr, pte, "a page with another index");
    if (pte_is_writable(pte) && !vma_is_shared(vma))
        return entry_fail(walk, name, addr, pte, "an object's page writable in a private area");
    if (pte_is_writable(pte) && object_wants_notice(vma->object) &&
        !page_flag_test(page, PAGE_DIRTY))
        return entry_fail(walk, name, addr, pte, "writable, but the object was not told");
    return 0;
}

static int audit_entry(struct table_walk *walk, vaddr_t addr, pte_t pte)
{
    const struct vma *vma = vma_find_at(walk->mm, addr);
    struct page *page;
    int err = audit_entry_rights(walk, vma, addr, pte);

    if (err != 0)
        return err;
    page = pt_page_of(pte);
    if (page == NULL)
        return audit_entry_ownerless(walk, vma, addr, pte);
    if (page_flag_test(page, PAGE_PRIVATE_OWNED))
        return audit_entry_private(walk, vma, addr, pte, page);
    if (page_flag_test(page, PAGE_OBJECT))
        return audit_entry_object(walk, vma, addr, pte, page);
    return entry_fail(walk, "entry_owner", addr, pte, "a frame that is not user memory");
}

/* ---- tables ---- */

/* The counts of a table are what it holds. */
static int audit_table_counts(struct table_walk *walk, const struct pt_table *table,
                              const unsigned nr[NR_PT_KINDS], vaddr_t base)
{
    unsigned kind;

    for (kind = 0; kind < NR_PT_KINDS; kind++) {
        if (table->nr[kind] != nr[kind])
            return audit_fail(walk->audit, "table_counts",
                              "table of level %u for %lx: kind %u: says %u, holds %u", table->level,
                              base, kind, table->nr[kind], nr[kind]);
    }
    return 0;
}

static int audit_leaf(struct table_walk *walk, struct pt_table *leaf, vaddr_t base, bool first)
{
    pte_t *entries = pt_table_entries(leaf);
    unsigned nr[NR_PT_KINDS] = {0};
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        pte_t pte = pte_load(&entries[i]);
        int err;

        if (pte_is_empty(pte))
            continue;
        err = audit_entry(walk, base + i * PAGE_SIZE, pte);
        if (err != 0)
            return err;
        nr[pt_kind_of(pte)]++;
        if (first && pt_page_of(pte) != NULL)
            walk->audit->found[pte_pfn(pte)]++;
    }
    return audit_table_counts(walk, leaf, nr, base);
}

/* A huge page that was set aside is its object's at this place, or in a private area nobody's. */
static int audit_hugetlb(struct table_walk *walk, const struct vma *vma, pte_t leaf, vaddr_t base)
{
    static const char name[] = "hugetlb_leaf";
    struct page *block;
    unsigned i;

    if (pte_is_special_entry(leaf))
        return pte_is_same(leaf, HUGETLB_SPENT) && !vma_is_shared(vma)
                   ? 0
                   : entry_fail(walk, name, base, leaf, "a marker in a wrong place");
    block = pt_page_of(leaf);
    if (block == NULL || !page_flag_test(block, PAGE_POOLED) ||
        !is_aligned(pte_pfn(leaf), HUGETLB_PAGES))
        return entry_fail(walk, name, base, leaf, "not a block of the pool");
    if (vma->end - base < HUGETLB_SIZE)
        return entry_fail(walk, name, base, leaf, "not in one area");
    if (page_owner(block) != NULL &&
        (page_owner(block) != vma->object || block->index != hugetlb_index(vma, base)))
        return entry_fail(walk, name, base, leaf, "a page of another place");
    if (page_owner(block) == NULL && vma_is_shared(vma))
        return entry_fail(walk, name, base, leaf, "a private page in a shared area");
    if (pte_is_writable(leaf) && !vma_is_shared(vma) &&
        (page_owner(block) != NULL || page_map_count(block) != 1))
        return entry_fail(walk, name, base, leaf, "writable, but not alone");
    for (i = 0; i < HUGETLB_PAGES; i++)
        walk->audit->found[pte_pfn(leaf) + i]++;
    return audit_entry_rights(walk, vma, base, leaf);
}

/* The block of a huge leaf; it and its sharers are counted once, whoever finds it first. */
static int audit_block(struct table_walk *walk, pte_t leaf, vaddr_t base, bool first)
{
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        pte_t pte = pte_part_of_leaf(leaf, i);
        int err = audit_entry(walk, base + i * PAGE_SIZE, pte);

        if (err != 0)
            return err;
        if (pt_kind_of(pte) != PT_ANONYMOUS)
            return entry_fail(walk, "huge_leaf", base, leaf, "a frame is not private memory");
        walk->audit->found[pte_pfn(pte)] += first;
    }
    walk->audit->huge += first ? PTE_ENTRIES_PER_TABLE : 0;
    return 0;
}

/* A huge leaf names an aligned block, lies in one private area, and is writable when it is alone.
 */
static int audit_huge(struct table_walk *walk, pte_t leaf, vaddr_t base)
{
    const struct vma *vma = vma_find_at(walk->mm, base);
    u32 *leaves = &walk->audit->leaves[pte_pfn(leaf) / PTE_ENTRIES_PER_TABLE];

    if (vma != NULL && vma_is_hugetlb(vma))
        return audit_hugetlb(walk, vma, leaf, base);
    if (!pte_is_leaf(leaf, 2) || !is_aligned(pte_pfn(leaf), PTE_ENTRIES_PER_TABLE))
        return entry_fail(walk, "huge_leaf", base, leaf, "not a leaf on its alignment");
    if (vma == NULL || vma->end - base < PT_LEAF_SPAN || vma->object != NULL)
        return entry_fail(walk, "huge_leaf", base, leaf, "not in one area of private memory");
    if (!pt_is_in_block(pfn_to_page(pte_pfn(leaf))))
        return entry_fail(walk, "huge_leaf", base, leaf, "what it names is not marked as a block");
    if (pte_is_writable(leaf) && pt_block_sharers(leaf) != 1)
        return entry_fail(walk, "huge_leaf", base, leaf, "writable, but the block is shared");
    return audit_block(walk, leaf, base, (*leaves)++ == 0);
}

/* An upper entry names a table of the next level; only a shared leaf table is not writable. */
static int audit_upper_entry(struct table_walk *walk, pte_t pte, unsigned level, vaddr_t base)
{
    struct page *page = pfn_to_page(pte_pfn(pte));

    if (!pte_is_table(pte, level) || !page_flag_test(page, PAGE_TABLE) ||
        pt_table_of_page(page)->level != level - 1)
        return entry_fail(walk, "upper_entry", base, pte, "not a table of the level below");
    if (level > 2 && !pte_is_writable(pte))
        return entry_fail(walk, "upper_entry", base, pte, "an upper table is shared");
    if (pte_is_writable(pte) && pt_table_of_page(page)->sharers != 1)
        return entry_fail(walk, "upper_entry", base, pte, "a shared table is writable");
    return 0;
}

static int audit_upper(struct table_walk *walk, pte_t *entries, unsigned level, vaddr_t base);

static int audit_below(struct table_walk *walk, pte_t pte, unsigned level, vaddr_t base)
{
    struct pt_table *table = pt_leaf_of_upper(pte);
    bool first = walk->audit->found[pte_pfn(pte)]++ == 0;
    int err = audit_upper_entry(walk, pte, level, base);

    if (err != 0)
        return err;
    walk->tables++;
    walk->audit->tables += first;
    if (level == 2)
        return audit_leaf(walk, table, base, first);
    return audit_upper(walk, pt_table_entries(table), level - 1, base);
}

/* The entries of an upper table; of the root only those below USER_END. */
static int audit_upper(struct table_walk *walk, pte_t *entries, unsigned level, vaddr_t base)
{
    unsigned nr[NR_PT_KINDS] = {0};
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++, base += pte_level_size(level)) {
        pte_t pte = pte_load(&entries[i]);
        int err;

        if (base >= USER_END)
            break;
        if (pte_is_empty(pte))
            continue;
        if (level == 2 && !pte_is_table(pte, level)) {
            nr[pt_kind_of(pte)]++;
            err = audit_huge(walk, pte, base);
        } else {
            nr[PT_OTHER]++;
            err = audit_below(walk, pte, level, base);
        }
        if (err != 0)
            return err;
    }
    return audit_table_counts(walk, pt_table_of(entries), nr, base);
}

int audit_tables(struct audit *audit, struct mm *mm)
{
    struct table_walk walk = {.audit = audit, .mm = mm};
    int err = audit_upper(&walk, phys_to_virt(mm->mmu.root), PTE_LEVELS, 0);

    if (err == 0 && walk.tables != mm->table_pages)
        return audit_fail(audit, "table_pages", "%lu tables, counted %lu", mm->table_pages,
                          walk.tables);
    return err;
}
