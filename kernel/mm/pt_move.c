/*
 * mremap: moving entries, with their frames, from one range to another.
 *
 * Where both ranges have the same alignment, leaf tables and huge leaves move as they are, by their
 * level-2 entries. Else entries move one by one under the locks of both leaf tables. Map counts
 * stay: a frame has as many entries as before.
 *
 * What was moved one by one counts as changed (soft-dirty), a table that moved does not: as on
 * Linux.
 *
 * => map_lock held for writing; both ranges own their leaf tables (pt_own_range, pt_move_reserve)
 */
#include <abi/errno.h>
#include <kern/panic.h>

#include "pt.h"

/* Two leaf tables of one address space, in the order of their addresses. */
static void lock_two(struct pt_table *a, struct pt_table *b)
{
    spin_lock(&min(a, b)->lock);
    if (a != b)
        spin_lock_nested(&max(a, b)->lock);
}

static void unlock_two(struct pt_table *a, struct pt_table *b)
{
    spin_unlock(&max(a, b)->lock);
    if (a != b)
        spin_unlock(&min(a, b)->lock);
}

static void move_entry(struct pt_table *from_leaf, pte_t *from, struct pt_table *to_leaf, pte_t *to)
{
    pte_t pte = pte_exchange(from, pte_empty());
    enum pt_kind kind = pt_kind_of(pte);

    ASSERT(pte_is_empty(pte_load(to)));
    from_leaf->nr[kind]--;
    to_leaf->nr[kind]++;
    pte_store(to, pte_set_soft_dirty(pte));
}

/* The leaf table that @addr moves to; NULL when nobody reserved it: there is nothing to be moved.
 */
static struct pt_table *find_target(struct mm *mm, vaddr_t addr, size_t len)
{
    vaddr_t at = addr;
    pte_t *slot = pt_next_upper(mm, &at, addr + len);

    return slot != NULL && at == addr ? pt_leaf_of_upper(pte_load(slot)) : NULL;
}

static bool is_empty(struct pt_table *leaf, vaddr_t addr, size_t len)
{
    size_t done;

    for (done = 0; done < len && pt_table_count(leaf) > 0; done += PAGE_SIZE) {
        if (!pte_is_empty(pte_load(pte_slot(pt_table_entries(leaf), addr + done, 1))))
            return false;
    }
    return true;
}

/*
 * Move up to the end of either leaf table. The processor may set accessed and dirty through the old
 * translation until the flush, which happens before the locks are released. A table made for the
 * new range may serve empty parts of the old one, too: no target was made for those.
 */
static void move_leaf(struct batch *batch, pte_t *upper, vaddr_t from, vaddr_t to, size_t len)
{
    struct pt_table *source = pt_leaf_of_upper(pte_load(upper));
    struct pt_table *target = find_target(batch->mm, to, len);
    size_t done;

    if (target == NULL) {
        ASSERT(is_empty(source, from, len));
        return;
    }
    lock_two(source, target);
    for (done = 0; done < len && pt_table_count(source) > 0; done += PAGE_SIZE) {
        pte_t *entry = pte_slot(pt_table_entries(source), from + done, 1);

        if (!pte_is_empty(pte_load(entry)))
            move_entry(source, entry, target, pte_slot(pt_table_entries(target), to + done, 1));
    }
    arch_mmu_flush(&batch->mm->mmu, from, from + len, false);
    unlock_two(source, target);
}

/* Does what the level-2 entry of @addr serves move as it is? A huge leaf for which it does not was
 * split. */
static bool moves_whole(vaddr_t addr, vaddr_t to, size_t len)
{
    return len == PT_LEAF_SPAN && is_aligned(addr | to, PT_LEAF_SPAN);
}

/* A level-2 entry moves to where there is nothing. */
static void move_upper(struct batch *batch, pte_t *from, vaddr_t addr, vaddr_t to)
{
    pte_t *slot = pt_find_upper(batch->mm, to);
    struct pt_table *source = pt_table_of(from);
    struct pt_table *target = pt_table_of(slot);
    pte_t entry = pte_load(from);
    struct pt_table *leaf = pte_is_table(entry, 2) ? pt_leaf_of_upper(entry) : NULL;
    enum pt_kind kind = pt_kind_of_page(leaf != NULL ? NULL : pt_page_of(entry));

    ASSERT(pte_is_empty(pte_load(slot)));
    lock_two(source, target);
    if (leaf != NULL)
        spin_lock_nested(&leaf->lock);
    entry = pte_exchange(from, pte_empty());
    source->nr[kind]--;
    target->nr[kind]++;
    pte_store(slot, leaf != NULL ? entry : pte_set_soft_dirty(entry));
    arch_mmu_flush(&batch->mm->mmu, addr, addr + PT_LEAF_SPAN, leaf != NULL);
    if (leaf != NULL)
        spin_unlock(&leaf->lock);
    unlock_two(source, target);
}

int pt_move_reserve(struct mm *mm, vaddr_t from, vaddr_t to, size_t len)
{
    u64 span = PT_LEAF_SPAN * PTE_ENTRIES_PER_TABLE;
    vaddr_t addr = from;
    vaddr_t end = from + len;
    vaddr_t made = 0; /* up to here there are level-2 tables */
    pte_t *slot;

    /* Only where there is something to move. */
    for (slot = pt_next_upper(mm, &addr, end); slot != NULL;
         slot = pt_next_upper_after(mm, slot, &addr, end)) {
        vaddr_t next = pt_leaf_end(addr, end);
        vaddr_t target = to + (addr - from);

        if (!moves_whole(addr, target, next - addr)) {
            if (pt_make_range(mm, target, target + (next - addr)) != 0)
                return -ENOMEM;
        } else if (target >= made) {
            if (IS_ERR(pt_make_upper(mm, target)))
                return -ENOMEM;
            made = align_down(target, span) + span;
        }
        addr = next;
    }
    return 0;
}

void pt_move(struct batch *batch, vaddr_t from, vaddr_t to, size_t len)
{
    vaddr_t addr = from;
    vaddr_t end = from + len;
    pte_t *slot;

    for (slot = pt_next_upper(batch->mm, &addr, end); slot != NULL;
         slot = pt_next_upper_after(batch->mm, slot, &addr, end)) {
        vaddr_t target = to + (addr - from);
        vaddr_t next = pt_leaf_end(addr, end);

        next = min(next, addr + (pt_leaf_end(target, to + len) - target));
        if (moves_whole(addr, target, next - addr))
            move_upper(batch, slot, addr, target);
        else
            move_leaf(batch, slot, addr, target, next - addr);
        addr = next;
    }
}
