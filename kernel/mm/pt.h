/*
 * Page tables: every look at and every change to an entry of an address space.
 *
 * 1. Shape. Four levels (arch/pte.h); level 1 tables are the leaf tables. Upper tables belong to
 *    one address space and go away only under map_lock held for writing: a walk that holds map_lock
 *    (or RCU, from the reverse map) may follow them without their locks.
 * 2. Sharing. fork lets parent and child name the same leaf table; write permission is off in both
 *    level-2 entries. pt_own makes a table the caller's own before it is changed: it becomes
 *    writable again when the others have left, else it is copied, and then private pages in both
 *    copies lose write permission (copy-on-write). A level-2 entry without write permission
 *    means "may be shared"; nobody but fork takes it away.
 * 3. In place. The reverse map (truncation, reclaim) changes shared tables where they are: what it
 *    does holds for every sharer, because sharers have the same areas over the table's entries.
 * 4. Counts. An entry that names a frame with an owner holds one reference and one map count of it;
 *    a shared table counts once. struct pt_table counts entries by kind.
 * 5. Reserve and commit. pt_own_range, pt_own_edges and pt_make_range may fail and change nothing
 *    visible; after them the void functions cannot fail while map_lock stays held for writing.
 * 6. Huge leaves. A leaf at level 2 names a block of 512 consecutive frames: it is 512 entries
 *    written as one, and its frames are ordinary ones. It lies in one private area, in an upper
 *    table. All huge leaves that name the same block share it as address spaces share a leaf table:
 *    together they hold one reference and one map count of each frame, none of them is writable,
 *    and the block's first frame says how many they are (sharers, and PAGE_BLOCK). Fork adds one;
 *    the last one left has the references, and may take write permission back. Splitting
 *    replaces a huge leaf by a leaf table, whose entries get references of their own where the
 *    block is shared. A cursor shows its part for the address; whoever wants to change a single
 *    entry (pt_lock_own) or a part of the range (the reserve functions) has it split first. A table
 *    with nothing in it is not empty space: huge leaves are put only where there is no leaf table.
 */
#pragma once

#include "account.h"
#include "batch.h"
#include "table.h"
#include "vma.h"

#define PT_LEAF_SPAN (PAGE_SIZE * PTE_ENTRIES_PER_TABLE)

/* The ceiling of a pt_range with nothing mapped above: what the top table's user entries serve. */
#define PT_CEILING align_up(USER_END, PAGE_SIZE << (PTE_LEVELS - 1) * PTE_INDEX_BITS)

/* ---- blocks: what huge leaves name (see 6) ---- */

#define PAGE_BLOCK PAGE_USER /* of a private page: the first of a block that huge leaves name */

/* The sharers of the block that a huge leaf names; a leaf to a block of the pool has references of
 * its own. => (a): a value, unless the leaf is locked */
static inline u32 pt_block_sharers(pte_t leaf)
{
    const struct page *block = pfn_to_page(pte_pfn(leaf));

    return page_flag_test(block, PAGE_POOLED) ? 1 : READ_ONCE(block->lru_next);
}

/* Is the page in a block that huge leaves name? It is on no list then. */
static inline bool pt_is_in_block(const struct page *page)
{
    pfn_t pfn = page_to_pfn(page);
    u32 flags = READ_ONCE(pfn_to_page(align_down(pfn, PTE_ENTRIES_PER_TABLE))->flags);

    return (flags & (PAGE_BLOCK | PAGE_PRIVATE_OWNED)) == (PAGE_BLOCK | PAGE_PRIVATE_OWNED);
}

/* ---- pt_walk.c: the cursor ---- */

/* One entry, its leaf table locked. What locks it writes all of it: a local one may be __uncleared.
 */
struct pt_cursor {
    struct mm *mm;
    vaddr_t addr;
    pte_t *upper;          /* the level-2 entry */
    struct pt_table *leaf; /* locked: the leaf table, or the upper one with the huge leaf */
    pte_t *slot;           /* in it */
    bool huge;             /* slot is a huge leaf; addr says which part of it is meant */
};

/*
 * pt_lock: lock the leaf table of @addr for looking, or for a change in place.
 * => false, nothing locked: there is no leaf table
 * => map_lock held, or a reverse-map walk that keeps the area in its tree
 */
