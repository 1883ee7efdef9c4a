/*
 * Changing what an object holds while it is mapped: resize, punch, write back.
 *
 * The size changes first, then the mappings go, then the pages. A fault holds object.resize for
 * reading from its look at the size until its entry is installed, so a page that is dropped here is
 * mapped nowhere. The tree of areas is walked under object.lock; flushes are batched per area.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <lib/string.h>

#include "hugetlb.h"
#include "object_areas.h"
#include "object_pages.h"
#include "pt.h"

/* The part of an area that shows [first, last] of its object. */
static void area_part(const struct vma *vma, u64 first, u64 last, vaddr_t *start, vaddr_t *end)
{
    u64 offset = vma->offset;
    u64 area_last = offset + vma_pages(vma) - 1;

    *start = vma->start + ((max(first, offset) - offset) << PAGE_SHIFT);
    *end = vma->start + ((min(last, area_last) - offset + 1) << PAGE_SHIFT);
}

/*
 * Run over the areas that show pages of [first, last]. What is taken out of a table that fork
 * shares is let go when all areas were flushed: the others have it in the same table, and nothing
 * else keeps a private page.
 * => object.lock held
 */
static void for_each_area_locked(struct vm_object *object, u64 first, u64 last,
                                 void (*visit)(struct batch *batch, vaddr_t start, vaddr_t end,
                                               bool private),
                                 bool private)
{
    struct interval_node *node;
    struct batch batch;

    ASSERT_HELD(&object->lock);
    batch_init(&batch, NULL);
    batch.object = object;
    interval_for_each (node, object_area, &object->areas, first, last) {
        struct vma *vma = vma_of_object_node(node);
        vaddr_t start, end;

        area_part(vma, first, last, &start, &end);
        batch_move_to(&batch, vma->mm);
        visit(&batch, start, end, private);
    }
    batch_finish(&batch);
}

static void for_each_area(struct vm_object *object, u64 first, u64 last,
                          void (*visit)(struct batch *batch, vaddr_t start, vaddr_t end,
                                        bool private),
                          bool private)
{
    spin_lock(&object->lock);
    for_each_area_locked(object, first, last, visit, private);
    spin_unlock(&object->lock);
}

void object_unmap(struct vm_object *object, u64 first, u64 last, bool private)
{
    for_each_area(object, first, last, pt_zap_in_place, private);
}

/* Does a locked area show the page at @index? => object.lock held */
static bool is_locked(struct vm_object *object, u64 index)
{
    struct interval_node *node;

    interval_for_each (node, object_area, &object->areas, index, index) {
        if (vma_of_object_node(node)->flags & VMA_LOCKED)
            return true;
    }
    return false;
}

bool object_try_unmap(struct vm_object *object, u64 index)
{
    bool locked;

    spin_lock(&object->lock);
    locked = is_locked(object, index);
    if (!locked)
        for_each_area_locked(object, index, index, pt_zap_in_place, false);
    spin_unlock(&object->lock);
    return !locked;
}

static void write_protect(struct batch *batch, vaddr_t start, vaddr_t end, bool private)
{
    (void)private;
    pt_clean_in_place(batch, start, end);
}

void object_write_protect(struct vm_object *object, u64 first, u64 last)
{
    for_each_area(object, first, last, write_protect, false);
}

/* ---- resize ---- */

/* The page at @index for zeroing a part of it; *page NULL when it is a hole anyway. */
static int get_partial_page(struct vm_object *object, u64 index, struct page **page)
{
    *page = NULL;
    if (!(object->flags & VM_OBJECT_SHMEM))
        return object_get_page(object, index, page);
    *page = object_find_page(object, index);
    return 0;
}

/* Zero bytes [from, to) of @page, which the caller keeps referenced. */
static void zero_part(struct vm_object *object, struct page *page, u64 from, u64 to)
{
    page_make_busy(page);
    if (!page_flag_test(page, PAGE_STALE)) {
        memset((char *)page_to_virt(page) + from, 0, to - from);
        object_mark_dirty(object, page);
    }
    page_end_busy(page);
}

static void set_size(struct vm_object *object, u64 size)
{
    spin_lock(&object->lock);
    WRITE_ONCE(object->size, size);
    spin_unlock(&object->lock);
}

