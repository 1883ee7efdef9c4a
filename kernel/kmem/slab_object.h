/*
 * One slot of a slab: the object, and in debug builds what guards it.
 *
 *     release    [ object, or the link while it is free ]      (with a constructor: [ object ][
 * link ]) debug      [ object ][ red zone, 8 ][ link, 4 ][ state, 4 ]
 *
 * A free object of a debug build is poisoned (unless it is kept constructed) and its state says so;
 * a second free, a foreign pointer, a write past the end or after free are found when it changes
 * hands. The link is the distance of the next free object from the start of the slab.
 */
#pragma once

#include <kmem/slab.h>

#ifdef QUIRE_DEBUG
#define SLAB_DEBUG true
#else
#define SLAB_DEBUG false
#endif

#define SLAB_LINK_END 0xffffffffu

/* What a slab keeps in the user words of its first frame. */
struct slab {
    struct kmem_cache *cache; /* (I) */
    u32 free;                 /* (cache->lock) first free object, as a link */
    u32 in_use;               /* (cache->lock) objects out, in magazines included */
    u64 list_links;           /* (cache->lock) of struct page_list */
};
_Static_assert(sizeof(struct slab) == sizeof(((struct page *)NULL)->user), "slab fits the page");

static inline struct slab *slab_of(struct page *page)
{
    return (struct slab *)page->user;
}

static inline u32 *object_link(const struct kmem_cache *cache, void *object)
{
    return (u32 *)((char *)object + cache->link_offset);
}

/* Compute slot_size and link_offset from object_size and align. */
void slot_layout(struct kmem_cache *cache);

/* A new slot, free. */
void slot_init(const struct kmem_cache *cache, void *object);

/* The object is given out / comes back: verify and mark. Debug builds only; they panic. */
void slot_check_alloc(const struct kmem_cache *cache, void *object);
void slot_check_free(const struct kmem_cache *cache, void *object);

/* True when the guards of a slot (@is_free: in a slab's list) are intact. */
bool slot_is_intact(const struct kmem_cache *cache, void *object, bool is_free);