bool pt_lock(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr) __must_check;

/*
 * pt_lock_own: lock the leaf table of @addr for changing; it exists and is the caller's own.
 * => map_lock held; may sleep; -ENOMEM
 */
int pt_lock_own(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr) __must_check;

static inline void pt_unlock(struct pt_cursor *cursor)
{
    spin_unlock(&cursor->leaf->lock);
}

/* To the next page. => in the range that the same leaf table or huge leaf serves */
static inline void pt_next(struct pt_cursor *cursor)
{
    cursor->addr += PAGE_SIZE;
    cursor->slot += !cursor->huge;
}

/* How many level-2 entries name the same leaf table, or as huge leaves the same block. */
static inline u32 pt_sharers(const struct pt_cursor *cursor)
{
    return cursor->huge ? pt_block_sharers(pte_load(cursor->slot))
                        : READ_ONCE(cursor->leaf->sharers);
}

/* Others may use the same leaf table or block. */
static inline bool pt_is_shared(const struct pt_cursor *cursor)
{
    return cursor->huge ? pt_sharers(cursor) > 1 : !pte_is_writable(pte_load(cursor->upper));
}

/* Make the leaf table of @addr exist and the caller's own; a huge leaf is split. => map_lock held;
 * may sleep; -ENOMEM */
int pt_own(struct mm *mm, vaddr_t addr) __must_check;

/*
 * The entry of @addr without a lock: a hint, to be compared again under the lock.
 * => map_lock held
 */
struct pt_way {
    pte_t *upper;   /* the level-2 entry; NULL: a table above is missing. It stays with map_lock */
    bool has_table; /* it led to a leaf table */
    bool shared;    /* the leaf table or block may be shared */
};
pte_t pt_peek(struct mm *mm, vaddr_t addr, struct pt_way *way);

/* The level-2 entry of @addr, likewise; empty when a table above is missing. */
pte_t pt_peek_upper(struct mm *mm, vaddr_t addr);

static inline struct pt_table *pt_leaf_of_upper(pte_t upper)
{
    return pt_table_of_page(phys_to_page(pte_paddr(upper)));
}

/*
 * The usual case of pt_lock_own_at: below @upper (NULL: a table is missing) there is a leaf table
 * that is the caller's own. In line: 40 instructions less in each fault than through the general
 * lock.
 */
static inline bool pt_try_lock_own(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr,
                                   pte_t *upper)
{
    struct pt_table *leaf;
    bool locked = false;
    pte_t entry;

    if (unlikely(upper == NULL))
        return false;
    rcu_read_lock();
    entry = pte_load(upper);
    if (likely(pte_is_table(entry, 2) && pte_is_writable(entry))) {
        leaf = pt_leaf_of_upper(entry);
        *cursor = (struct pt_cursor){.mm = mm,
                                     .addr = addr,
                                     .upper = upper,
                                     .leaf = leaf,
                                     .slot = pte_slot(pt_table_entries(leaf), addr, 1)};
        spin_lock(&leaf->lock);
        /* Another thread may have freed or split it meanwhile. */
        locked = likely(pte_is_same(pte_set_accessed(pte_load(upper)), pte_set_accessed(entry)));
        if (unlikely(!locked))
            spin_unlock(&leaf->lock);
    }
    rcu_read_unlock();
    return locked;
}

/* pt_lock_own with the level-2 entry, as found since map_lock was taken. */
static inline int pt_lock_own_at(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr,
                                 pte_t *upper)
{
    return likely(pt_try_lock_own(cursor, mm, addr, upper)) ? 0 : pt_lock_own(cursor, mm, addr);
}

static inline pte_t pt_get(const struct pt_cursor *cursor)
{
    pte_t pte = pte_load(cursor->slot);

    return cursor->huge ? pte_part_of_leaf(pte, pte_index(cursor->addr, 1)) : pte;
}

/* Empty the entry; the reference of its frame is the caller's, who flushes before dropping it. */
pte_t pt_take(struct pt_cursor *cursor);

/* Change rights or accessed and dirty of a present entry; the frame stays. */
void pt_change(struct pt_cursor *cursor, pte_t pte);