static void shrink(struct vm_object *object, u64 size, struct page *tail)
{
    u64 first = div_round_up(size, PAGE_SIZE);

    set_size(object, size);
    object_unmap(object, first, ~0ul, true);
    if (tail != NULL)
        zero_part(object, tail, size & (PAGE_SIZE - 1), PAGE_SIZE);
    object_drop_range(object, first, ~0ul);
    if (object->ops->truncated != NULL)
        object->ops->truncated(object, size);
}

int object_resize(struct vm_object *object, u64 size)
{
    struct page *tail = NULL;
    int err = 0;

    if (object->flags & VM_OBJECT_HUGETLB) {
        hugetlb_object_resize(object, size);
        return 0;
    }
    write_lock(&object->resize);
    if (size > object->size || (size == object->size && !(object->flags & VM_OBJECT_SHMEM))) {
        set_size(object, size);
    } else {
        if (!is_aligned(size, PAGE_SIZE))
            err = get_partial_page(object, size >> PAGE_SHIFT, &tail);
        if (err == 0)
            shrink(object, size, tail);
        if (tail != NULL)
            page_put(tail);
    }
    write_unlock(&object->resize);
    return err;
}

/* ---- holes ---- */

/* Zero bytes [from, to) of the file, which lie in one page. */
static int punch_part(struct vm_object *object, u64 from, u64 to)
{
    struct page *page;
    int err;

    if (from >= to)
        return 0;
    err = get_partial_page(object, from >> PAGE_SHIFT, &page);
    if (err == -ENODATA)
        return 0;
    if (err == 0 && page != NULL) {
        zero_part(object, page, from & (PAGE_SIZE - 1), ((to - 1) & (PAGE_SIZE - 1)) + 1);
        page_put(page);
    }
    return err;
}

static int punch_locked(struct vm_object *object, u64 start, u64 end)
{
    u64 first = div_round_up(start, PAGE_SIZE);
    u64 last = end >> PAGE_SHIFT; /* one past the last whole page */
    int err;

    if (first > last)
        return punch_part(object, start, end);
    err = punch_part(object, start, first << PAGE_SHIFT);
    if (err == 0)
        err = punch_part(object, last << PAGE_SHIFT, end);
    if (err == 0 && first < last) {
        object_unmap(object, first, last - 1, false);
        object_drop_range(object, first, last - 1);
    }
    return err;
}

int object_punch(struct vm_object *object, u64 offset, u64 len)
{
    u64 end;
    int err;

    if (add_overflow(offset, len, &end))
        return -EINVAL;
    if (object->flags & VM_OBJECT_HUGETLB) {
        hugetlb_object_punch(object, offset, len);
        return 0;
    }
    write_lock(&object->resize);
    err = punch_locked(object, offset, end);
    write_unlock(&object->resize);
    return err;
}

/* ---- write back ---- */

static struct page *next_dirty(struct vm_object *object, u64 *index, u64 last)
{
    struct page *page;

    spin_lock(&object->lock);
    page = radix_next_tagged(&object->pages, index, OBJECT_TAG_DIRTY);
    if (page != NULL && *index > last)
        page = NULL;
    if (page != NULL)
        page_get(page);
    spin_unlock(&object->lock);
    return page;
}

/* Clean the page: writes from here on are noticed again. => page busy */
static int write_back_page(struct vm_object *object, struct page *page)
{
    int err;

    if (page_flag_test(page, PAGE_STALE) || !page_flag_test(page, PAGE_DIRTY))
        return 0;
    object_mark_clean(object, page);
    object_write_protect(object, page->index, page->index);
    err = object->ops->write_back(object, page);
    if (err != 0)
        object_mark_dirty(object, page);
    return err;
}

int object_sync(struct vm_object *object, u64 first, u64 last)
{
    struct page *page;
    u64 index = first;
    int result = 0;

    if (object->ops->write_back == NULL)
        return 0;
    while ((page = next_dirty(object, &index, last)) != NULL) {
        int err;

        page_make_busy(page);
        err = write_back_page(object, page);
        page_end_busy(page);
        page_put(page);
        if (err != 0 && result == 0)
            result = err;
        if (index++ == ~0ul)
            break;
    }
    return result;
}
