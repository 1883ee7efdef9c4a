/*
 * Objects: their pages by index (mm/object.h, object_pages.h).
 *
 * A page is entered busy, filled without a lock, and then idle; who finds it busy waits. When
 * filling fails it leaves the object again and the waiters try for themselves. Lock: object.lock
 * for the tree.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/slab.h>

#include "account.h"
#include "commit.h"
#include "object_pages.h"

static struct kmem_cache node_cache;

static void *node_alloc(void)
{
    return kmem_cache_alloc(&node_cache, ALLOC_WAIT);
}

static void node_free(void *node)
{
    kmem_cache_free(&node_cache, node);
}

static const struct radix_operations node_operations = {.alloc = node_alloc, .free = node_free};

void object_init_caches(void)
{
    kmem_cache_init(&node_cache, "radix_node", RADIX_NODE_SIZE, 0, NULL);
    page_busy_init();
}

/* ---- lifetime ---- */

void vm_object_init(struct vm_object *object, const struct vm_object_ops *ops, void *owner,
                    u64 size, u32 flags)
{
    *object = (struct vm_object){
        .ops = ops, .references = 1, .flags = flags, .size = size, .owner = owner};
    rwlock_init(&object->resize);
    spin_lock_init(&object->lock, LOCK_RANK_OBJECT);
    radix_init(&object->pages, &node_operations);
    interval_tree_init(&object->areas);
    list_init(&object->reclaim_link);
}

struct vm_object *vm_object_get(struct vm_object *object)
{
    u32 before = fetch_add(&object->references, 1);

    ASSERT(before > 0);
    return object;
}

void vm_object_put(struct vm_object *object)
{
    u32 before = fetch_sub(&object->references, 1);

    ASSERT(before > 0);
    if (before > 1)
        return;
    ASSERT(interval_tree_is_empty(&object->areas));
    object_delist(object);
    object_drop_range(object, 0, ~0ul);
    radix_destroy(&object->pages);
    account_uncommit(NULL, object->committed);
    object->ops->release(object);
}

int vm_object_commit_whole(struct vm_object *object, bool noreserve)
{
    u64 nr_pages = object_nr_indices(object);
    int err;

    ASSERT(object->nr_pages == 0 && object->committed == 0);
    if (noreserve && !commit_is_strict())
        return 0;
    err = account_commit(NULL, nr_pages);
    if (err != 0)
        return err;
    object->committed = nr_pages;
    object->flags &= ~VM_OBJECT_COMMITS_PAGES;
    return 0;
}

/* ---- the tree ---- */

static enum account_total total_of(const struct vm_object *object)
{
    return object->flags & VM_OBJECT_SHMEM ? ACCOUNT_SHMEM : ACCOUNT_PAGE_CACHE;
}

static void page_enter(struct vm_object *object, u64 index, struct page *page)
{
    page_get(page);
    page_set_owner(page, object);
    page->index = index;
    page_flag_set(page, PAGE_OBJECT | (object->flags & VM_OBJECT_SHMEM ? PAGE_SHMEM : 0));
    object->nr_pages++;
    account_total_add(total_of(object), 1);
}

static bool commits_pages(const struct vm_object *object)
{
    return object->flags & VM_OBJECT_COMMITS_PAGES;
}

int object_insert_page(struct vm_object *object, u64 index, struct page *page, bool bounded)
{
    struct radix_reserve reserve = RADIX_RESERVE_INIT;
    int err;

    if (commits_pages(object) && account_commit(NULL, 1) != 0)
        return -ENOSPC;
    do {
        err = radix_reserve_fill(&reserve, &node_operations);
        if (err != 0)
            break;
        spin_lock(&object->lock);
        if (bounded && index >= object_nr_indices(object))
            err = -ENODATA;
        else
            err = radix_insert(&object->pages, index, page, &reserve);
        if (err == 0)
            page_enter(object, index, page);
        spin_unlock(&object->lock);
    } while (err == -EAGAIN);
    radix_reserve_release(&reserve, &node_operations);
    if (err != 0 && commits_pages(object))
        account_uncommit(NULL, 1);
    if (err == 0 && object_is_reclaimable(object))
        object_enlist(object);
    return err;
}