/* Note a write that no processor notes. => the entry is present */
void pt_set_dirty(struct pt_cursor *cursor);

/* Fill an empty entry; the caller's reference to the frame moves into it. */
static inline void pt_install(struct pt_cursor *cursor, pte_t pte)
{
    struct page *page = pt_page_of(pte);

    ASSERT(!cursor->huge && pte_is_empty(pte_load(cursor->slot)));
    if (page != NULL)
        account_map_page(page);
    cursor->leaf->nr[pt_kind_of_page(page)]++;
    pte_store(cursor->slot, pte);
}

/* How many address spaces use the page of the entry: those that share its table, as if each had an
 * entry. */
static inline u64 pt_page_users(const struct page *page, const struct pt_cursor *cursor)
{
    return (u64)max(page_map_count(page), 1) + pt_sharers(cursor) - 1;
}

/*
 * The first level-2 entry at or after *addr and below @end that is not empty: a leaf table or a
 * huge leaf; *addr moves to the first address of the range that it serves. NULL: no more.
 * => with map_lock held for reading it may be empty, or split, by the time it is looked at
 */
pte_t *pt_next_upper(struct mm *mm, vaddr_t *addr, vaddr_t end);

/* The same from the entry after @last, which was found so, on; *addr is not below it. In line: 60
 * instructions less for each 2 MiB. */
static inline pte_t *pt_next_upper_after(struct mm *mm, pte_t *last, vaddr_t *addr, vaddr_t end)
{
    bool is_next = is_aligned(*addr, PT_LEAF_SPAN) && pte_index(*addr, 2) != 0 && *addr < end &&
                   pte_index(*addr, 2) * sizeof(pte_t) == ((vaddr_t)(last + 1) & (PAGE_SIZE - 1));

    if (likely(is_next) && !pte_is_empty(pte_load(last + 1)))
        return last + 1;
    return pt_next_upper(mm, addr, end);
}

/*
 * Is it what Linux has as one huge page of zeroes: 512 entries of the small one that came together
 * (fault_huge.c) and of which none was changed alone? It then goes as a whole, like a huge leaf,
 * and leaves no table behind.
 */
static inline bool pt_is_zero_block(const struct pt_table *leaf)
{
    return leaf->zeroes && leaf->nr[PT_OTHER] == PTE_ENTRIES_PER_TABLE;
}

/* The level-2 entry of @addr; NULL when a table above it is missing. => map_lock held, or RCU */
pte_t *pt_find_upper(struct mm *mm, vaddr_t addr);

/* The level-2 entry of @addr, with the tables above it made when absent. ERR_PTR(-ENOMEM) */
pte_t *pt_make_upper(struct mm *mm, vaddr_t addr) __must_check;

/* The end of the part of [addr, end) that one leaf table serves. */
static inline vaddr_t pt_leaf_end(vaddr_t addr, vaddr_t end)
{
    return min(align_down(addr, PT_LEAF_SPAN) + PT_LEAF_SPAN, end);
}

/* ---- reserve: may fail ---- */

/* All existing leaf tables of the range become the caller's own; huge leaves that reach out of it
 * are split. */
int pt_own_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* Those that also serve addresses outside of [floor, ceiling), at the two edges of the range; so
 * are huge leaves that reach out of the range. */
struct pt_range {
    vaddr_t start, end;     /* what is changed */
    vaddr_t floor, ceiling; /* around it, nothing else is mapped in between */
};
int pt_own_edges(struct mm *mm, const struct pt_range *range) __must_check;

/*
 * What lies wholly in the range and is shared is given up, and an empty table of the caller's own
 * takes its place. For MADV_DONTNEED: where nothing is, and no table either, the next fault may
 * bring a huge page, and on Linux, where each process has tables of its own, they stay.
 */
int pt_renew_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* The range gets leaf tables of its own everywhere. */
int pt_make_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* ---- pt_huge.c: huge leaves ---- */

/*
 * pt_split: the huge leaf at @slot, if it is one, becomes a leaf table of the same pages.
 * => map_lock held; -ENOMEM
 * pt_split_at: the one across @addr. pt_split_range: all in the range. What stands for a huge page
 * of zeroes no longer does. => map_lock held for writing
 */
