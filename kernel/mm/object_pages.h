/*
 * The pages of an object, as the files of this room handle them (mm/object.h has the public half).
 *
 * A page is in the object's tree from object_insert_page until object_remove_page, which marks it
 * PAGE_STALE. It leaves only while nothing maps it. PAGE_BUSY is its sleeping lock.
 */
#pragma once

#include <lib/bits.h>
#include <mm/object.h>

/* Tags in object.pages. */
#define OBJECT_TAG_DIRTY 0

/* Pages from index 0 that the size covers, the last one perhaps in part. */
static inline u64 object_nr_indices(const struct vm_object *object)
{
    return div_round_up(READ_ONCE(object->size), PAGE_SIZE);
}

/* Must the first write through a mapping be noticed (there is a store, or the owner asked)? */
static inline bool object_wants_notice(const struct vm_object *object)
{
    return object->ops->make_writable != NULL || object->ops->write_back != NULL;
}

/* Can a clean page be dropped and brought in again? */
static inline bool object_is_reclaimable(const struct vm_object *object)
{
    return object->ops->get_page != NULL &&
           !(object->flags & (VM_OBJECT_SHMEM | VM_OBJECT_DEVICE | VM_OBJECT_NORECLAIM));
}

void object_init_caches(void);

/*
 * object_find_pages: up to date, idle pages of [first, first + nr) into @pages, referenced; NULL
 * where there is none. Never sleeps.
 * => returns @nr, cut at the end of the object
 */
unsigned object_find_pages(struct vm_object *object, u64 first, unsigned nr, struct page **pages);

/*
 * object_make_writable: a mapping is about to write to @page: the object hears of it and the page
 * becomes dirty. After the entry was installed: object_made_writable.
 * => @page referenced; may sleep; until made writable the page is busy, so it is not cleaned in
 * between
 * => -EAGAIN when it left the object meanwhile; errors of the operation
 */
int object_make_writable(struct vm_object *object, struct page *page) __must_check;
void object_made_writable(struct vm_object *object, struct page *page);

/* Enter @page, which gets one reference for the tree. -EEXIST, -ENOMEM; -ENODATA past the end with
 * @bounded. */
int object_insert_page(struct vm_object *object, u64 index, struct page *page,
                       bool bounded) __must_check;

/* Take @page out; the tree's reference is now the caller's. => object.lock held; not mapped */
void object_remove_page(struct vm_object *object, struct page *page);

/* Withdraw a busy page that could not be filled. The tree's reference goes, the caller's stays. */
void object_withdraw_page(struct vm_object *object, struct page *page);

/* Note that @page is newer than its store / the same. => page busy */
void object_mark_dirty(struct vm_object *object, struct page *page);
void object_mark_clean(struct vm_object *object, struct page *page);

/* Drop every page of [first, last], waiting for busy ones. => nothing maps them; resize held for
 * writing, or the last reference gone */
void object_drop_range(struct vm_object *object, u64 first, u64 last);

/* Drop up to @nr_pages clean pages that nobody uses; with @unmap also mapped ones. How many. */
u64 object_drop_idle(struct vm_object *object, u64 nr_pages, bool unmap);

/* Write the pages of [first, last] back and drop those that are mapped once at most. */
void object_page_out(struct vm_object *object, u64 first, u64 last);

/* object_truncate.c: unmap [first, last] from every area; with @private, private copies too. */
void object_unmap(struct vm_object *object, u64 first, u64 last, bool private);
/* object_truncate.c: unmap the page at @index unless it is in a locked area: false. */
bool object_try_unmap(struct vm_object *object, u64 index);
/* Take write permission from every entry that names a page of [first, last]. */
void object_write_protect(struct vm_object *object, u64 first, u64 last);

/* reclaim.c: the list of objects with droppable pages. */
void object_enlist(struct vm_object *object);
void object_delist(struct vm_object *object);

/* page_busy.c: the sleeping lock of a page. */
void page_busy_init(void);
void page_make_busy(struct page *page); /* waits */
bool page_try_make_busy(struct page *page) __must_check;
void page_end_busy(struct page *page);
void page_wait_idle(struct page *page);
