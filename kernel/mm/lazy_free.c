/* Lazily freed pages (lazy_free.h). */
#include <abi/errno.h>
#include <kmem/frames.h>

#include "anon_family.h"
#include "lazy_free.h"

static struct spinlock list_lock = SPINLOCK_INIT(LOCK_RANK_LRU);
static struct page_list list; /* (list_lock) */

u64 lazy_free_count(void)
{
    return READ_ONCE(list.count);
}

/* What others have in a huge leaf is in use, and has no links to spare. */
static void list_enter(struct page *page)
{
    if (pt_is_in_block(page))
        return;
    spin_lock(&list_lock);
    if (!page_flag_test_and_set(page, PAGE_LRU))
        page_list_add_tail(&list, page);
    spin_unlock(&list_lock);
}

void lazy_free_forget(struct page *page)
{
    if (likely(!page_flag_test(page, PAGE_LRU)))
        return;
    spin_lock(&list_lock);
    if (page_flag_test_and_clear(page, PAGE_LRU))
        page_list_remove(&list, page);
    spin_unlock(&list_lock);
}

/* ---- marking ---- */

static struct page *private_page_of(pte_t pte)
{
    struct page *page = pt_page_of(pte);

    return page != NULL && page_flag_test(page, PAGE_PRIVATE_OWNED) ? page : NULL;
}

/* The processor may be setting accessed and dirty at the same time. */
static void clean_entry(pte_t *slot)
{
    pte_t old = pte_load(slot);

    while (!pte_compare_exchange(slot, &old, pte_clear_dirty(pte_clear_accessed(old))))
        ;
}

/* What the kernel wrote stays dirty while others have the page too (lazy_free.h 4). */
static bool can_be_cleaned(struct page *page)
{
    if (!page_flag_test(page, PAGE_DIRTY))
        return true;
    if (page_map_count(page) != 1)
        return false;
    page_flag_clear(page, PAGE_DIRTY);
    return true;
}

/* Mark the private pages from the cursor to @end: given up, or to be kept. True: one was there. */
static bool mark_leaf(struct pt_cursor *cursor, vaddr_t end, bool give_up)
{
    bool found = false;

    if (cursor->huge)
        return false; /* others have it too, or it came after all were split */
    for (; cursor->addr < end; pt_next(cursor)) {
        struct page *page = private_page_of(pt_get(cursor));

        if (page == NULL || (give_up && !can_be_cleaned(page)))
            continue;
        found = true;
        if (give_up) {
            clean_entry(cursor->slot);
            list_enter(page);
        } else {
            lazy_free_forget(page);
        }
    }
    return found;
}

static void mark_range(struct mm *mm, vaddr_t start, vaddr_t end, bool give_up)
{
    vaddr_t addr = start;
    struct pt_cursor cursor;
    struct batch batch;

    batch_init(&batch, mm);
    while (pt_next_upper(mm, &addr, end) != NULL) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (pt_lock(&cursor, mm, addr)) {
            /* A processor that remembers the entry as dirty would write unnoticed. */
            if (mark_leaf(&cursor, next, give_up) && give_up)
                batch_add_range(&batch, addr, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
    batch_finish(&batch);
}

/* Is no page of a huge leaf mapped anywhere else? */
static bool is_alone(pte_t leaf)
{
    const struct page *block = pt_page_of(leaf);
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        if (page_map_count(block + i) != 1)
            return false;
    }
    return pt_block_sharers(leaf) == 1;
}

/* A table to be changed becomes one's own; a huge leaf is split if each of its pages can then be
 * given up: Linux leaves one alone that somebody shares. */
static int reserve_leaf(struct mm *mm, pte_t *slot, vaddr_t addr)
{
    pte_t entry = pte_load(slot);

    if (pte_is_leaf(entry, 2))
        return is_alone(entry) ? pt_split(mm, slot, addr) : 0;
    return pte_is_empty(entry) ? 0 : pt_own(mm, addr);
}

int lazy_free_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    while ((slot = pt_next_upper(mm, &addr, end)) != NULL) {
        if (reserve_leaf(mm, slot, addr) != 0)
            return -ENOMEM;
        addr = pt_leaf_end(addr, end);
    }
    mark_range(mm, start, end, true);
    return 0;
}

