/*
 * Objects of huge pages (mm/hugetlb.h 3): their tree, promises, truncation and holes.
 *
 * A tree holds at the number of a huge page its block, which belongs to the object (page_owner,
 * index), or `promise`. Each frame of a block has one reference of the tree. Locks: resize for
 * writing around every change; object.lock besides, for the audit and the tree of areas. Who
 * changes promises or drops huge pages without a map_lock holds `steady`, which the audit takes.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/slab.h>
#include <lib/bits.h>
#include <lib/string.h>

#include "hugetlb.h"
#include "object_areas.h"

/* A mark in the tree: promised, not there. */
static struct page promise_mark;
#define PROMISE (&promise_mark)

/* A promise that a call under way has made. */
#define TAG_NEW 0

static u64 promised_by_objects; /* (a) */
static struct mutex steady;

static struct kmem_cache object_cache;

static void release(struct vm_object *object)
{
    kmem_cache_free(&object_cache, object);
}

struct vm_object *hugetlb_object_create(u64 size)
{
    static const struct vm_object_ops ops = {.release = release};
    struct vm_object *object = kmem_cache_alloc(&object_cache, ALLOC_WAIT);

    if (object == NULL)
        return ERR_PTR(-ENOMEM);
    vm_object_init(object, &ops, NULL, size, VM_OBJECT_HUGETLB | VM_OBJECT_KEPT);
    return object;
}

void hugetlb_object_init(void)
{
    kmem_cache_init(&object_cache, "hugetlb_object", sizeof(struct vm_object), 64, NULL);
    mutex_init(&steady);
}

void hugetlb_freeze(void)
{
    mutex_lock(&steady);
    hugetlb_pool_freeze();
}

void hugetlb_thaw(void)
{
    hugetlb_pool_thaw();
    mutex_unlock(&steady);
}

u64 hugetlb_promised_by_objects(void)
{
    return READ_ONCE(promised_by_objects);
}

static void count_promises(struct vm_object *object, s64 nr)
{
    object->promised += nr;
    fetch_add(&promised_by_objects, nr);
}

static u64 nr_blocks(const struct vm_object *object)
{
    return div_round_up(READ_ONCE(object->size), HUGETLB_SIZE);
}

/* ---- the tree ---- */

static void *lookup(struct vm_object *object, u64 index)
{
    void *item;

    spin_lock(&object->lock);
    item = radix_lookup(&object->pages, index);
    spin_unlock(&object->lock);
    return item;
}

static int insert(struct vm_object *object, u64 index, void *item)
{
    const struct radix_operations *nodes = object->pages.operations;
    struct radix_reserve reserve = RADIX_RESERVE_INIT;
    int err;

    do {
        err = radix_reserve_fill(&reserve, nodes);
        if (err != 0)
            break;
        spin_lock(&object->lock);
        err = radix_insert(&object->pages, index, item, &reserve);
        if (err == 0 && item == PROMISE) {
            radix_tag_set(&object->pages, index, TAG_NEW);
            count_promises(object, 1);
        } else if (err == 0) {
            object->nr_pages += HUGETLB_PAGES;
        }
        spin_unlock(&object->lock);
    } while (err == -EAGAIN);
    radix_reserve_release(&reserve, nodes);
    return err;
}

/* Take out what is at @index: a block becomes nobody's. */
static void *take_out(struct vm_object *object, u64 index)
{
    struct page *item;

    spin_lock(&object->lock);
    item = radix_delete(&object->pages, index);
    if (item == PROMISE) {
        count_promises(object, -1);
    } else if (item != NULL) {
        object->nr_pages -= HUGETLB_PAGES;
        page_set_owner(item, NULL);
    }
    spin_unlock(&object->lock);
    return item;
}

struct page *hugetlb_find(struct vm_object *object, u64 index)
{
    struct page *item = lookup(object, index);

    return item == PROMISE ? NULL : item;
}

/* ---- promises ---- */

static u64 count_missing(struct vm_object *object, u64 first, u64 nr)
{
    u64 index = first;
    u64 found = 0;

    spin_lock(&object->lock);
    while (radix_next(&object->pages, &index) != NULL && index - first < nr) {
        found++;
        index++;
    }
    spin_unlock(&object->lock);
    return nr - found;
}

/* Forget which promises are new; with @withdraw, take them back. */
static u64 settle_new(struct vm_object *object, bool withdraw)
{
    u64 index = 0;
    u64 nr = 0;
    bool found;

    do {
        spin_lock(&object->lock);
        found = radix_next_tagged(&object->pages, &index, TAG_NEW) != NULL;
        if (found)
            radix_tag_clear(&object->pages, index, TAG_NEW);
        spin_unlock(&object->lock);
        if (found && withdraw)
            take_out(object, index);
        nr += found;
    } while (found);
    return nr;
}

static int promise_locked(struct vm_object *object, u64 first, u64 nr)
{
    u64 lack = count_missing(object, first, nr);
    u64 index;
    int err = lack == 0 ? 0 : hugetlb_reserve(lack);

    if (err != 0 || lack == 0)
        return err;
    for (index = first; err == 0 && index < first + nr; index++) {
        err = insert(object, index, PROMISE);
        if (err == -EEXIST)
            err = 0;
    }
    settle_new(object, err != 0);
    if (err != 0)
        hugetlb_unreserve(lack);
    return err;
}

int hugetlb_object_promise(struct vm_object *object, u64 first, u64 nr)
{
    int err;

    write_lock(&object->resize);
    mutex_lock(&steady);
    err = promise_locked(object, first, nr);
    mutex_unlock(&steady);
    write_unlock(&object->resize);
    return err;
}