void object_remove_page(struct vm_object *object, struct page *page)
{
    struct page *removed = radix_delete(&object->pages, page->index);

    ASSERT_HELD(&object->lock);
    ASSERT(removed == page && page_map_count(page) == 0);
    if (page_flag_test_and_clear(page, PAGE_DIRTY) && object->ops->write_back != NULL)
        account_total_add(ACCOUNT_DIRTY, -1);
    page_flag_set(page, PAGE_STALE);
    page_flag_clear(page, PAGE_OBJECT | PAGE_SHMEM);
    page_set_owner(page, NULL);
    object->nr_pages--;
    account_total_add(total_of(object), -1);
    if (commits_pages(object))
        account_uncommit(NULL, 1);
}

void object_mark_dirty(struct vm_object *object, struct page *page)
{
    if (page_flag_test_and_set(page, PAGE_DIRTY))
        return;
    if (object->ops->write_back == NULL)
        return;
    spin_lock(&object->lock);
    radix_tag_set(&object->pages, page->index, OBJECT_TAG_DIRTY);
    spin_unlock(&object->lock);
    account_total_add(ACCOUNT_DIRTY, 1);
}

void object_mark_clean(struct vm_object *object, struct page *page)
{
    spin_lock(&object->lock);
    radix_tag_clear(&object->pages, page->index, OBJECT_TAG_DIRTY);
    spin_unlock(&object->lock);
    if (page_flag_test_and_clear(page, PAGE_DIRTY))
        account_total_add(ACCOUNT_DIRTY, -1);
}

/* ---- finding ---- */

static struct page *find_any_page(struct vm_object *object, u64 index)
{
    struct page *page;

    spin_lock(&object->lock);
    page = radix_lookup(&object->pages, index);
    if (page != NULL)
        page_get(page);
    spin_unlock(&object->lock);
    return page;
}

static bool page_is_ready(const struct page *page)
{
    return (READ_ONCE(page->flags) & (PAGE_UPTODATE | PAGE_BUSY)) == PAGE_UPTODATE;
}

struct page *object_find_page(struct vm_object *object, u64 index)
{
    struct page *page = find_any_page(object, index);

    if (page != NULL && !page_is_ready(page)) {
        page_put(page);
        return NULL;
    }
    return page;
}

unsigned object_find_pages(struct vm_object *object, u64 first, unsigned nr, struct page **pages)
{
    u64 end = min(first + nr, object_nr_indices(object));
    unsigned i;

    if (first >= end)
        return 0;
    nr = (unsigned)(end - first);
    spin_lock(&object->lock);
    for (i = 0; i < nr; i++) {
        pages[i] = radix_lookup(&object->pages, first + i);
        if (pages[i] != NULL && !page_is_ready(pages[i]))
            pages[i] = NULL;
        if (pages[i] != NULL)
            page_get(pages[i]);
    }
    spin_unlock(&object->lock);
    return nr;
}

u64 object_next_data(struct vm_object *object, u64 index)
{
    struct page *page;

    spin_lock(&object->lock);
    while ((page = radix_next(&object->pages, &index)) != NULL &&
           !page_flag_test(page, PAGE_UPTODATE))
        index++;
    spin_unlock(&object->lock);
    return page == NULL ? ~0ul : index;
}

u64 object_next_hole(struct vm_object *object, u64 index, u64 end)
{
    struct page *page;

    spin_lock(&object->lock);
    while (index < end && (page = radix_lookup(&object->pages, index)) != NULL &&
           page_flag_test(page, PAGE_UPTODATE))
        index++;
    spin_unlock(&object->lock);
    return index;
}

/* ---- bringing in ---- */

void object_withdraw_page(struct vm_object *object, struct page *page)
{
    spin_lock(&object->lock);
    object_remove_page(object, page);
    spin_unlock(&object->lock);
    page_end_busy(page);
    page_put(page);
}

/* Fill @page, busy and not up to date. */
static int fill_page(struct vm_object *object, struct page *page, u64 index)
{
    int err = 0;

    if (object->ops->get_page == NULL)
        page_zero(page);
    else
        err = object->ops->get_page(object, page, index);
    if (err == 0)
        page_flag_set(page, PAGE_UPTODATE);
    return err;
}

/* A new busy page at @index, referenced. */
static int add_busy_page(struct vm_object *object, u64 index, bool bounded, struct page **out)
{
    struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER);
    int err;

    if (page == NULL)
        return -ENOMEM;
    page_flag_set(page, PAGE_BUSY);
    err = object_insert_page(object, index, page, bounded);
    if (err != 0) {
        page_flag_clear(page, PAGE_BUSY);
        page_put(page);
        return err;
    }
    *out = page;
    return 0;
}

