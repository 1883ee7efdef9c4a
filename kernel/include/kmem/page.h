/*
 * struct page: what the kernel knows about one frame, in 32 bytes.
 *
 * 1. State. A frame is free (PAGE_FREE, references 0), reserved (PAGE_RESERVED: firmware, kernel
 *    image, holes), or allocated (references >= 1). The first frame of a block of 2^order frames
 *    carries the order; the others are PAGE_TAIL and name it.
 * 2. References: who may look at the frame at all. page_put of the last one frees the block; its
 *    owner has withdrawn it from trees, lists and tables before. Map count: how many leaf entries
 *    name the frame (each holds a reference too).
 * 3. Users. The last 24 bytes belong to the frame's user: user memory (objects, private pages),
 *    the buddy lists, slabs, page tables, or whoever allocated it.
 * 4. Links are frame numbers (32 bits: 16 TiB) and frame 0 is never allocated, so 0 is "none". The
 *    owner is stored as its physical address in units of 64 bytes, in 32 bits (256 GiB): owners
 *    (objects, families) come from slabs, aligned to 64.
 */
#pragma once

#include <arch/memory.h>
#include <kern/panic.h>
#include <lib/atomic.h>
#include <lib/types.h>

enum page_flags {
    PAGE_BUSY = 1u << 0,          /* someone has the page in hand: wait (sleeping bit) */
    PAGE_DIRTY = 1u << 1,         /* newer than its backing store */
    PAGE_UPTODATE = 1u << 2,      /* contents are valid */
    PAGE_REFERENCED = 1u << 3,    /* used since reclaim last looked */
    PAGE_POOLED = 1u << 4,        /* of a pool, which gets it when its last reference is gone */
    PAGE_LRU = 1u << 5,           /* on a list of reclaim */
    PAGE_WRITEBACK = 1u << 6,     /* being written to its backing store */
    PAGE_ERROR = 1u << 7,         /* reading or writing it failed */
    PAGE_OBJECT = 1u << 8,        /* belongs to a vm_object at index */
    PAGE_PRIVATE_OWNED = 1u << 9, /* belongs to an address space; owner is its family */
    PAGE_TABLE = 1u << 10,        /* a page table */
    PAGE_SLAB = 1u << 11,         /* cut into slab objects */
    PAGE_LARGE = 1u << 12,        /* a kmalloc block larger than any slab */
    PAGE_TAIL = 1u << 13,         /* not the first frame of its block */
    PAGE_FREE = 1u << 14,         /* free: in the buddy lists or a CPU's stack */
    PAGE_BUDDY = 1u << 15,        /* first frame of a block in the buddy lists */
    PAGE_RESERVED = 1u << 16,     /* never allocated */
    PAGE_ZEROED = 1u << 17,       /* free, and known to be all zero */
    PAGE_SWAP = 1u << 18,         /* in the swap cache */
    PAGE_UNEVICTABLE = 1u << 19,  /* mlocked or otherwise not to be reclaimed */
    PAGE_SHMEM = 1u << 20,        /* the owner is a swap-backed object */
    PAGE_STALE = 1u << 21,        /* left its object; freed with the last reference */
    PAGE_RANGE = 1u << 22,        /* in a kernel virtual range (vmalloc, stacks) */
    PAGE_USER = 1u << 23,         /* meaning defined by the user of the frame */
};
#define PAGE_FLAGS_MASK  0x00ffffffu
#define PAGE_ORDER_SHIFT 24 /* the top byte of flags holds the block's order */

#define MAX_ORDER 10 /* largest block: 4 MiB */

struct page {
    u32 flags;      /* (a) enum page_flags | order << PAGE_ORDER_SHIFT */
    int references; /* (a) 0: free */
    union {
        struct {            /* user memory */
            int map_count;  /* (a) leaf entries that name the frame */
            u32 owner_code; /* see page_owner */
            u64 index;    /* index in the object, or birth page number and what mm packs with it */
            u32 lru_next; /* (lru lock) */
            u32 lru_prev;
        };
        struct { /* a tail of a block */
            u32 head_pfn;
        };
        u64 user[3]; /* anything else: the user of the frame defines it */
    };
};
_Static_assert(sizeof(struct page) == 32, "struct page is 32 bytes");

/* One per frame from 0 to page_map_end; set up at boot. */
extern struct page *page_map;
extern pfn_t page_map_end;

static inline struct page *pfn_to_page(pfn_t pfn)
{
    return &page_map[pfn];
}

static inline pfn_t page_to_pfn(const struct page *page)
{
    return (pfn_t)(page - page_map);
}

/* True when @pfn has a struct page (it may still be reserved). */
static inline bool pfn_is_valid(pfn_t pfn)
{
    return pfn < page_map_end;
}

static inline paddr_t page_to_phys(const struct page *page)
{
    return page_to_pfn(page) << PAGE_SHIFT;
}

static inline struct page *phys_to_page(paddr_t paddr)
{
    return pfn_to_page(paddr >> PAGE_SHIFT);
}

static inline void *page_to_virt(const struct page *page)
{
    return phys_to_virt(page_to_phys(page));
}

