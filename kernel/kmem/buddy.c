/* The buddy lists (see buddy.h). */
#include "buddy.h"

/* The block that would merge with the one at @pfn, when it is free as a whole; else NULL. */
static struct page *mergeable_buddy(pfn_t pfn, unsigned int order)
{
    pfn_t other = pfn ^ 1UL << order;
    struct page *page;

    if (order == MAX_ORDER || !pfn_is_valid(other))
        return NULL;
    page = pfn_to_page(other);
    return page_flag_test(page, PAGE_BUDDY) && page_order(page) == order ? page : NULL;
}

static void block_link(struct buddy *buddy, struct page *page, unsigned int order)
{
    page->flags = PAGE_FREE | PAGE_BUDDY | order << PAGE_ORDER_SHIFT;
    page_list_add(&buddy->blocks[order], page);
}

static void block_unlink(struct buddy *buddy, struct page *page, unsigned int order)
{
    page_list_remove(&buddy->blocks[order], page);
    page->flags = PAGE_FREE;
}

/* The smallest order from @order on of which there is a block; MAX_ORDER + 1: none. */
static unsigned int first_order(const struct buddy *buddy, unsigned int order)
{
    while (order <= MAX_ORDER && page_list_is_empty(&buddy->blocks[order]))
        order++;
    return order;
}

/* How large a block do the first of @nr frames make as they stand, in order? */
static unsigned int run_order(struct page *const *pages, unsigned int nr)
{
    unsigned int order = 0;
    unsigned int run = 1;

    while (order < MAX_ORDER && 2U << order <= nr &&
           is_aligned(page_to_pfn(pages[0]), 2UL << order)) {
        while (run < 2U << order && pages[run] == pages[0] + run)
            run++;
        if (run < 2U << order)
            break;
        order++;
    }
    return order;
}

void buddy_free(struct buddy *buddy, struct page *page, unsigned int order)
{
    pfn_t pfn = page_to_pfn(page);
    struct page *other;

    buddy->nr_free += 1UL << order;
    while ((other = mergeable_buddy(pfn, order)) != NULL) {
        block_unlink(buddy, other, order);
        pfn &= ~(1UL << order);
        order++;
    }
    block_link(buddy, pfn_to_page(pfn), order);
}

void buddy_free_many(struct buddy *buddy, struct page **pages, unsigned int nr)
{
    unsigned int i = 0;

    while (i < nr) {
        unsigned int order = run_order(pages + i, nr - i);

        buddy_free(buddy, pages[i], order);
        i += 1U << order;
    }
}

unsigned int buddy_take_many(struct buddy *buddy, struct page **pages, unsigned int nr)
{
    unsigned int taken = 0;

    while (taken < nr) {
        unsigned int order = first_order(buddy, 0);
        struct page *block;
        unsigned int i;

        if (order > MAX_ORDER)
            break;
        while (1U << order > nr - taken)
            order--;
        block = buddy_take(buddy, order);
        /* The last first: they are handed out from the end. */
        for (i = 1U << order; i-- > 0;)
            pages[taken++] = block + i;
    }
    return taken;
}

struct page *buddy_take(struct buddy *buddy, unsigned int order)
{
    unsigned int from = first_order(buddy, order);
    struct page *page;

    if (from > MAX_ORDER)
        return NULL;
    page = page_list_first(&buddy->blocks[from]);
    block_unlink(buddy, page, from);
    while (from > order) {
        from--;
        block_link(buddy, page + (1UL << from), from);
    }
    buddy->nr_free -= 1UL << order;
    return page;
}

/* One block: alignment, marks of all its frames, and that it should not have been merged. */
static bool check_block(struct page *page, unsigned int order)
{
    pfn_t pfn = page_to_pfn(page);
    pfn_t at;

    if (!is_aligned(pfn, 1UL << order) || page_order(page) != order ||
        !page_flag_test(page, PAGE_BUDDY) || mergeable_buddy(pfn, order) != NULL)
        return false;
    for (at = pfn; at < pfn + (1UL << order); at++) {
        if (!pfn_is_valid(at) || !page_flag_test(pfn_to_page(at), PAGE_FREE) ||
            page_references(pfn_to_page(at)) != 0)
            return false;
        if (at != pfn && page_flag_test(pfn_to_page(at), PAGE_BUDDY))
            return false;
    }
    return true;
}

bool buddy_check(const struct buddy *buddy)
{
    u64 frames = 0;
    unsigned int order;

    for (order = 0; order <= MAX_ORDER; order++) {
        const struct page_list *list = &buddy->blocks[order];
        struct page *page;
        u64 blocks = 0;

        for (page = page_list_first(list); page != NULL; page = page_list_next(page)) {
            if (!check_block(page, order))
                return false;
            blocks++;
        }
        if (blocks != list->count)
            return false;
        frames += blocks << order;
    }
    return frames == buddy->nr_free;
}
