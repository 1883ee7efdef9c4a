/*
 * Kernel virtual ranges (see vmalloc.h).
 *
 * Areas are kept in a red-black tree by address. Each knows the gap between its predecessor and
 * itself, and the tree the largest gap of every subtree, so the lowest gap that is large enough is
 * found going down once. An area's span ends with one unmapped page, and the first page of the
 * vmalloc area is never used, so every mapping has an unmapped page on both sides.
 *
 * areas_lock protects the tree. An area enters it before its translations are made and leaves after
 * they are flushed, so nobody else maps there meanwhile; its other fields belong to who allocated
 * it.
 */
#include "kernel_stack.h"
#include <kern/panic.h>
#include <kern/preempt.h>
#include <kern/spinlock.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <lib/rbtree.h>
#include <lib/string.h>

struct vmalloc_area {
    struct rb_node node; /* (areas_lock) */
    vaddr_t start;       /* (I) */
    u64 span;            /* (I) address space taken, the guard page included */
    u64 gap;             /* (areas_lock) free space before it */
    u64 largest_gap;     /* (areas_lock) in the subtree */
    size_t len;          /* (I) mapped */
    paddr_t phys;        /* (I) device memory, else 0 */
    const char *kind;    /* (I) for /proc/vmallocinfo */
    u64 nr_pages;        /* (owner) */
    struct page **pages; /* (owner) the frames, NULL for device memory */
};

static struct spinlock areas_lock = SPINLOCK_INIT(LOCK_RANK_VMALLOC);
static struct rb_root areas = RB_ROOT_INIT; /* (areas_lock) */
static u64 used_bytes;                      /* (areas_lock) */
static struct kmem_cache area_cache;

#define area_of(rb) rb_entry(rb, struct vmalloc_area, node)

static u64 subtree_gap(const struct rb_node *node)
{
    return node == NULL ? 0 : area_of(node)->largest_gap;
}

static bool area_update(struct rb_node *node)
{
    struct vmalloc_area *area = area_of(node);
    u64 gap = max(area->gap, max(subtree_gap(node->left), subtree_gap(node->right)));

    if (gap == area->largest_gap)
        return false;
    area->largest_gap = gap;
    return true;
}

static const struct rb_augment area_augment = {.update = area_update};

/* The lowest address with @span free bytes; 0: none. */
static vaddr_t find_room(u64 span)
{
    struct rb_node *node = areas.node;
    struct vmalloc_area *last;
    vaddr_t end;

    while (subtree_gap(node) >= span) {
        if (subtree_gap(node->left) >= span)
            node = node->left;
        else if (area_of(node)->gap >= span)
            return area_of(node)->start - area_of(node)->gap;
        else
            node = node->right;
    }
    last = rb_last_entry(&areas, struct vmalloc_area, node);
    end = last == NULL ? VMALLOC_BASE + PAGE_SIZE : last->start + last->span;
    return VMALLOC_END - end >= span ? end : 0;
}

/* Where the gap before @area begins. */
static vaddr_t gap_start(const struct vmalloc_area *area)
{
    struct vmalloc_area *before = rb_entry_or_null(rb_prev(&area->node), struct vmalloc_area, node);

    return before == NULL ? VMALLOC_BASE + PAGE_SIZE : before->start + before->span;
}

/* The gap before the area after @area, or what it will be, changes to start at @start. */
static void set_gap_after(struct rb_node *following, vaddr_t start)
{
    if (following == NULL)
        return;
    area_of(following)->gap = area_of(following)->start - start;
    rb_propagate(following, &area_augment);
}

static int compare_start(const void *key, const struct rb_node *node)
{
    vaddr_t start = *(const vaddr_t *)key;

    return start < area_of(node)->start ? -1 : start > area_of(node)->start;
}

/* The area with its first byte at @start, or NULL. */
static struct vmalloc_area *area_find(vaddr_t start)
{
    return rb_entry_or_null(rb_find(&areas, &start, compare_start), struct vmalloc_area, node);
}

