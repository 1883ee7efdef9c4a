/*
 * MADV_COLD: forgetting that pages were used, so that reclaim takes them earlier. Only pages that
 * nobody else maps are touched; a huge leaf of which only a part is meant is split for that, as on
 * Linux. Lock: map_lock for reading; each leaf table is locked.
 */
#include "cold.h"
#include "pt.h"

/* True: the entry said that the page was used. */
static bool cool_entry(pte_t *slot, struct page *page)
{
    pte_t old = pte_load(slot);
    bool used = pte_is_accessed(old);

    if (page_map_count(page) != 1)
        return false;
    while (!pte_compare_exchange(slot, &old, pte_clear_accessed(old)))
        ;
    page_flag_clear(page, PAGE_REFERENCED);
    return used;
}

/* The entries from the cursor to @end. A table that fork shares is mapped by others, too. */
static bool cool_leaf(struct pt_cursor *cursor, vaddr_t end)
{
    bool used = false;

    if (pt_is_shared(cursor))
        return false;
    for (; cursor->addr < end; pt_next(cursor)) {
        struct page *page = pt_page_of(pt_get(cursor));

        if (page != NULL)
            used |= cool_entry(cursor->slot, page);
    }
    return used;
}

/* Does the advice reach only a part of a huge leaf that nobody else uses? */
static bool cuts_own_leaf(pte_t upper, size_t len)
{
    return pte_is_leaf(upper, 2) && len < PT_LEAF_SPAN && pt_block_sharers(upper) == 1 &&
           page_map_count(pt_page_of(upper)) == 1;
}

void cool_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    struct pt_cursor cursor;
    struct batch batch;
    pte_t *slot;

    batch_init(&batch, mm);
    while ((slot = pt_next_upper(mm, &addr, end)) != NULL) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (cuts_own_leaf(pte_load(slot), next - addr) && pt_split(mm, slot, addr) != 0)
            break; /* the rest stays as warm as it is */
        if (pt_lock(&cursor, mm, addr)) {
            if (cool_leaf(&cursor, next))
                batch_add_range(&batch, addr, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
    batch_finish(&batch);
}
