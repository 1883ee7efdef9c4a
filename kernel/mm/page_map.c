/*
 * What each page of an address space is, one word each, for /proc/PID/pagemap. A page of an area
 * that is soft-dirty as a whole counts as soft-dirty, mapped or not. Lock: map_lock for reading;
 * each leaf table is locked while it is read.
 */
#include <abi/pagemap.h>

#include "fault.h"
#include "hugetlb.h"

struct page_map {
    vaddr_t start;
    u64 *words;
    bool frames;
};

static u64 *word_of(const struct page_map *map, vaddr_t addr)
{
    return &map->words[(addr - map->start) >> PAGE_SHIFT];
}

/* Private memory, and not a part of a file. */
static bool is_private(struct page *page)
{
    if (!page_flag_test(page, PAGE_POOLED))
        return page_flag_test(page, PAGE_PRIVATE_OWNED);
    return hugetlb_is_private(pfn_to_page(align_down(page_to_pfn(page), HUGETLB_PAGES)));
}

static u64 entry_word(const struct page_map *map, const struct pt_cursor *cursor)
{
    pte_t pte = pt_get(cursor);
    struct page *page = pt_page_of(pte);
    u64 word = 0;

    if (pte_is_empty(pte))
        return 0;
    if (pte_is_present(pte))
        word |= PAGEMAP_PRESENT | (map->frames ? pte_pfn(pte) : 0);
    if (pte_is_swap(pte))
        word |= PAGEMAP_SWAP;
    if (pte_is_soft_dirty(pte))
        word |= PAGEMAP_SOFT_DIRTY;
    if (pte_is_uffd_wp(pte))
        word |= PAGEMAP_UFFD_WP;
    if (page != NULL && !is_private(page))
        word |= PAGEMAP_FILE;
    if (page != NULL && pt_page_users(page, cursor) == 1)
        word |= PAGEMAP_EXCLUSIVE;
    return word;
}

static void map_leaf(const struct page_map *map, struct pt_cursor *cursor, vaddr_t end)
{
    for (; cursor->addr < end; pt_next(cursor))
        *word_of(map, cursor->addr) |= entry_word(map, cursor);
}

static void map_area(const struct page_map *map, const struct vma *vma, vaddr_t addr, vaddr_t end)
{
    u64 all = vma->flags & VMA_SOFTDIRTY ? PAGEMAP_SOFT_DIRTY : 0;
    struct pt_cursor cursor;
    vaddr_t at;

    for (at = addr; at < end; at += PAGE_SIZE)
        *word_of(map, at) = all;
    while (pt_next_upper(vma->mm, &addr, end) != NULL) {
        vaddr_t next = pt_leaf_end(addr, end);

        if (pt_lock(&cursor, vma->mm, addr)) {
            map_leaf(map, &cursor, next);
            pt_unlock(&cursor);
        }
        addr = next;
    }
}

void mm_page_map(struct mm *mm, vaddr_t start, u64 nr_pages, u64 *words, bool frames)
{
    struct page_map map = {.start = start, .words = words, .frames = frames};
    vaddr_t end = start + (nr_pages << PAGE_SHIFT);
    const struct vma *vma;
    u64 i;

    for (i = 0; i < nr_pages; i++)
        words[i] = 0;
    read_lock(&mm->map_lock);
    vma_for_each_overlap (vma, mm, start, end)
        map_area(&map, vma, max(vma->start, start), min(vma->end, end));
    read_unlock(&mm->map_lock);
}

bool mm_is_zero_frame(pfn_t pfn)
{
    return pfn == page_to_pfn(zero_page);
}

bool mm_is_huge_frame(pfn_t pfn)
{
    return pt_is_in_block(pfn_to_page(pfn));
}
