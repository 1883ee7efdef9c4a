/*
 * Walking page tables, locking a leaf table, and making it one's own (pt.h 1, 2).
 *
 * pt_own is the only place that resolves sharing. The copy and the switch of the level-2 entry
 * happen under the locks of both tables, and the old walk is flushed before they are released:
 * afterwards no processor of this address space reads through the shared table.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <lib/string.h>

#include "account.h"
#include "pt.h"

static pte_t *table_below(pte_t entry)
{
    return phys_to_virt(pte_paddr(entry));
}

static pte_t *root_entries(struct mm *mm)
{
    return phys_to_virt(mm->mmu.root);
}

/* ---- upper tables ---- */

/* In line, and each level for itself: once or twice in every fault. */
static __always_inline pte_t *find_upper(struct mm *mm, vaddr_t addr)
{
    pte_t *entries = root_entries(mm);
    unsigned level;

#pragma GCC unroll 4
    for (level = PTE_LEVELS; level > 2; level--) {
        pte_t entry = pte_load(pte_slot(entries, addr, level));

        if (!pte_is_table(entry, level))
            return NULL;
        entries = table_below(entry);
    }
    return pte_slot(entries, addr, 2);
}

pte_t *pt_find_upper(struct mm *mm, vaddr_t addr)
{
    return find_upper(mm, addr);
}

static vaddr_t next_entry(vaddr_t addr, unsigned level)
{
    return align_down(addr, pte_level_size(level)) + pte_level_size(level);
}

/* The level-2 table that serves @addr; NULL: there is none before *next, which is set then. */
static pte_t *lowest_upper_table(struct mm *mm, vaddr_t addr, vaddr_t *next)
{
    pte_t *entries = root_entries(mm);
    unsigned level;

    for (level = PTE_LEVELS; level > 2; level--) {
        pte_t entry = pte_load(pte_slot(entries, addr, level));

        if (!pte_is_table(entry, level)) {
            *next = next_entry(addr, level);
            return NULL;
        }
        entries = table_below(entry);
    }
    return entries;
}

/* The same in the level-2 table of *addr; NULL: *addr is in the next one, or beyond @end. */
static pte_t *next_in_table(pte_t *entries, vaddr_t *addr, vaddr_t end)
{
    pte_t *first = pte_slot(entries, *addr, 2);
    u64 nr = (align_up(end, PT_LEAF_SPAN) - align_down(*addr, PT_LEAF_SPAN)) / PT_LEAF_SPAN;
    pte_t *stop = first + min(nr, (u64)PTE_ENTRIES_PER_TABLE - pte_index(*addr, 2));
    pte_t *slot = first;

    while (slot < stop && pte_is_empty(pte_load(slot)))
        slot++;
    if (slot > first)
        *addr = align_down(*addr, PT_LEAF_SPAN) + (u64)(slot - first) * PT_LEAF_SPAN;
    return slot < stop ? slot : NULL;
}

pte_t *pt_next_upper(struct mm *mm, vaddr_t *addr, vaddr_t end)
{
    while (*addr < end) {
        pte_t *entries = lowest_upper_table(mm, *addr, addr);
        pte_t *slot;

        if (entries == NULL)
            continue;
        slot = next_in_table(entries, addr, end);
        if (slot != NULL)
            return slot;
    }
    return NULL;
}

/* Enter a new table at @slot, an entry of @level in an upper table, unless another thread was
 * faster. */
static int make_table(struct mm *mm, pte_t *slot, unsigned level)
{
    struct pt_table *upper = pt_table_of(slot);
    struct pt_table *table = pt_table_create(mm, level - 1);

    if (table == NULL)
        return -ENOMEM;
    spin_lock(&upper->lock);
    if (pte_is_empty(pte_load(slot))) {
        pte_store(slot, pte_make_table(page_to_phys(pt_table_page(table)), true));
        upper->nr[PT_OTHER]++;
        table = NULL;
    }
    spin_unlock(&upper->lock);
    if (table != NULL)
        pt_table_discard(mm, table);
    return 0;
}

