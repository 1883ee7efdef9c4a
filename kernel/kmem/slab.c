/*
 * Slab caches: from slabs through magazines to objects (see slab.h).
 *
 * A slab is on exactly one list of its cache: full (nothing free), partial, or empty (everything
 * free). The count in_use includes objects that lie in magazines. At most EMPTY_KEPT empty slabs
 * are kept; reclaim takes those too. Magazines are made when a CPU first needs one; without one (no
 * memory, or the cache of magazines itself) objects go to and from the slabs singly.
 */
#include "slab_boot.h"
#include "slab_object.h"
#include <kern/failpoint.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/preempt.h>
#include <kern/printk.h>
#include <kmem/frames.h>
#include <lib/string.h>

#define MAGAZINE_SIZE  31
#define EMPTY_KEPT     2
#define SLAB_ORDER_MAX 3
#define SLAB_OBJECTS   8 /* wanted per slab, at least */

struct kmem_magazine {
    u64 count;
    void *objects[MAGAZINE_SIZE];
};

static struct kmem_cache magazine_cache;
static struct kmem_cache cache_cache; /* for kmem_cache_create */

/* All caches in order of creation. */
static struct spinlock caches_lock = SPINLOCK_INIT(LOCK_RANK_SLAB_LIST);
static struct list_head caches = LIST_INIT(caches);

static void choose_order(struct kmem_cache *cache)
{
    unsigned int order = 0;

    while (order < SLAB_ORDER_MAX && (PAGE_SIZE << order) / cache->slot_size < SLAB_OBJECTS)
        order++;
    cache->order = (u16)order;
    cache->objects_per_slab = (u16)((PAGE_SIZE << order) / cache->slot_size);
    ASSERT(cache->objects_per_slab > 0);
}

void kmem_cache_init(struct kmem_cache *cache, const char *name, size_t size, size_t align,
                     void (*constructor)(void *object))
{
    irqflags_t irq;

    ASSERT(size > 0 && size <= KMEM_CACHE_SIZE_MAX && align <= PAGE_SIZE);
    memset(cache, 0, sizeof(*cache));
    cache->name = name;
    cache->object_size = (u32)size;
    cache->align = align == 0 ? 16 : max((u32)align, 8U);
    cache->constructor = constructor;
    cache->magazine_limit = size <= 256 ? MAGAZINE_SIZE - 1 : size <= 1024 ? 16 : 6;
    slot_layout(cache);
    choose_order(cache);
    spin_lock_init(&cache->lock, LOCK_RANK_SLAB);
    irq = spin_lock_irqsave(&caches_lock);
    list_add_tail(&cache->link, &caches);
    spin_unlock_irqrestore(&caches_lock, irq);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     void (*constructor)(void *object))
{
    struct kmem_cache *cache = kmem_cache_alloc(&cache_cache, ALLOC_WAIT);

    if (cache != NULL)
        kmem_cache_init(cache, name, size, align, constructor);
    return cache;
}

/*
 * Slabs. All of this under cache->lock, except making the frames.
 */

static struct page_list *slab_list(struct kmem_cache *cache, const struct slab *slab)
{
    if (slab->in_use == 0)
        return &cache->empty;
    return slab->free == SLAB_LINK_END ? &cache->full : &cache->partial;
}

/* A new slab, on no list; may sleep if @flags say so. */
static struct page *slab_create(struct kmem_cache *cache, unsigned int flags)
{
    struct page *page = page_alloc_order(cache->order, flags & ~ALLOC_ZERO);
    struct slab *slab;
    char *base;
    u32 i;

    if (page == NULL)
        return NULL;
    base = page_to_virt(page);
    slab = slab_of(page);
    slab->cache = cache;
    slab->free = SLAB_LINK_END;
    for (i = cache->objects_per_slab; i-- > 0;) {
        char *object = base + i * cache->slot_size;

        slot_init(cache, object);
        *object_link(cache, object) = slab->free;
        slab->free = (u32)(object - base);
    }
    page_flag_set(page, PAGE_SLAB);
    return page;
}

static void slab_destroy(struct kmem_cache *cache, struct page *page)
{
    page_list_remove(&cache->empty, page);
    page_flag_clear(page, PAGE_SLAB);
    page_free_order(page, cache->order);
}

/* The first free object of a slab. */
static void *slab_take(struct kmem_cache *cache, struct page *page)
{
    struct slab *slab = slab_of(page);
    struct page_list *before = slab_list(cache, slab);
    void *object = (char *)page_to_virt(page) + slab->free;
    struct page_list *after;

    slab->free = *object_link(cache, object);
    slab->in_use++;
    after = slab_list(cache, slab);
    if (after != before) {
        page_list_remove(before, page);
        page_list_add(after, page);
    }
    cache->nr_objects_out++;
    return object;
}

