/* The page map and operations on single frames that need no zone (see page.h, frames.h). */
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/page.h>
#include <lib/string.h>

struct page *page_map;
pfn_t page_map_end;

void *frame_alloc(unsigned int flags)
{
    struct page *page = page_alloc(flags);

    return page == NULL ? NULL : page_to_virt(page);
}

void frame_free(void *frame)
{
    page_free_order(virt_to_page(frame), 0);
}

void page_split(struct page *page)
{
    u64 nr = 1UL << page_order(page);
    u64 i;

    ASSERT(page_references(page) == 1);
    page->flags &= PAGE_FLAGS_MASK;
    for (i = 1; i < nr; i++) {
        page[i].user[0] = 0;
        page[i].user[1] = 0;
        page[i].user[2] = 0;
        page[i].flags = 0;
        store_release(&page[i].references, 1);
    }
}

void page_zero(struct page *page)
{
    memset(page_to_virt(page), 0, PAGE_SIZE);
}

void page_copy(struct page *to, const struct page *from)
{
    memcpy(page_to_virt(to), page_to_virt(from), PAGE_SIZE);
}