pte_t *pt_make_upper(struct mm *mm, vaddr_t addr)
{
    pte_t *entries = root_entries(mm);
    unsigned level;

    for (level = PTE_LEVELS; level > 2; level--) {
        pte_t *slot = pte_slot(entries, addr, level);

        if (pte_is_empty(pte_load(slot)) && make_table(mm, slot, level) != 0)
            return ERR_PTR(-ENOMEM);
        entries = table_below(pte_load(slot));
    }
    return pte_slot(entries, addr, 2);
}

/* ---- sharing ---- */

/* Lock an upper table and the leaf table that its entry @slot names; false, nothing locked, when it
 * names none or one that is already the caller's own. */
static bool lock_shared(pte_t *slot, struct pt_table **leaf)
{
    struct pt_table *upper = pt_table_of(slot);
    pte_t entry;

    spin_lock(&upper->lock);
    entry = pte_load(slot);
    if (!pte_is_table(entry, 2) || pte_is_writable(entry)) {
        spin_unlock(&upper->lock);
        return false;
    }
    *leaf = pt_leaf_of_upper(entry);
    spin_lock_nested(&(*leaf)->lock);
    return true;
}

static void unlock_shared(pte_t *slot, struct pt_table *leaf)
{
    spin_unlock(&leaf->lock);
    spin_unlock(&pt_table_of(slot)->lock);
}

/* The entry as both copies of a table hold it: a private page is now copied on write. */
static pte_t copy_entry(pte_t *from)
{
    pte_t entry = pte_load(from);
    struct page *page = pt_page_of(entry);

    if (page == NULL)
        return entry;
    if (pte_is_writable(entry))
        entry = pte_clear_writable(pte_exchange_clear_writable(from));
    page_get(page);
    page_map_count_add(page, 1);
    return entry;
}

static void copy_table(struct pt_table *from, struct pt_table *to)
{
    pte_t *source = pt_table_entries(from);
    pte_t *target = pt_table_entries(to);
    unsigned left = pt_table_count(from);
    unsigned i;

    for (i = 0; left > 0; i++) {
        if (pte_is_empty(pte_load(&source[i])))
            continue;
        pte_store(&target[i], copy_entry(&source[i]));
        left--;
    }
    memcpy(to->nr, from->nr, sizeof(to->nr));
    to->zeroes = from->zeroes;
}

/* Leave the shared table @leaf, with @copy as the new one. */
static void leave_shared(struct mm *mm, pte_t *slot, vaddr_t addr, struct pt_table *leaf,
                         struct pt_table *copy)
{
    vaddr_t base = align_down(addr, PT_LEAF_SPAN);

    pte_store(slot, pte_make_table(page_to_phys(pt_table_page(copy)), true));
    fetch_sub(&leaf->sharers, 1);
    fetch_sub(&mm->table_pages, 1);
    arch_mmu_flush(&mm->mmu, base, base + PT_LEAF_SPAN, true);
}

static int unshare(struct mm *mm, pte_t *slot, vaddr_t addr)
{
    struct pt_table *copy = NULL;
    struct pt_table *leaf;

    if (!lock_shared(slot, &leaf))
        return 0;
    if (leaf->sharers > 1) {
        unlock_shared(slot, leaf);
        copy = pt_table_create(mm, 1);
        if (copy == NULL)
            return -ENOMEM;
        if (!lock_shared(slot, &leaf)) {
            pt_table_discard(mm, copy);
            return 0;
        }
    }
    if (leaf->sharers == 1) {
        pte_store(slot, pte_set_writable(pte_load(slot))); /* the others have left */
    } else {
        copy_table(leaf, copy);
        leave_shared(mm, slot, addr, leaf, copy);
        copy = NULL;
    }
    unlock_shared(slot, leaf);
    if (copy != NULL)
        pt_table_discard(mm, copy);
    return 0;
}

int pt_own(struct mm *mm, vaddr_t addr)
{
    pte_t *slot = pt_make_upper(mm, addr);
    pte_t entry;

    if (IS_ERR(slot))
        return PTR_ERR(slot);
    entry = pte_load(slot);
    if (pte_is_empty(entry))
        return make_table(mm, slot, 2);
    if (!pte_is_table(entry, 2))
        return pt_split(mm, slot, addr);
    return pte_is_writable(entry) ? 0 : unshare(mm, slot, addr);
}