int pt_split(struct mm *mm, pte_t *slot, vaddr_t addr) __must_check;
int pt_split_at(struct mm *mm, vaddr_t addr) __must_check;
int pt_split_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* Put the huge leaf @leaf where there is nothing; the references to its frames move into it.
 * => false: there is something, or nothing can be allocated; map_lock held */
bool pt_install_huge(struct mm *mm, vaddr_t addr, pte_t leaf) __must_check;

/*
 * pt_detach: take the leaf table of @addr out of the address space with all that is in it; no
 * processor uses its entries any more. The caller empties it, and frees it (batch_add_table).
 * => map_lock held for writing; it is there and the caller's own
 */
struct pt_table *pt_detach(struct mm *mm, vaddr_t addr) __must_check;

/* Put @table, a leaf table filled by the caller, where there is nothing. => as above */
bool pt_install_table(struct mm *mm, vaddr_t addr, struct pt_table *table) __must_check;

/* One more huge leaf names the block of @leaf, which is one. */
void pt_block_share(pte_t leaf);

/* One less, and no processor uses it: the references go with the last. */
void pt_block_drop(struct page *block);

/* ---- pt_zap.c ---- */

/* Empty all entries of the range. => pt_own_edges was done with the same range; map_lock held */
void pt_zap(struct batch *batch, const struct pt_range *range);

/* Free the tables of the range that are empty. => map_lock held for writing */
void pt_free_tables(struct batch *batch, const struct pt_range *range);

/* From the reverse map: empty the entries that name pages of objects, and with @private the
 * others too. In place (see 3). => object.lock held */
void pt_zap_in_place(struct batch *batch, vaddr_t start, vaddr_t end, bool private);

/* ---- pt_protect.c ---- */

/* Give the entries of @vma its rights; write permission is added only where no fault is needed for
 * it. => tables owned */
void pt_protect(struct batch *batch, const struct vma *vma);

/* From the reverse map: take write permission from the entries of object pages, in place. */
void pt_clean_in_place(struct batch *batch, vaddr_t start, vaddr_t end);

/* The PTE_PROT_* of an area. */
static inline unsigned pt_protection(u32 vma_flags)
{
    return (vma_flags & VMA_PROTECTION) | PTE_PROT_USER |
           vma_pkey(vma_flags) << PTE_PROT_PKEY_SHIFT;
}

/* ---- pt_guard.c: what userfaultfd guards against writes ---- */

/* The entries that there are lose write permission, and a write is asked about (pte_is_uffd_wp).
 * => tables owned, huge leaves split; map_lock held for writing */
void pt_guard(struct batch *batch, vaddr_t start, vaddr_t end);

/* They are ordinary again: the next write decides what becomes of them. => as above, nothing needs
 * to be owned: no table that is shared has guarded entries */
void pt_unguard(struct mm *mm, vaddr_t start, vaddr_t end);

/* ---- pt_copy.c ---- */

/* fork: give @child the entries of the private area @vma of the parent. -ENOMEM */
int pt_copy(struct mm *child, struct vma *vma, struct batch *parent_batch) __must_check;

/* ---- pt_move.c ---- */

/* Make the tables that pt_move needs in the new range, where nothing is mapped; -ENOMEM: some are.
 */
int pt_move_reserve(struct mm *mm, vaddr_t from, vaddr_t to, size_t len) __must_check;

/* mremap: move all entries. => pt_move_reserve was done for the same ranges; the old one owns its
 * leaf tables, and huge leaves that do not land on their alignment were split */
void pt_move(struct batch *batch, vaddr_t from, vaddr_t to, size_t len);

/* ---- counting ---- */

/* Entries by kind in the leaf tables of the whole address space. => map_lock held */
void pt_count(struct mm *mm, u64 nr[NR_PT_KINDS]);

/*
 * Add what is below one level-2 entry. A leaf table that leaves while it is looked at (madvise) no
 * longer says how many; it counts nothing.
 * => map_lock held, or RCU keeps the table that @slot is in
 */
void pt_count_upper(const pte_t *slot, u64 nr[NR_PT_KINDS]);