/* @virt is in the direct map. */
static inline struct page *virt_to_page(const void *virt)
{
    return phys_to_page(virt_to_phys(virt));
}

static inline bool page_flag_test(const struct page *page, u32 flag)
{
    return READ_ONCE(page->flags) & flag;
}

static inline void page_flag_set(struct page *page, u32 flag)
{
    fetch_or(&page->flags, flag);
}

static inline void page_flag_clear(struct page *page, u32 flag)
{
    fetch_and(&page->flags, ~flag);
}

/* Both return what the flag was before. */
static inline bool page_flag_test_and_set(struct page *page, u32 flag)
{
    return fetch_or(&page->flags, flag) & flag;
}

static inline bool page_flag_test_and_clear(struct page *page, u32 flag)
{
    return fetch_and(&page->flags, ~flag) & flag;
}

/* Of the first frame of a block. */
static inline unsigned int page_order(const struct page *page)
{
    return READ_ONCE(page->flags) >> PAGE_ORDER_SHIFT;
}

/* The first frame of the block that @page belongs to. */
static inline struct page *page_head(struct page *page)
{
    return page_flag_test(page, PAGE_TAIL) ? pfn_to_page(page->head_pfn) : page;
}

static inline int page_references(const struct page *page)
{
    return READ_ONCE(page->references);
}

/* Take a reference beside one that exists. */
static inline void page_get(struct page *page)
{
    int before = fetch_add(&page->references, 1);

    DEBUG_ASSERT(before > 0);
    (void)before;
}

/* Take a reference unless the frame is free. */
__must_check static inline bool page_try_get(struct page *page)
{
    int found = READ_ONCE(page->references);

    while (found > 0) {
        if (try_cmpxchg(&page->references, &found, found + 1))
            return true;
    }
    return false;
}

/*
 * page_put: drop a reference; the last one frees the block.
 * => then the page is unmapped, on no list, and withdrawn from its owner
 */
void page_put(struct page *page);

/* The map count. */
static inline int page_map_count(const struct page *page)
{
    return READ_ONCE(page->map_count);
}

static inline void page_map_count_add(struct page *page, int delta)
{
    fetch_add(&page->map_count, delta);
}

/* The object or family the page belongs to; NULL when none. */
static inline void *page_owner(const struct page *page)
{
    u32 code = READ_ONCE(page->owner_code);

    return code == 0 ? NULL : phys_to_virt((paddr_t)code << 6);
}

/* @owner is aligned to 64, from the direct map; NULL: none. */
static inline void page_set_owner(struct page *page, const void *owner)
{
    paddr_t paddr = owner == NULL ? 0 : virt_to_phys(owner);

    ASSERT(is_aligned(paddr, 64) && paddr >> 38 == 0);
    WRITE_ONCE(page->owner_code, (u32)(paddr >> 6));
}

/*
 * Lists of pages through lru_next and lru_prev. The lock is the list owner's.
 */
struct page_list {
    u32 first; /* frame numbers; 0: empty */
    u32 last;
    u64 count;
};

static inline void page_list_init(struct page_list *list)
{
    *list = (struct page_list){0};
}

static inline bool page_list_is_empty(const struct page_list *list)
{
    return list->first == 0;
}

/* NULL when empty (and at the ends of a walk). */
static inline struct page *page_list_first(const struct page_list *list)
{
    return list->first == 0 ? NULL : pfn_to_page(list->first);
}

static inline struct page *page_list_last(const struct page_list *list)
{
    return list->last == 0 ? NULL : pfn_to_page(list->last);
}

static inline struct page *page_list_next(const struct page *page)
{
    return page->lru_next == 0 ? NULL : pfn_to_page(page->lru_next);
}

static inline struct page *page_list_prev(const struct page *page)
{
    return page->lru_prev == 0 ? NULL : pfn_to_page(page->lru_prev);
}

static inline void page_list_add(struct page_list *list, struct page *page)
{
    u32 pfn = (u32)page_to_pfn(page);

    page->lru_prev = 0;
    page->lru_next = list->first;
    if (list->first != 0)
        pfn_to_page(list->first)->lru_prev = pfn;
    else
        list->last = pfn;
    list->first = pfn;
    list->count++;
}

static inline void page_list_add_tail(struct page_list *list, struct page *page)
{
    u32 pfn = (u32)page_to_pfn(page);

    page->lru_next = 0;
    page->lru_prev = list->last;
    if (list->last != 0)
        pfn_to_page(list->last)->lru_next = pfn;
    else
        list->first = pfn;
    list->last = pfn;
    list->count++;
}

static inline void page_list_remove(struct page_list *list, struct page *page)
{
    if (page->lru_prev != 0)
        pfn_to_page(page->lru_prev)->lru_next = page->lru_next;
    else
        list->first = page->lru_next;
    if (page->lru_next != 0)
        pfn_to_page(page->lru_next)->lru_prev = page->lru_prev;
    else
        list->last = page->lru_prev;
    page->lru_next = 0;
    page->lru_prev = 0;
    list->count--;
}