/* Own the table at @slot, if there is one, or split the huge leaf there if it reaches out of
 * [start, end). */
static int own_part(struct mm *mm, pte_t *slot, vaddr_t start, vaddr_t end)
{
    pte_t entry = pte_load(slot);

    if (pte_is_empty(entry))
        return 0;
    if (pte_is_table(entry, 2))
        return pte_is_writable(entry) ? 0 : unshare(mm, slot, start);
    return end - start == PT_LEAF_SPAN ? 0 : pt_split(mm, slot, start);
}

int pt_own_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    for (slot = pt_next_upper(mm, &addr, end); slot != NULL;
         slot = pt_next_upper_after(mm, slot, &addr, end)) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (own_part(mm, slot, addr, next) != 0)
            return -ENOMEM;
        addr = next;
    }
    return 0;
}

/* Own the table of @addr if it exists and reaches out of [floor, ceiling). */
static int own_edge(struct mm *mm, vaddr_t addr, const struct pt_range *range)
{
    vaddr_t base = align_down(addr, PT_LEAF_SPAN);
    pte_t *slot;

    if (base >= range->floor && base + PT_LEAF_SPAN <= range->ceiling)
        return 0;
    slot = pt_find_upper(mm, addr);
    if (slot == NULL)
        return 0;
    return own_part(mm, slot, max(base, range->start), pt_leaf_end(base, range->end));
}

int pt_own_edges(struct mm *mm, const struct pt_range *range)
{
    int err = own_edge(mm, range->start, range);

    return err != 0 ? err : own_edge(mm, range->end - 1, range);
}

static int renew_table(struct mm *mm, pte_t *slot, vaddr_t base)
{
    struct pt_table *fresh = pt_table_create(mm, 1);
    struct pt_table *leaf;

    if (fresh == NULL)
        return -ENOMEM;
    if (lock_shared(slot, &leaf)) {
        if (leaf->sharers > 1) {
            leave_shared(mm, slot, base, leaf, fresh);
            fresh = NULL;
        }
        unlock_shared(slot, leaf);
    }
    if (fresh != NULL)
        pt_table_discard(mm, fresh);
    return 0;
}

/* => a guess, without lock: whoever shares it may leave, and it is not changed in place */
static bool is_renewed(pte_t upper)
{
    return pte_is_table(upper, 2) && !pte_is_writable(upper) &&
           READ_ONCE(pt_leaf_of_upper(upper)->sharers) > 1 &&
           !pt_is_zero_block(pt_leaf_of_upper(upper));
}

int pt_renew_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    while ((slot = pt_next_upper(mm, &addr, end)) != NULL) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (next - addr == PT_LEAF_SPAN && is_renewed(pte_load(slot)) &&
            renew_table(mm, slot, addr) != 0)
            return -ENOMEM;
        addr = next;
    }
    return 0;
}

int pt_make_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr;

    for (addr = start; addr < end; addr = pt_leaf_end(addr, end)) {
        if (pt_own(mm, addr) != 0)
            return -ENOMEM;
    }
    return 0;
}

/* ---- the cursor ---- */

/* Do both level-2 entries lead to the same table, or to the same huge frame? */
static bool is_same_way(pte_t a, pte_t b)
{
    return pte_pfn(a) == pte_pfn(b) && pte_is_table(a, 2) == pte_is_table(b, 2);
}

static __always_inline bool lock_leaf(struct pt_cursor *cursor)
{
    for (;;) {
        pte_t entry = pte_load(cursor->upper);

        if (!pte_is_present(entry))
            return false;
        cursor->huge = !pte_is_table(entry, 2);
        cursor->leaf = cursor->huge ? pt_table_of(cursor->upper) : pt_leaf_of_upper(entry);
        spin_lock(&cursor->leaf->lock);
        /* Another thread may have made the table its own meanwhile, freed or split it. */
        if (is_same_way(pte_load(cursor->upper), entry))
            return true;
        spin_unlock(&cursor->leaf->lock);
    }
}