static void slab_give(struct kmem_cache *cache, void *object)
{
    struct page *page = page_head(virt_to_page(object));
    struct slab *slab = slab_of(page);
    struct page_list *before = slab_list(cache, slab);
    struct page_list *after;

    *object_link(cache, object) = slab->free;
    slab->free = (u32)((char *)object - (char *)page_to_virt(page));
    slab->in_use--;
    cache->nr_objects_out--;
    after = slab_list(cache, slab);
    if (after != before) {
        page_list_remove(before, page);
        page_list_add(after, page);
    }
    if (after == &cache->empty && cache->empty.count > EMPTY_KEPT)
        slab_destroy(cache, page);
}

/* A slab with something free, partial ones first; NULL: none. */
static struct page *slab_available(struct kmem_cache *cache)
{
    struct page *page = page_list_first(&cache->partial);

    return page != NULL ? page : page_list_first(&cache->empty);
}

/*
 * Magazines. Interrupts are off from looking at the magazine to the end of its use.
 */

/* This CPU's magazine, made if absent; NULL when the cache has none or there is no memory. */
static struct kmem_magazine *magazine_get(struct kmem_cache *cache)
{
    struct kmem_magazine **place = &cache->magazines[cpu_id()];

    if (*place == NULL && cache != &magazine_cache) {
        *place = kmem_cache_alloc(&magazine_cache, 0);
        if (*place != NULL)
            (*place)->count = 0;
    }
    return *place;
}

/* Move the @nr objects that have been there longest to the slabs. */
static void magazine_flush(struct kmem_cache *cache, struct kmem_magazine *magazine, u64 nr)
{
    u64 i;

    spin_lock(&cache->lock);
    for (i = 0; i < nr; i++)
        slab_give(cache, magazine->objects[i]);
    spin_unlock(&cache->lock);
    magazine->count -= nr;
    memmove(magazine->objects, magazine->objects + nr,
            magazine->count * sizeof(*magazine->objects));
}

/* An object from the slabs, and half a magazine more if they have it. Interrupts off. */
static void *take_from_slabs(struct kmem_cache *cache)
{
    struct kmem_magazine *magazine = magazine_get(cache);
    struct page *page;
    void *object = NULL;

    spin_lock(&cache->lock);
    page = slab_available(cache);
    if (page != NULL)
        object = slab_take(cache, page);
    while (page != NULL && magazine != NULL && magazine->count < cache->magazine_limit / 2) {
        page = slab_available(cache);
        if (page != NULL)
            magazine->objects[magazine->count++] = slab_take(cache, page);
    }
    spin_unlock(&cache->lock);
    return object;
}

/* As its owner gets it. */
static inline void *hand_out(struct kmem_cache *cache, void *object, unsigned int flags)
{
    if (SLAB_DEBUG)
        slot_check_alloc(cache, object);
    return flags & ALLOC_ZERO ? memset(object, 0, cache->object_size) : object;
}

/* The slow half of allocation: fill from the slabs, make a slab if there is nothing. */
static __noinline void *alloc_slowly(struct kmem_cache *cache, unsigned int flags)
{
    for (;;) {
        irqflags_t irq = irq_save();
        void *object = take_from_slabs(cache);
        struct page *page;

        irq_restore(irq);
        if (object != NULL)
            return hand_out(cache, object, flags);
        page = slab_create(cache, flags);
        if (page == NULL) {
            fetch_add(&cache->failures, 1);
            return NULL;
        }
        irq = spin_lock_irqsave(&cache->lock);
        page_list_add(&cache->empty, page);
        spin_unlock_irqrestore(&cache->lock, irq);
    }
}

/* Calls nothing but for its end, so that the quick way saves no registers. */
static __always_inline void *allocate(struct kmem_cache *cache, unsigned int flags)
{
    struct kmem_magazine *magazine;
    irqflags_t irq = irq_save();
    void *object = NULL;

    magazine = cache->magazines[cpu_id()];
    if (likely(magazine != NULL && magazine->count > 0))
        object = magazine->objects[--magazine->count];
    irq_restore(irq);
    return likely(object != NULL) ? hand_out(cache, object, flags) : alloc_slowly(cache, flags);
}

static __noinline void *alloc_or_fail(struct kmem_cache *cache, unsigned int flags)
{
    return failpoint_should_fail(FAILPOINT_SLAB) ? NULL : allocate(cache, flags);
}

