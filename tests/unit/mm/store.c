/* The object with a store that tests map (store.h). */
#include "mm/store.h"

#include <kmem/kmalloc.h>
#include <lib/string.h>

static struct store *store_of(struct vm_object *object)
{
    return container_of(object, struct store, object);
}

static int store_get_page(struct vm_object *object, struct page *page, u64 index)
{
    struct store *store = store_of(object);

    store->reads++;
    if (store->fail != 0)
        return store->fail;
    if (index < STORE_PAGES)
        memcpy(page_to_virt(page), store->bytes[index], PAGE_SIZE);
    else
        memset(page_to_virt(page), 0, PAGE_SIZE);
    return 0;
}

static int store_make_writable(struct vm_object *object, struct page *page)
{
    (void)page;
    store_of(object)->notices++;
    return store_of(object)->fail;
}

static int store_write_back(struct vm_object *object, struct page *page)
{
    struct store *store = store_of(object);

    store->writes++;
    if (store->fail != 0)
        return store->fail;
    memcpy(store->bytes[page->index], page_to_virt(page), PAGE_SIZE);
    return 0;
}

static void store_truncated(struct vm_object *object, u64 size)
{
    u64 index;

    for (index = (size + PAGE_SIZE - 1) / PAGE_SIZE; index < STORE_PAGES; index++)
        memset(store_of(object)->bytes[index], 0, PAGE_SIZE);
}

static void store_was_released(struct vm_object *object)
{
    store_of(object)->released = true;
}

static const struct vm_object_ops store_ops = {
    .get_page = store_get_page,
    .make_writable = store_make_writable,
    .write_back = store_write_back,
    .truncated = store_truncated,
    .release = store_was_released,
};

struct store *store_create(u64 nr_pages)
{
    struct store *store = kzalloc(sizeof(*store), ALLOC_WAIT);
    u64 index;

    EXPECT(store != NULL);
    for (index = 0; index < nr_pages; index++)
        memset(store->bytes[index], (int)index + 1, PAGE_SIZE);
    vm_object_init(&store->object, &store_ops, NULL, nr_pages * PAGE_SIZE, 0);
    return store;
}

void store_destroy(struct store *store)
{
    vm_object_put(&store->object);
    EXPECT(store->released);
    kfree(store);
}