/* ---- blocks ---- */

static void clear_block(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++)
        page_zero(block + i);
}

static int enter(struct vm_object *object, u64 index, struct page *block, bool promised)
{
    page_set_owner(block, object);
    block->index = index;
    if (!promised)
        return insert(object, index, block);
    spin_lock(&object->lock);
    radix_replace(&object->pages, index, block);
    count_promises(object, -1);
    object->nr_pages += HUGETLB_PAGES;
    spin_unlock(&object->lock);
    return 0;
}

int hugetlb_fill(struct vm_object *object, u64 index, struct page **out)
{
    void *item = lookup(object, index);
    bool promised = item == PROMISE;
    struct page *block = item;
    int err;

    if (block == NULL || promised) {
        block = hugetlb_take(promised);
        if (block == NULL)
            return -ENOSPC;
        clear_block(block);
        err = enter(object, index, block, promised);
        if (err != 0) {
            page_set_owner(block, NULL);
            hugetlb_untake(block, false);
            return err;
        }
    }
    *out = block;
    return 0;
}

int hugetlb_object_fill(struct vm_object *object, u64 index)
{
    struct page *block;
    int err;

    write_lock(&object->resize);
    mutex_lock(&steady);
    err = hugetlb_fill(object, index, &block);
    mutex_unlock(&steady);
    write_unlock(&object->resize);
    return err;
}

struct page *hugetlb_object_get(struct vm_object *object, u64 index)
{
    struct page *block;
    unsigned i;

    read_lock(&object->resize);
    block = hugetlb_find(object, index);
    for (i = 0; block != NULL && i < HUGETLB_PAGES; i++)
        page_get(block + i);
    read_unlock(&object->resize);
    return block;
}

static void drop(struct vm_object *object, u64 first, u64 last)
{
    u64 index = first;
    u64 promises = 0;
    void *item;

    for (;;) {
        spin_lock(&object->lock);
        item = radix_next(&object->pages, &index);
        spin_unlock(&object->lock);
        if (item == NULL || index > last)
            break;
        take_out(object, index);
        if (item == PROMISE)
            promises++;
        else
            hugetlb_block_put(item);
    }
    hugetlb_unreserve(promises);
}

void hugetlb_drop(struct vm_object *object, u64 first, u64 last)
{
    mutex_lock(&steady);
    drop(object, first, last);
    mutex_unlock(&steady);
}

/* ---- size and holes ---- */

/* Unmap huge pages [first, last] from all areas, private copies included. */
static void unmap(struct vm_object *object, u64 first, u64 last)
{
    u64 first_page = first * HUGETLB_PAGES;
    u64 last_page = last >= ~0ul / HUGETLB_PAGES ? ~0ul : last * HUGETLB_PAGES + HUGETLB_PAGES - 1;
    struct interval_node *node;

    spin_lock(&object->lock);
    interval_for_each (node, object_area, &object->areas, first_page, last_page) {
        struct vma *vma = vma_of_object_node(node);
        u64 area_last = vma->offset + vma_pages(vma) - 1;
        struct batch batch;

        batch_init(&batch, vma->mm);
        hugetlb_zap(&batch, vma,
                    vma->start + ((max(first_page, (u64)vma->offset) - vma->offset) << PAGE_SHIFT),
                    vma->start + ((min(last_page, area_last) - vma->offset + 1) << PAGE_SHIFT));
        batch_finish(&batch);
    }
    spin_unlock(&object->lock);
}

static void set_size(struct vm_object *object, u64 size)
{
    spin_lock(&object->lock);
    WRITE_ONCE(object->size, size);
    spin_unlock(&object->lock);
}

void hugetlb_object_resize(struct vm_object *object, u64 size)
{
    write_lock(&object->resize);
    mutex_lock(&steady);
    set_size(object, size);
    unmap(object, nr_blocks(object), ~0ul);
    drop(object, nr_blocks(object), ~0ul);
    mutex_unlock(&steady);
    write_unlock(&object->resize);
}

void hugetlb_object_grow(struct vm_object *object, u64 size)
{
    write_lock(&object->resize);
    if (object->size < size)
        set_size(object, size);
    write_unlock(&object->resize);
}

/* Zero the bytes [from, to), which lie in one huge page. */
static void zero_part(struct vm_object *object, u64 from, u64 to)
{
    struct page *block = from < to ? hugetlb_find(object, from >> HUGETLB_SHIFT) : NULL;

    if (block != NULL)
        memset((char *)page_to_virt(block) + (from & (HUGETLB_SIZE - 1)), 0, to - from);
}

void hugetlb_object_punch(struct vm_object *object, u64 offset, u64 len)
{
    u64 end = offset + len;
    u64 first = align_up(offset, HUGETLB_SIZE);
    u64 last = align_down(end, HUGETLB_SIZE);

    write_lock(&object->resize);
    if (first > last) {
        zero_part(object, offset, min(end, object->size));
    } else {
        zero_part(object, offset, min(first, object->size));
        zero_part(object, last, min(end, object->size));
    }
    if (first < last) {
        mutex_lock(&steady);
        unmap(object, first >> HUGETLB_SHIFT, (last >> HUGETLB_SHIFT) - 1);
        drop(object, first >> HUGETLB_SHIFT, (last >> HUGETLB_SHIFT) - 1);
        mutex_unlock(&steady);
    }
    write_unlock(&object->resize);
}
