/*
 * Fault-around: a read fault on an object's page maps its neighbours too, as far as they are in
 * memory, so that a program's text costs one fault per 64 KiB. Neighbours are optional: any
 * obstacle ends the effort.
 *
 * => object.resize held for reading, so none of the pages leaves the object meanwhile
 */
#include "fault.h"
#include "object_pages.h"

#define AROUND_PAGES 16

struct around {
    vaddr_t start;
    unsigned nr;
    struct page *pages[AROUND_PAGES]; /* referenced, or NULL */
};

/* The window: from an aligned address or the start of the area on, so many pages, as far as they
 * are in the area, in the object and in one leaf table. */
static void around_init(struct around *around, const struct fault *fault)
{
    const struct vma *vma = fault->vma;
    u64 size = AROUND_PAGES * PAGE_SIZE;
    vaddr_t start = max(align_down(fault->addr, size), vma->start);
    vaddr_t end = min(start + size, pt_leaf_end(start, vma->end));

    around->start = start;
    around->nr = object_find_pages(vma->object, vma_index(vma, start), (end - start) >> PAGE_SHIFT,
                                   around->pages);
}

/* => leaf locked. Neighbours are mapped without write permission where writes must be noticed. */
static void around_install(struct around *around, const struct fault *fault,
                           struct pt_cursor *cursor)
{
    bool write = vma_is_shared(fault->vma) && !object_wants_notice(fault->vma->object);
    unsigned i;

    for (i = 0; i < around->nr; i++, cursor->slot++) {
        struct page *page = around->pages[i];

        if (page == NULL || !pte_is_empty(pt_get(cursor)))
            continue;
        pt_install(cursor, fault_make_entry(fault, page_to_pfn(page), write));
        around->pages[i] = NULL;
    }
}

/* The leaf table of the window; where the fault itself made none, it is made if there is a page. */
static bool around_lock(const struct around *around, struct mm *mm, struct pt_cursor *cursor)
{
    unsigned i;

    if (pt_lock(cursor, mm, around->start))
        return true;
    for (i = 0; i < around->nr; i++) {
        if (around->pages[i] != NULL)
            return pt_own(mm, around->start) == 0 && pt_lock(cursor, mm, around->start);
    }
    return false;
}

void fault_around(struct fault *fault)
{
    struct around around;
    struct pt_cursor cursor __uncleared;
    unsigned i;

    around_init(&around, fault);
    if (around_lock(&around, fault->mm, &cursor)) {
        if (!cursor.huge && !pt_is_shared(&cursor))
            around_install(&around, fault, &cursor);
        pt_unlock(&cursor);
    }
    for (i = 0; i < around.nr; i++) {
        if (around.pages[i] != NULL)
            page_put(around.pages[i]);
    }
}
