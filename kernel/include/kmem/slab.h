/*
 * Slab caches: objects of one size (kmem.h 3).
 *
 * 1. A slab is a block of 2^order frames, cut into objects; struct slab lives in the struct page of
 *    its first frame. Free objects of a slab are linked through a word in each.
 * 2. Every CPU has a magazine of free objects per cache; it is filled from and emptied to the slabs
 *    in halves, under cache->lock.
 * 3. Debug builds (QUIRE_DEBUG) put a red zone behind each object, poison free ones, and panic on
 *    overruns, writes after free, double and foreign frees.
 * 4. A constructor runs once per object, when its slab is made; objects go back in constructed
 * state.
 */
#pragma once

#include <kern/spinlock.h>
#include <kmem/kmem.h>
#include <kmem/page.h>
#include <lib/list.h>
#include <lib/types.h>

#define KMEM_CACHE_SIZE_MAX 8192UL

struct kmem_magazine;

struct kmem_cache {
    const char *name;                  /* (I) */
    u32 object_size;                   /* (I) as asked for */
    u32 slot_size;                     /* (I) with red zone, link and alignment */
    u32 link_offset;                   /* (I) where a free object keeps the link */
    u32 align;                         /* (I) */
    u16 order;                         /* (I) of a slab */
    u16 magazine_limit;                /* (I) objects in a full magazine */
    u16 objects_per_slab;              /* (I) */
    bool no_magazines;                 /* (I) the cache the magazines themselves come from */
    void (*constructor)(void *object); /* (I) or NULL */
    struct list_head link;             /* (list of caches' lock) */
    struct spinlock lock;              /* rank SLAB */
    struct page_list partial;          /* (lock) slabs with free and used objects */
    struct page_list empty;            /* (lock) slabs with free objects only */
    struct page_list full;             /* (lock) */
    u64 nr_objects_out;                /* (lock) objects in use or in magazines */
    u64 failures;                      /* (a) */
    struct kmem_magazine *magazines[ARCH_MAX_CPUS]; /* each: its CPU, interrupts off */
};

/*
 * kmem_cache_create: a cache of objects of @size bytes aligned to @align (0: 16; a power of two <=
 * 4096).
 * => @name lives as long as the cache; may sleep
 * => NULL when there is no memory
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     void (*constructor)(void *object)) __must_check;

/* The same in storage of the caller, which cannot fail: for caches that exist for ever. */
void kmem_cache_init(struct kmem_cache *cache, const char *name, size_t size, size_t align,
                     void (*constructor)(void *object));

/* kmem_cache_destroy: => interrupts on. Objects still in use are reported and leaked with the
 * cache. */
void kmem_cache_destroy(struct kmem_cache *cache);

/* An object; with ALLOC_ZERO zeroed (not with a constructor). NULL when there is no memory. */
void *kmem_cache_alloc(struct kmem_cache *cache, unsigned int flags) __must_check;
void kmem_cache_free(struct kmem_cache *cache, void *object); /* NULL: nothing */

/* Give the empty slabs (and this CPU's magazine) back. Returns how many frames were freed. */
u64 kmem_cache_shrink(struct kmem_cache *cache);
/* The same for every cache and every CPU: for reclaim and audits. => interrupts on */
u64 kmem_shrink_all(void);

/* The cache of an object, or NULL when the memory is no slab object. */
struct kmem_cache *kmem_cache_of(const void *object);

struct kmem_cache_statistics {
    const char *name;
    u64 objects_active; /* in use by the kernel: what the audit calls leaked at the end */
    u64 objects_total;
    u64 object_size;
    u64 slot_size;
    u64 objects_per_slab;
    u64 frames_per_slab;
    u64 slabs_active; /* slabs with at least one object in use or in a magazine */
    u64 slabs_total;
};
void kmem_cache_statistics(struct kmem_cache *cache, struct kmem_cache_statistics *statistics);

/* Call @visit for each cache, in order of creation; stops when it returns false.
 * => under the lock of the list of caches: @visit must not sleep, create or destroy */
void kmem_cache_for_each(bool (*visit)(struct kmem_cache *cache, void *argument), void *argument);

/* Frames that slabs occupy, and of those the ones in empty slabs: /proc/meminfo. */
void kmem_slab_frames(u64 *total, u64 *reclaimable);

/* Verify lists, links, red zones and poison of one cache; true when all is well. */
bool kmem_cache_check(struct kmem_cache *cache);
