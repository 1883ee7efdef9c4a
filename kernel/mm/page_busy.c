/*
 * PAGE_BUSY as a sleeping lock: hashed wait queues, since a page has no room for one.
 */
#include <kern/panic.h>
#include <kmem/page.h>
#include <sched/wait.h>

#include "object_pages.h"

#define NR_QUEUES 64

static struct wait_queue queues[NR_QUEUES];

void page_busy_init(void)
{
    unsigned i;

    for (i = 0; i < NR_QUEUES; i++)
        wait_queue_init(&queues[i]);
}

/* Neighbours have queues of their own: no other hash is worth its instructions. */
static struct wait_queue *queue_of(const struct page *page)
{
    return &queues[(uintptr_t)page / sizeof(*page) % NR_QUEUES];
}

bool page_try_make_busy(struct page *page)
{
    return !page_flag_test_and_set(page, PAGE_BUSY);
}

void page_make_busy(struct page *page)
{
    if (page_try_make_busy(page))
        return;
    wait_event(queue_of(page), page_try_make_busy(page));
}

void page_end_busy(struct page *page)
{
    ASSERT(page_flag_test(page, PAGE_BUSY));
    page_flag_clear(page, PAGE_BUSY);
    wake_all(queue_of(page));
}

void page_wait_idle(struct page *page)
{
    if (page_flag_test(page, PAGE_BUSY))
        wait_event(queue_of(page), !page_flag_test(page, PAGE_BUSY));
}
