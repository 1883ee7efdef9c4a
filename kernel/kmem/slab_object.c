/* The slot of an object and its guards (see slab_object.h). */
#include "slab_object.h"
#include <kern/panic.h>
#include <lib/string.h>

#define RED_ZONE      0xa55aa55aa55aa55aUL
#define STATE_ALIVE   0x11223344u
#define STATE_FREE    0x99887766u
#define POISON_FREE   0xdb /* in freed memory */
#define POISON_UNINIT 0xcd /* in memory given out and not zeroed */

/* What stands behind the object in a debug build. */
struct slot_guard {
    u64 red_zone;
    u32 link;
    u32 state;
};

static struct slot_guard *slot_guard(const struct kmem_cache *cache, void *object)
{
    return (struct slot_guard *)((char *)object + align_up(cache->object_size, 8U));
}

/* A constructed object must keep its contents while it is free. */
static bool is_poisoned(const struct kmem_cache *cache)
{
    return cache->constructor == NULL;
}

void slot_layout(struct kmem_cache *cache)
{
    u32 size = align_up(cache->object_size, 8U);

    if (SLAB_DEBUG) {
        cache->link_offset = size + offsetof(struct slot_guard, link);
        size += sizeof(struct slot_guard);
    } else if (cache->constructor != NULL) {
        cache->link_offset = size;
        size += sizeof(u64);
    } else {
        cache->link_offset = 0;
    }
    cache->slot_size = align_up(size, cache->align);
}

void slot_init(const struct kmem_cache *cache, void *object)
{
    if (SLAB_DEBUG) {
        struct slot_guard *guard = slot_guard(cache, object);

        guard->red_zone = RED_ZONE;
        guard->state = STATE_FREE;
        memset(object, POISON_FREE, cache->object_size);
    }
    if (cache->constructor != NULL)
        cache->constructor(object);
}

bool slot_is_intact(const struct kmem_cache *cache, void *object, bool is_free)
{
    struct slot_guard *guard = slot_guard(cache, object);

    if (!SLAB_DEBUG)
        return true;
    if (guard->red_zone != RED_ZONE)
        return false;
    if (!is_free)
        return guard->state == STATE_ALIVE || guard->state == STATE_FREE;
    return guard->state == STATE_FREE &&
           (!is_poisoned(cache) || memchr_inverse(object, POISON_FREE, cache->object_size) == NULL);
}

void slot_check_alloc(const struct kmem_cache *cache, void *object)
{
    if (!SLAB_DEBUG)
        return;
    if (!slot_is_intact(cache, object, true))
        panic("slab %s: object %p was written to while it was free", cache->name, object);
    slot_guard(cache, object)->state = STATE_ALIVE;
    if (is_poisoned(cache))
        memset(object, POISON_UNINIT, cache->object_size);
}

void slot_check_free(const struct kmem_cache *cache, void *object)
{
    struct slot_guard *guard = slot_guard(cache, object);

    if (!SLAB_DEBUG)
        return;
    if (kmem_cache_of(object) != cache)
        panic("slab %s: %p freed, which is not of this cache", cache->name, object);
    if (guard->state == STATE_FREE)
        panic("slab %s: object %p freed twice", cache->name, object);
    if (guard->state != STATE_ALIVE || guard->red_zone != RED_ZONE)
        panic("slab %s: object %p overrun, or freed by a wrong address", cache->name, object);
    guard->state = STATE_FREE;
    if (is_poisoned(cache))
        memset(object, POISON_FREE, cache->object_size);
}
