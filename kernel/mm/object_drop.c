/*
 * Pages leave objects: because a range is cut off, or because memory is wanted and nobody uses
 * them. A page is busy while it leaves, or object.lock shows that it has no user.
 */
#include <kmem/frames.h>

#include "hugetlb.h"
#include "object_pages.h"

/* The first page of [*index, last], referenced; NULL at the end. */
static struct page *next_page(struct vm_object *object, u64 *index, u64 last)
{
    struct page *page;

    spin_lock(&object->lock);
    page = radix_next(&object->pages, index);
    if (page != NULL && *index > last)
        page = NULL;
    if (page != NULL)
        page_get(page);
    spin_unlock(&object->lock);
    return page;
}

/* Drop the pages of [first, last] that lack @spared, a flag or 0. */
static void drop_range(struct vm_object *object, u64 first, u64 last, u32 spared)
{
    u64 index = first;
    struct page *page;

    while ((page = next_page(object, &index, last)) != NULL) {
        page_make_busy(page);
        if (READ_ONCE(page->flags) & (PAGE_STALE | spared))
            page_end_busy(page);
        else
            object_withdraw_page(object, page);
        page_put(page);
        if (index++ == ~0ul)
            break;
    }
}

void object_drop_range(struct vm_object *object, u64 first, u64 last)
{
    if (object->flags & VM_OBJECT_HUGETLB)
        hugetlb_drop(object, first / HUGETLB_PAGES, last / HUGETLB_PAGES);
    else
        drop_range(object, first, last, 0);
}

void object_drop_reserved(struct vm_object *object, u64 first, u64 last)
{
    drop_range(object, first, last, PAGE_UPTODATE);
}

/* Drop @page if nobody uses it: the tree's reference and the caller's are the only ones. */
static bool try_drop_page(struct vm_object *object, struct page *page)
{
    bool dropped;

    spin_lock(&object->lock);
    dropped = page_references(page) == 2 &&
              !(READ_ONCE(page->flags) & (PAGE_BUSY | PAGE_DIRTY | PAGE_STALE | PAGE_WRITEBACK));
    if (dropped)
        object_remove_page(object, page);
    spin_unlock(&object->lock);
    if (dropped)
        page_put(page);
    return dropped;
}

u64 object_drop_idle(struct vm_object *object, u64 nr_pages, bool unmap)
{
    u64 index = 0;
    u64 dropped = 0;
    struct page *page;

    while (dropped < nr_pages && (page = next_page(object, &index, ~0ul)) != NULL) {
        if (unmap && page_map_count(page) > 0)
            object_try_unmap(object, index);
        dropped += try_drop_page(object, page);
        page_put(page);
        index++;
    }
    return dropped;
}

void object_page_out(struct vm_object *object, u64 first, u64 last)
{
    u64 index = first;
    struct page *page;

    if (!object_is_reclaimable(object) || object_sync(object, first, last) != 0)
        return;
    while ((page = next_page(object, &index, last)) != NULL) {
        if (page_map_count(page) <= 1 && object_try_unmap(object, index))
            try_drop_page(object, page);
        page_put(page);
        if (index++ == ~0ul)
            break;
    }
}

void object_drop_pages(struct vm_object *object)
{
    if (object_is_reclaimable(object))
        object_drop_idle(object, ~0ul, false);
}
