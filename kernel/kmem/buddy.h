/*
 * The buddy lists: free blocks of 2^order frames, aligned to their size, one list per order. Two
 * free buddies of one order are always merged. Pure: the caller locks.
 *
 * A frame in a free block has PAGE_FREE and no reference; the first one also PAGE_BUDDY and the
 * order, and links the block in its list.
 */
#pragma once

#include <kmem/page.h>

struct buddy {
    struct page_list blocks[MAX_ORDER + 1];
    u64 nr_free; /* frames in all blocks */
};

/* Give a block back. Its frames have PAGE_FREE set and no other flag, except that order may be set.
 */
void buddy_free(struct buddy *buddy, struct page *page, unsigned int order);

/* Take a block, split from a larger one if need be; NULL: none. Its frames keep PAGE_FREE. */
struct page *buddy_take(struct buddy *buddy, unsigned int order);

/*
 * The same for @nr single frames: taken from the smallest blocks there are, in whole blocks where
 * they fit, which come last frame first; frames in order that make a block are freed as one.
 * => buddy_take_many: how many there were
 */
unsigned int buddy_take_many(struct buddy *buddy, struct page **pages, unsigned int nr);
void buddy_free_many(struct buddy *buddy, struct page **pages, unsigned int nr);

/* True when every block is aligned, marked, unmergeable and counted. */
bool buddy_check(const struct buddy *buddy);