/*
 * The page at @index, referenced and busy, perhaps not up to date; made when absent.
 * => may sleep; -ENOMEM; -ENODATA past the end with @bounded
 */
static int get_busy_page(struct vm_object *object, u64 index, bool bounded, struct page **out)
{
    for (;;) {
        struct page *page = find_any_page(object, index);
        int err;

        if (page == NULL) {
            err = add_busy_page(object, index, bounded, out);
            if (err == -EEXIST)
                continue;
            return err;
        }
        page_make_busy(page);
        if (!page_flag_test(page, PAGE_STALE)) {
            *out = page;
            return 0;
        }
        page_end_busy(page); /* it left while we slept */
        page_put(page);
    }
}

int object_get_page(struct vm_object *object, u64 index, struct page **out)
{
    struct page *page;
    int err;

    if (object->flags & VM_OBJECT_DEVICE)
        return -ENODATA;
    *out = object_find_page(object, index);
    if (*out != NULL && index < object_nr_indices(object))
        return 0;
    if (*out != NULL) {
        page_put(*out);
        return -ENODATA;
    }
    err = get_busy_page(object, index, true, &page);
    if (err != 0)
        return err;
    if (index >= object_nr_indices(object)) { /* reserved past the end */
        page_end_busy(page);
        page_put(page);
        return -ENODATA;
    }
    if (!page_flag_test(page, PAGE_UPTODATE))
        err = fill_page(object, page, index);
    if (err != 0) {
        object_withdraw_page(object, page);
        page_put(page);
        return err;
    }
    page_end_busy(page);
    *out = page;
    return 0;
}

/* ---- writing ---- */

/* Tell the owner of a first write. => page busy */
static int announce_write(struct vm_object *object, struct page *page)
{
    if (object->ops->make_writable == NULL || page_flag_test(page, PAGE_DIRTY))
        return 0;
    return object->ops->make_writable(object, page);
}

int object_begin_write(struct vm_object *object, u64 index, bool whole, struct page **out)
{
    struct page *page;
    int err = get_busy_page(object, index, false, &page);

    if (err != 0)
        return err;
    if (!whole && !page_flag_test(page, PAGE_UPTODATE))
        err = fill_page(object, page, index);
    if (err == 0)
        err = announce_write(object, page);
    if (err != 0) {
        object_end_write(object, page, false);
        return err;
    }
    *out = page;
    return 0;
}

/* A page that is reserved already becomes data when it is reserved again, as on Linux. */
static int fill_reserved_page(struct vm_object *object, u64 index)
{
    struct page *page;
    int err = get_busy_page(object, index, false, &page);

    if (err != 0)
        return err;
    if (!page_flag_test(page, PAGE_UPTODATE))
        err = fill_page(object, page, index);
    page_end_busy(page);
    page_put(page);
    return err;
}

int object_reserve_page(struct vm_object *object, u64 index)
{
    struct page *page;
    int err = add_busy_page(object, index, false, &page);

    if (err == -EEXIST)
        return fill_reserved_page(object, index);
    if (err != 0)
        return err;
    err = announce_write(object, page);
    if (err != 0)
        object_withdraw_page(object, page);
    else
        page_end_busy(page);
    page_put(page);
    return err;
}

void object_end_write(struct vm_object *object, struct page *page, bool dirtied)
{
    if (dirtied) {
        page_flag_set(page, PAGE_UPTODATE);
        object_mark_dirty(object, page);
    }
    if (page_flag_test(page, PAGE_UPTODATE))
        page_end_busy(page);
    else
        object_withdraw_page(object, page);
    page_put(page);
}

int object_make_writable(struct vm_object *object, struct page *page)
{
    int err;

    if (!object_wants_notice(object))
        return 0;
    page_make_busy(page);
    err = page_flag_test(page, PAGE_STALE) ? -EAGAIN : announce_write(object, page);
    if (err != 0) {
        page_end_busy(page);
        return err;
    }
    object_mark_dirty(object, page);
    return 0;
}

void object_made_writable(struct vm_object *object, struct page *page)
{
    if (object_wants_notice(object))
        page_end_busy(page);
}

int object_add_page(struct vm_object *object, u64 index, struct page *page)
{
    int err;

    page_flag_set(page, PAGE_UPTODATE);
    err = object_insert_page(object, index, page, false);
    if (err == 0)
        page_put(page); /* the tree has its own */
    return err;
}