void lazy_free_cancel(struct mm *mm, vaddr_t start, vaddr_t end)
{
    mark_range(mm, start, end, false);
}

/* ---- taking ---- */

struct drop {
    unsigned nr;        /* entries emptied: references to give back */
    bool written;       /* an entry is dirty: the page is in use again */
    vaddr_t start, end; /* those in shared tables, where every sharer has them; empty: none */
};

/* Whoever shares the table sees the entry go as well, and all of them are flushed. */
static bool drop_entry(struct pt_cursor *cursor, void *argument)
{
    struct drop *drop = argument;
    pte_t pte;

    pte = pt_get(cursor);
    /* In a huge leaf nothing is given up; and somebody may have locked it just now. */
    drop->written = cursor->huge || !lazy_free_is(pt_page_of(pte), pte);
    if (drop->written)
        return false;
    pte = pt_take(cursor);
    if (pte_is_dirty(pte)) { /* written just now */
        pt_install(cursor, pte);
        drop->written = true;
        return false;
    }
    drop->nr++;
    if (pte_is_writable(pte_load(cursor->upper))) {
        arch_mmu_flush(&cursor->mm->mmu, cursor->addr, cursor->addr + PAGE_SIZE, false);
    } else {
        drop->start = min(drop->start, cursor->addr);
        drop->end = max(drop->end, cursor->addr + PAGE_SIZE);
    }
    return true;
}

/* => RCU read lock held since the page was seen on the list or in an entry; the caller has a
 * reference. True: nobody uses it any more. */
static bool drop_page(struct page *page)
{
    struct drop drop = {.start = USER_END};
    unsigned i;

    anon_family_walk(page, false, drop_entry, &drop);
    if (drop.start < drop.end)
        anon_family_flush(page, drop.start, drop.end);
    if (drop.written)
        lazy_free_forget(page);
    for (i = 0; i < drop.nr; i++)
        page_put(page);
    return drop.nr > 0 && page_map_count(page) == 0;
}

/* The oldest page, referenced, moved to the end of the list; NULL: none. A page on the list is
 * mapped, so it has an owner. */
static struct page *next_page(void)
{
    struct page *page;

    spin_lock(&list_lock);
    page = page_list_first(&list);
    if (page != NULL) {
        page_get(page);
        page_list_remove(&list, page);
        page_list_add_tail(&list, page);
    }
    spin_unlock(&list_lock);
    return page;
}

u64 lazy_free_reclaim(u64 nr_pages)
{
    u64 turns = lazy_free_count();
    u64 freed = 0;

    while (turns-- > 0 && freed < nr_pages) {
        struct page *page;

        rcu_read_lock();
        page = next_page();
        if (page != NULL)
            freed += drop_page(page);
        rcu_read_unlock();
        if (page == NULL)
            break;
        page_put(page);
    }
    return freed;
}

/* The lazily freed page at @addr that is mapped only here, referenced; or NULL. */
static struct page *find_own(struct mm *mm, vaddr_t addr)
{
    struct pt_cursor cursor;
    struct page *page;

    if (!pt_lock(&cursor, mm, addr))
        return NULL;
    page = private_page_of(pt_get(&cursor));
    if (page != NULL && lazy_free_is(page, pt_get(&cursor)) && page_map_count(page) == 1 &&
        !pt_is_shared(&cursor))
        page_get(page);
    else
        page = NULL;
    pt_unlock(&cursor);
    return page;
}

void lazy_free_reclaim_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;

    while (pt_next_upper(mm, &addr, end) != NULL) {
        vaddr_t next = pt_leaf_end(addr, end);

        for (; addr < next; addr += PAGE_SIZE) {
            struct page *page;

            rcu_read_lock();
            page = find_own(mm, addr);
            if (page != NULL)
                drop_page(page);
            rcu_read_unlock();
            if (page != NULL)
                page_put(page);
        }
    }
}