void *kmem_cache_alloc(struct kmem_cache *cache, unsigned int flags)
{
    if (flags & ALLOC_WAIT)
        might_sleep();
    if (unlikely(failpoint_is_armed(FAILPOINT_SLAB)))
        return alloc_or_fail(cache, flags);
    return allocate(cache, flags);
}

/* The slow half of freeing: there is no magazine, or it is full. Interrupts are off, and restored
 * to @irq. */
static __noinline void free_slowly(struct kmem_cache *cache, void *object, irqflags_t irq)
{
    struct kmem_magazine *magazine = magazine_get(cache);

    if (magazine == NULL) {
        spin_lock(&cache->lock);
        slab_give(cache, object);
        spin_unlock(&cache->lock);
    } else {
        if (magazine->count >= cache->magazine_limit)
            magazine_flush(cache, magazine, cache->magazine_limit / 2);
        magazine->objects[magazine->count++] = object;
    }
    irq_restore(irq);
}

static __always_inline void take_back(struct kmem_cache *cache, void *object)
{
    struct kmem_magazine *magazine;
    irqflags_t irq;

    if (SLAB_DEBUG)
        slot_check_free(cache, object);
    irq = irq_save();
    magazine = cache->magazines[cpu_id()];
    if (unlikely(magazine == NULL || magazine->count >= cache->magazine_limit)) {
        free_slowly(cache, object, irq);
        return;
    }
    magazine->objects[magazine->count++] = object;
    irq_restore(irq);
}

static __noinline void free_cleared(struct kmem_cache *cache, void *object)
{
    if (cache->constructor == NULL)
        memset(object, 0, cache->object_size);
    take_back(cache, object);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
    if (object == NULL)
        return;
    if (unlikely(frames_are_cleared()))
        free_cleared(cache, object);
    else
        take_back(cache, object);
}

struct kmem_cache *kmem_cache_of(const void *object)
{
    struct page *page = page_head(virt_to_page(object));

    return page_flag_test(page, PAGE_SLAB) ? slab_of(page)->cache : NULL;
}

/*
 * Giving memory back.
 */

/* Empty this CPU's magazine of the cache. Interrupts off. */
static void drain_magazine(struct kmem_cache *cache)
{
    struct kmem_magazine *magazine = cache->magazines[cpu_id()];

    if (magazine != NULL)
        magazine_flush(cache, magazine, magazine->count);
}

/* Free the empty slabs; returns frames. Interrupts off. */
static u64 free_empty_slabs(struct kmem_cache *cache)
{
    struct page *page;
    u64 frames = 0;

    spin_lock(&cache->lock);
    while ((page = page_list_first(&cache->empty)) != NULL) {
        slab_destroy(cache, page);
        frames += 1UL << cache->order;
    }
    spin_unlock(&cache->lock);
    return frames;
}

u64 kmem_cache_shrink(struct kmem_cache *cache)
{
    irqflags_t irq = irq_save();
    u64 frames;

    drain_magazine(cache);
    frames = free_empty_slabs(cache);
    irq_restore(irq);
    return frames;
}

static void on_all_cpus(void (*function)(void *), void *argument)
{
    if (cpu_count() > 1) {
        arch_call_on_cpus(~0UL >> (64 - cpu_count()), function, argument);
    } else {
        irqflags_t irq = irq_save();

        function(argument);
        irq_restore(irq);
    }
}

static void drain_one(void *cache)
{
    drain_magazine(cache);
}

static void drain_every(void *argument __unused)
{
    struct kmem_cache *cache;

    spin_lock(&caches_lock);
    list_for_each_entry (cache, &caches, link)
        drain_magazine(cache);
    spin_unlock(&caches_lock);
}

u64 kmem_shrink_all(void)
{
    struct kmem_cache *cache;
    u64 frames = 0;
    irqflags_t irq;

    on_all_cpus(drain_every, NULL);
    irq = spin_lock_irqsave(&caches_lock);
    list_for_each_entry (cache, &caches, link)
        frames += free_empty_slabs(cache);
    spin_unlock_irqrestore(&caches_lock, irq);
    return frames;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
    irqflags_t irq;
    unsigned int cpu;

    on_all_cpus(drain_one, cache);
    kmem_cache_shrink(cache);
    if (cache->nr_objects_out != 0) {
        pr_err("slab %s: destroyed with %lu objects in use", cache->name, cache->nr_objects_out);
        return;
    }
    irq = spin_lock_irqsave(&caches_lock);
    list_remove(&cache->link);
    spin_unlock_irqrestore(&caches_lock, irq);
    for (cpu = 0; cpu < ARCH_MAX_CPUS; cpu++)
        kmem_cache_free(&magazine_cache, cache->magazines[cpu]);
    kmem_cache_free(&cache_cache, cache);
}

