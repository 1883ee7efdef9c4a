/*
 * Lazily freed pages (MADV_FREE): private pages whose contents their program has given up, to be
 * taken when memory is short.
 *
 * 1. An entry of a private page is clean only because MADV_FREE cleaned it: every other way to
 *    make or to fill a private page makes its entry dirty. So a clean entry of a page that is on
 *    the list means: whoever reads here may see the old contents or zeroes. The processor makes it
 *    dirty again with the next write, and with that the page is kept.
 * 2. The pages that have been given up are on one list, oldest first (PAGE_LRU, through lru_next
 *    and lru_prev). The list holds no reference: the page leaves it when its last entry goes.
 * 3. Reclaim finds the entries by the walk over the family (anon_family.h), empties those that are
 *    clean, in shared tables too, and the frame is free when all were. What is locked is not on the
 *    list: mlock takes it off, under the lock of the leaf table, and it stays as clean as it was.
 * 4. A page that one process wrote for another is dirty by itself (PAGE_DIRTY), as on Linux, not
 *    only its entry. It cannot be given up while several have it.
 *
 * Lock: list_lock (rank LRU), below the leaf table locks.
 */
#pragma once

#include "pt.h"

/* Give up the private pages of [start, end); huge leaves are split, so that each can be taken, but
 * for those that others share. => map_lock held for reading; -ENOMEM */
int lazy_free_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* Keep what [start, end) holds. => map_lock held for writing */
void lazy_free_cancel(struct mm *mm, vaddr_t start, vaddr_t end);

/* The last entry of @page went away. => its leaf table locked */
void lazy_free_forget(struct page *page);

/* Has @page been given up through the entry @pte? */
static inline bool lazy_free_is(const struct page *page, pte_t pte)
{
    return page_flag_test(page, PAGE_LRU) && !pte_is_dirty(pte);
}

/* Take up to @nr_pages; how many. May sleep. */
u64 lazy_free_reclaim(u64 nr_pages);

/* Take those of [start, end) that nobody else uses. => map_lock held for reading */
void lazy_free_reclaim_range(struct mm *mm, vaddr_t start, vaddr_t end);

/* Pages on the list. */
u64 lazy_free_count(void);
