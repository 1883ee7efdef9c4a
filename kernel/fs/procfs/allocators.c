/*
 * /proc/slabinfo and vmallocinfo: the allocators in numbers.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>

#include "symbols.h"
#include "views.h"

#define CACHES_MAX 256

/* The caches are listed under a lock; the text is made after. */
struct cache_list {
    unsigned count;
    struct kmem_cache_statistics caches[CACHES_MAX];
};

static bool add_cache(struct kmem_cache *cache, void *argument)
{
    struct cache_list *list = argument;

    kmem_cache_statistics(cache, &list->caches[list->count]);
    return ++list->count < CACHES_MAX;
}

static void put_cache(struct proc_text *text, const struct kmem_cache_statistics *cache)
{
    proc_print(text,
               "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4u %4u %4u : slabdata %6lu %6lu %6u\n",
               cache->name, cache->objects_active, cache->objects_total, cache->slot_size,
               cache->objects_per_slab, cache->frames_per_slab, 0, 0, 0, cache->slabs_active,
               cache->slabs_total, 0);
}

PROC_VIEW(slabinfo)
{
    struct cache_list *list = vzalloc(sizeof(*list));

    (void)subject;
    if (!list)
        return -ENOMEM;
    kmem_cache_for_each(add_cache, list);
    proc_print(text, "slabinfo - version: 2.1\n"
                     "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                     "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                     "<active_slabs> <num_slabs> <sharedavail>\n");
    for (unsigned i = 0; i < list->count; i++)
        put_cache(text, &list->caches[i]);
    vfree(list);
    return 0;
}

PROC_VIEW(vmallocinfo)
{
    bool shows = symbols_show_addresses(text->credentials);
    struct vmalloc_range range;

    (void)subject;
    for (vaddr_t at = VMALLOC_BASE; vmalloc_next_range(at, &range); at = range.start + range.len) {
        proc_print(text, "0x%016lx-0x%016lx %7lu %s", shows ? range.start : 0,
                   shows ? range.start + range.len : 0, range.len, range.kind);
        if (range.phys)
            proc_print(text, " phys=0x%016lx\n", range.phys);
        else
            proc_print(text, " pages=%lu\n", range.nr_pages);
    }
    return 0;
}