void slab_init(void)
{
    kmem_cache_init(&magazine_cache, "magazine", sizeof(struct kmem_magazine), 64, NULL);
    kmem_cache_init(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 64, NULL);
}

void kmem_cache_for_each(bool (*visit)(struct kmem_cache *cache, void *argument), void *argument)
{
    irqflags_t irq = spin_lock_irqsave(&caches_lock);
    struct kmem_cache *cache;

    list_for_each_entry (cache, &caches, link) {
        if (!visit(cache, argument))
            break;
    }
    spin_unlock_irqrestore(&caches_lock, irq);
}

/* Objects that lie in magazines. The counts of other CPUs may be changing. */
static u64 count_in_magazines(const struct kmem_cache *cache)
{
    u64 nr = 0;
    unsigned int cpu;

    for (cpu = 0; cpu < cpu_count(); cpu++) {
        const struct kmem_magazine *magazine = READ_ONCE(cache->magazines[cpu]);

        if (magazine != NULL)
            nr += READ_ONCE(magazine->count);
    }
    return nr;
}

void kmem_cache_statistics(struct kmem_cache *cache, struct kmem_cache_statistics *statistics)
{
    irqflags_t irq = spin_lock_irqsave(&cache->lock);
    u64 cached = count_in_magazines(cache);

    statistics->name = cache->name;
    statistics->object_size = cache->object_size;
    statistics->slot_size = cache->slot_size;
    statistics->objects_per_slab = cache->objects_per_slab;
    statistics->frames_per_slab = 1UL << cache->order;
    statistics->slabs_active = cache->partial.count + cache->full.count;
    statistics->slabs_total = statistics->slabs_active + cache->empty.count;
    statistics->objects_total = statistics->slabs_total * cache->objects_per_slab;
    statistics->objects_active = cache->nr_objects_out - min(cached, cache->nr_objects_out);
    spin_unlock_irqrestore(&cache->lock, irq);
}

struct slab_frames {
    u64 total;
    u64 reclaimable;
};

static bool add_slab_frames(struct kmem_cache *cache, void *argument)
{
    struct slab_frames *frames = argument;
    u64 empty = READ_ONCE(cache->empty.count);
    u64 used = READ_ONCE(cache->partial.count) + READ_ONCE(cache->full.count);

    frames->total += (empty + used) << cache->order;
    frames->reclaimable += empty << cache->order;
    return true;
}

void kmem_slab_frames(u64 *total, u64 *reclaimable)
{
    struct slab_frames frames = {0};

    kmem_cache_for_each(add_slab_frames, &frames);
    *total = frames.total;
    *reclaimable = frames.reclaimable;
}

/* One slab: its free list is inside it, as long as in_use says, and the guards are intact. */
static bool check_slab(struct kmem_cache *cache, struct page *page)
{
    struct slab *slab = slab_of(page);
    char *base = page_to_virt(page);
    u32 link = slab->free;
    u32 nr_free = 0;
    u32 i;

    if (slab->cache != cache || !page_flag_test(page, PAGE_SLAB))
        return false;
    while (link != SLAB_LINK_END) {
        if (link % cache->slot_size != 0 || link / cache->slot_size >= cache->objects_per_slab ||
            ++nr_free > cache->objects_per_slab || !slot_is_intact(cache, base + link, true))
            return false;
        link = *object_link(cache, base + link);
    }
    for (i = 0; i < cache->objects_per_slab; i++) {
        if (!slot_is_intact(cache, base + i * cache->slot_size, false))
            return false;
    }
    return nr_free + slab->in_use == cache->objects_per_slab;
}

static bool check_list(struct kmem_cache *cache, struct page_list *list, u64 *in_use)
{
    struct page *page;
    u64 nr = 0;

    for (page = page_list_first(list); page != NULL; page = page_list_next(page)) {
        if (!check_slab(cache, page) || slab_list(cache, slab_of(page)) != list)
            return false;
        *in_use += slab_of(page)->in_use;
        nr++;
    }
    return nr == list->count;
}

bool kmem_cache_check(struct kmem_cache *cache)
{
    irqflags_t irq = spin_lock_irqsave(&cache->lock);
    u64 in_use = 0;
    bool well = check_list(cache, &cache->empty, &in_use) &&
                check_list(cache, &cache->partial, &in_use) &&
                check_list(cache, &cache->full, &in_use) && in_use == cache->nr_objects_out;

    spin_unlock_irqrestore(&cache->lock, irq);
    return well;
}