/* Lock below @upper, which may be NULL. => map_lock or RCU keeps the table that @upper is in */
static __always_inline bool lock_below(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr,
                                       pte_t *upper)
{
    bool locked;

    rcu_read_lock();
    cursor->mm = mm;
    cursor->addr = addr;
    cursor->upper = upper;
    locked = upper != NULL && lock_leaf(cursor);
    if (locked)
        cursor->slot =
            cursor->huge ? cursor->upper : pte_slot(pt_table_entries(cursor->leaf), addr, 1);
    rcu_read_unlock();
    return locked;
}

bool pt_lock(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr)
{
    bool locked;

    rcu_read_lock(); /* from the reverse map nothing else keeps the upper tables */
    locked = lock_below(cursor, mm, addr, pt_find_upper(mm, addr));
    rcu_read_unlock();
    return locked;
}

int pt_lock_own(struct pt_cursor *cursor, struct mm *mm, vaddr_t addr)
{
    while (!pt_try_lock_own(cursor, mm, addr, find_upper(mm, addr))) {
        int err = pt_own(mm, addr);

        if (err != 0)
            return err;
    }
    return 0;
}

pte_t pt_peek(struct mm *mm, vaddr_t addr, struct pt_way *way)
{
    pte_t pte = pte_empty();
    pte_t upper;

    *way = (struct pt_way){.upper = find_upper(mm, addr)};
    if (way->upper == NULL)
        return pte;
    rcu_read_lock();
    upper = pte_load(way->upper);
    if (likely(pte_is_table(upper, 2))) {
        way->has_table = true;
        way->shared = !pte_is_writable(upper);
        pte = pte_load(pte_slot(table_below(upper), addr, 1));
    } else if (!pte_is_empty(upper)) {
        way->shared = pt_block_sharers(upper) > 1;
        pte = pte_part_of_leaf(upper, pte_index(addr, 1));
    }
    rcu_read_unlock();
    return pte;
}

pte_t pt_peek_upper(struct mm *mm, vaddr_t addr)
{
    pte_t *slot;
    pte_t pte;

    rcu_read_lock();
    slot = pt_find_upper(mm, addr);
    pte = slot == NULL ? pte_empty() : pte_load(slot);
    rcu_read_unlock();
    return pte;
}

pte_t pt_take(struct pt_cursor *cursor)
{
    pte_t pte = pte_exchange(cursor->slot, pte_empty());
    struct page *page = pt_page_of(pte);

    ASSERT(!cursor->huge);
    cursor->leaf->nr[pt_kind_of_page(page)]--;
    if (page != NULL)
        account_unmap_page(page);
    return pte;
}

void pt_change(struct pt_cursor *cursor, pte_t pte)
{
    ASSERT(!cursor->huge && pte_pfn(pt_get(cursor)) == pte_pfn(pte));
    pte_store(cursor->slot, pte);
}

void pt_set_dirty(struct pt_cursor *cursor)
{
    pte_t old = pte_load(cursor->slot);

    while (!pte_compare_exchange(cursor->slot, &old, pte_set_dirty(old)))
        ;
}

void pt_count_upper(const pte_t *slot, u64 nr[NR_PT_KINDS])
{
    unsigned kind;
    pte_t upper;
    u64 all_nr;

    rcu_read_lock();
    upper = pte_load(slot);
    if (pte_is_table(upper, 2)) {
        all_nr = load_acquire(&pt_leaf_of_upper(upper)->all_nr);
        if (unlikely(!is_same_way(pte_load(slot), upper)))
            all_nr = 0;
        for (kind = 0; kind < NR_PT_KINDS; kind++, all_nr >>= 16)
            nr[kind] += (u16)all_nr;
    } else if (!pte_is_empty(upper)) {
        nr[pt_kind_of(upper)] += PTE_ENTRIES_PER_TABLE;
    }
    rcu_read_unlock();
}

void pt_count(struct mm *mm, u64 nr[NR_PT_KINDS])
{
    vaddr_t addr = 0;
    struct vma *vma;
    pte_t *slot;
    unsigned kind;

    for (kind = 0; kind < NR_PT_KINDS; kind++)
        nr[kind] = 0;
    vma_for_each (vma, mm) {
        addr = max(addr, vma->start);
        while ((slot = pt_next_upper(mm, &addr, vma->end)) != NULL) {
            pt_count_upper(slot, nr);
            addr = align_down(addr, PT_LEAF_SPAN) + PT_LEAF_SPAN;
        }
    }
}