/* The area around @address, or the next one above it. */
static struct vmalloc_area *area_at_or_after(vaddr_t address)
{
    struct rb_node *node = areas.node;
    struct vmalloc_area *found = NULL;

    while (node != NULL) {
        struct vmalloc_area *area = area_of(node);

        if (address < area->start + area->len) {
            found = area;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

/* Choose an address for @area and enter it; false: the vmalloc area is full. */
static bool area_insert(struct vmalloc_area *area)
{
    irqflags_t irq = spin_lock_irqsave(&areas_lock);
    struct rb_node *parent;
    struct rb_node **link;

    area->start = find_room(area->span);
    if (area->start != 0) {
        rb_find_place(&areas, &area->start, compare_start, &parent, &link);
        area->gap = 0;
        area->largest_gap = 0;
        rb_insert_augmented(&areas, &area->node, parent, link, &area_augment);
        area->gap = area->start - gap_start(area);
        rb_propagate(&area->node, &area_augment);
        set_gap_after(rb_next(&area->node), area->start + area->span);
        used_bytes += area->len;
    }
    spin_unlock_irqrestore(&areas_lock, irq);
    return area->start != 0;
}

static void area_remove(struct vmalloc_area *area)
{
    irqflags_t irq = spin_lock_irqsave(&areas_lock);
    struct rb_node *following = rb_next(&area->node);
    vaddr_t start = gap_start(area);

    rb_erase_augmented(&areas, &area->node, &area_augment);
    set_gap_after(following, start);
    used_bytes -= area->len;
    spin_unlock_irqrestore(&areas_lock, irq);
}

/* A range of @len bytes (multiple of PAGE_SIZE) of addresses, nothing mapped; NULL: no memory. */
static struct vmalloc_area *area_create(size_t len, const char *kind)
{
    struct vmalloc_area *area = kmem_cache_alloc(&area_cache, ALLOC_WAIT | ALLOC_ZERO);

    if (area == NULL)
        return NULL;
    area->len = len;
    area->span = len + PAGE_SIZE;
    area->kind = kind;
    if (!area_insert(area)) {
        kmem_cache_free(&area_cache, area);
        return NULL;
    }
    return area;
}

/* Undo everything: translations, frames, the range. */
static void area_destroy(struct vmalloc_area *area, size_t mapped)
{
    if (mapped > 0)
        arch_kernel_unmap(area->start, mapped);
    area_remove(area);
    if (area->pages != NULL) {
        page_free_bulk((unsigned int)area->nr_pages, area->pages);
        kfree(area->pages);
    }
    kmem_cache_free(&area_cache, area);
}

/* Give the area its frames. => false: there are not as many */
static bool take_frames(struct vmalloc_area *area, u64 nr, unsigned int flags)
{
    u64 i;

    area->pages = kmalloc_array(nr, sizeof(*area->pages), ALLOC_WAIT);
    if (area->pages == NULL)
        return false;
    area->nr_pages = page_alloc_bulk((unsigned int)nr, area->pages, flags);
    for (i = 0; i < area->nr_pages; i++)
        page_flag_set(area->pages[i], PAGE_RANGE);
    return area->nr_pages == nr;
}

/* Map the frames, a physically contiguous run at a time. Returns the bytes mapped. */
static size_t map_pages(struct vmalloc_area *area)
{
    u64 done = 0;

    while (done < area->nr_pages) {
        paddr_t phys = page_to_phys(area->pages[done]);
        u64 run = 1;

        while (done + run < area->nr_pages &&
               page_to_phys(area->pages[done + run]) == phys + (run << PAGE_SHIFT))
            run++;
        if (arch_kernel_map(area->start + (done << PAGE_SHIFT), phys, run << PAGE_SHIFT,
                            KERNEL_MAP_RW) != 0)
            break;
        done += run;
    }
    return done << PAGE_SHIFT;
}

static void *vmalloc_kind(size_t len, unsigned int flags, const char *kind)
{
    struct vmalloc_area *area;
    size_t mapped = 0;
    u64 nr;

    might_sleep();
    if (len == 0 || len > VMALLOC_END - VMALLOC_BASE)
        return NULL;
    len = align_up(len, PAGE_SIZE);
    nr = len >> PAGE_SHIFT;
    if (nr > frames_total_count())
        return NULL;
    area = area_create(len, kind);
    if (area == NULL)
        return NULL;
    if (take_frames(area, nr, flags))
        mapped = map_pages(area);
    if (mapped == len)
        return (void *)area->start;
    area_destroy(area, mapped);
    return NULL;
}

void *vmalloc(size_t len)
{
    return vmalloc_kind(len, ALLOC_WAIT, "vmalloc");
}

void *vzalloc(size_t len)
{
    return vmalloc_kind(len, ALLOC_WAIT | ALLOC_ZERO, "vmalloc");
}

void *vmalloc_stack(size_t len)
{
    return vmalloc_kind(len, ALLOC_WAIT, "stack");
}

/* The area that begins at @memory; there must be one. */
static struct vmalloc_area *area_take(const void *memory)
{
    irqflags_t irq = spin_lock_irqsave(&areas_lock);
    struct vmalloc_area *area = area_find((vaddr_t)memory & PAGE_MASK);

    spin_unlock_irqrestore(&areas_lock, irq);
    if (area == NULL)
        panic("vfree of %p, where no range begins", memory);
    return area;
}

void vfree(void *memory)
{
    struct vmalloc_area *area;

    if (memory == NULL)
        return;
    area = area_take(memory);
    ASSERT(area->pages != NULL);
    area_destroy(area, area->len);
}

size_t vmalloc_size(const void *memory)
{
    return area_take(memory)->len;
}

struct page *vmalloc_to_page(const void *address)
{
    irqflags_t irq = spin_lock_irqsave(&areas_lock);
    struct vmalloc_area *area = area_at_or_after((vaddr_t)address);
    struct page *page = NULL;

    if (area != NULL && area->start <= (vaddr_t)address && area->pages != NULL)
        page = area->pages[((vaddr_t)address - area->start) >> PAGE_SHIFT];
    spin_unlock_irqrestore(&areas_lock, irq);
    return page;
}

void *device_map(paddr_t phys, size_t len, enum kernel_map_type type)
{
    u64 offset = phys & ~PAGE_MASK;
    struct vmalloc_area *area;
    size_t whole;

    might_sleep();
    if (len == 0 || add_overflow(len, offset + PAGE_SIZE - 1, &whole))
        return NULL;
    whole &= PAGE_MASK;
    if (whole > VMALLOC_END - VMALLOC_BASE)
        return NULL;
    area = area_create(whole, "device");
    if (area == NULL)
        return NULL;
    area->phys = phys - offset;
    if (arch_kernel_map(area->start, area->phys, whole, type) != 0) {
        area_destroy(area, 0);
        return NULL;
    }
    return (char *)area->start + offset;
}

void device_unmap(void *window)
{
    struct vmalloc_area *area = area_take(window);

    ASSERT(area->pages == NULL);
    area_destroy(area, area->len);
}

bool vmalloc_next_range(vaddr_t address, struct vmalloc_range *range)
{
    irqflags_t irq = spin_lock_irqsave(&areas_lock);
    struct vmalloc_area *area = area_at_or_after(address);

    if (area != NULL)
        *range = (struct vmalloc_range){.start = area->start,
                                        .len = area->span,
                                        .phys = area->phys,
                                        .nr_pages = area->nr_pages,
                                        .kind = area->kind};
    spin_unlock_irqrestore(&areas_lock, irq);
    return area != NULL;
}

u64 vmalloc_used_bytes(void)
{
    return READ_ONCE(used_bytes);
}

void vmalloc_init(void)
{
    kmem_cache_init(&area_cache, "vmalloc_area", sizeof(struct vmalloc_area), 0, NULL);
}
