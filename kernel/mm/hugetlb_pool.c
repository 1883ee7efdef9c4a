/*
 * The pool of huge pages (mm/hugetlb.h 1, 2), its settings and its beginning (hugepages=N on the
 * command line).
 *
 * total = free + blocks in use; reserved <= free; set aside = total - surplus. The rules by which
 * blocks become surplus, and surplus ones leave, are Linux's ("HugeTLB Pages" in its
 * documentation). A block in use counts in lru_prev of its first frame how many of its frames are:
 * the last one brings it back.
 *
 * Locks: `lock` for the counts and the list, with interrupts off: frames are dropped anywhere.
 * `change` (sleeping) serialises who changes the size of the pool.
 */
#include <abi/errno.h>
#include <kern/cmdline.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <sched/wait.h>

#include "hugetlb.h"

#define BLOCK_ORDER 9

static struct spinlock lock = SPINLOCK_INIT(LOCK_RANK_HUGETLB);
static struct hugetlb_counts pool; /* (lock) */
static struct page_list blocks;    /* (lock) the free ones */
static struct mutex change;
static s32 shm_group;

/* ---- blocks ---- */

static struct page *block_of(struct page *page)
{
    return pfn_to_page(align_down(page_to_pfn(page), HUGETLB_PAGES));
}

/* A block from the rest of memory, all of it the pool's; NULL: none without killing for it. */
static struct page *block_create(void)
{
    struct page *block;
    unsigned i;

    block = page_alloc_order(BLOCK_ORDER, ALLOC_WAIT | ALLOC_NORETRY | ALLOC_USER);
    if (block == NULL)
        return NULL;
    page_split(block);
    for (i = 0; i < HUGETLB_PAGES; i++)
        page_flag_set(block + i, PAGE_POOLED);
    return block;
}

static void block_destroy(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++) {
        page_flag_clear(block + i, PAGE_FLAGS_MASK);
        page_put(block + i);
    }
}

static void list_add_block(struct page *block)
{
    ASSERT_HELD(&lock);
    page_list_add(&blocks, block);
    pool.free++;
}

static struct page *list_take_block(void)
{
    struct page *block = page_list_first(&blocks);

    ASSERT_HELD(&lock);
    ASSERT(block != NULL && pool.free > 0);
    page_list_remove(&blocks, block);
    pool.free--;
    return block;
}

static u64 available(void)
{
    ASSERT_HELD(&lock);
    return pool.free - pool.reserved;
}

/* Nobody uses @block any more: surplus goes back to the rest of memory. */
static void block_give(struct page *block)
{
    irqflags_t irq = spin_lock_irqsave(&lock);
    bool leaves = pool.surplus > 0;

    if (leaves) {
        pool.surplus--;
        pool.total--;
    } else {
        list_add_block(block);
    }
    spin_unlock_irqrestore(&lock, irq);
    if (leaves)
        block_destroy(block);
}

/* The last reference of a frame is gone: it is the pool's again. */
static void frame_returned(struct page *page)
{
    struct page *block = block_of(page);

    ASSERT(page_map_count(page) == 0);
    WRITE_ONCE(page->references, 1);
    if (fetch_sub(&block->lru_prev, 1) == 1)
        block_give(block);
}

static void block_begin_use(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++)
        page_flag_clear(block + i, PAGE_FLAGS_MASK & ~PAGE_POOLED);
    page_set_owner(block, NULL);
    WRITE_ONCE(block->lru_prev, HUGETLB_PAGES);
}

/* ---- promising ---- */

/* Blocks that are missing to promise @nr more. */
static u64 missing(u64 nr)
{
    u64 wanted = pool.reserved + nr;

    ASSERT_HELD(&lock);
    return wanted > pool.free ? wanted - pool.free : 0;
}

/* Add @block to the pool as surplus; false: there may be no more. */
static bool try_add_surplus(struct page *block)
{
    irqflags_t irq = spin_lock_irqsave(&lock);
    bool fits = pool.surplus < pool.overcommit;

    if (fits) {
        pool.surplus++;
        pool.total++;
        list_add_block(block);
    }
    spin_unlock_irqrestore(&lock, irq);
    return fits;
}

/* One more free block, if surplus is allowed. */
static bool add_surplus(void)
{
    struct page *block;

    if (READ_ONCE(pool.surplus) >= READ_ONCE(pool.overcommit))
        return false;
    block = block_create();
    if (block == NULL)
        return false;
    if (try_add_surplus(block))
        return true;
    block_destroy(block);
    return false;
}

/* Surplus blocks that are free and not promised leave, up to @nr. */
static void drop_surplus(u64 nr)
{
    for (; nr > 0; nr--) {
        struct page *block = NULL;
        irqflags_t irq = spin_lock_irqsave(&lock);

        if (pool.surplus > 0 && available() > 0) {
            block = list_take_block();
            pool.surplus--;
            pool.total--;
        }
        spin_unlock_irqrestore(&lock, irq);
        if (block == NULL)
            return;
        block_destroy(block);
    }
}

/* => 0: promised; else how many blocks are missing */
static u64 try_reserve(u64 nr)
{
    irqflags_t irq = spin_lock_irqsave(&lock);
    u64 lack = missing(nr);

    if (lack == 0)
        pool.reserved += nr;
    spin_unlock_irqrestore(&lock, irq);
    return lack;
}

int hugetlb_reserve(u64 nr)
{
    u64 added = 0;
    int err = 0;

    if (nr > page_map_end / HUGETLB_PAGES)
        return -ENOMEM;
    mutex_lock(&change);
    while (try_reserve(nr) > 0) {
        if (!add_surplus()) {
            drop_surplus(added);
            err = -ENOMEM;
            break;
        }
        added++;
    }
    mutex_unlock(&change);
    return err;
}

void hugetlb_unreserve(u64 nr)
{
    irqflags_t irq;

    if (nr == 0)
        return;
    irq = spin_lock_irqsave(&lock);
    ASSERT(pool.reserved >= nr);
    pool.reserved -= nr;
    spin_unlock_irqrestore(&lock, irq);
    drop_surplus(nr);
}

/* ---- taking ---- */

static struct page *try_take(bool promised)
{
    irqflags_t irq = spin_lock_irqsave(&lock);
    struct page *block = NULL;

    if (promised || available() > 0)
        block = list_take_block();
    if (promised)
        pool.reserved--;
    spin_unlock_irqrestore(&lock, irq);
    return block;
}

struct page *hugetlb_take(bool promised)
{
    struct page *block;

    while ((block = try_take(promised)) == NULL) {
        if (!add_surplus())
            return NULL;
    }
    block_begin_use(block);
    return block;
}

void hugetlb_untake(struct page *block, bool promised)
{
    irqflags_t irq;

    if (!promised) {
        hugetlb_block_put(block);
        return;
    }
    irq = spin_lock_irqsave(&lock);
    list_add_block(block);
    pool.reserved++;
    spin_unlock_irqrestore(&lock, irq);
}

void hugetlb_block_put(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++)
        page_put(block + i);
}

/* ---- the size of the pool ---- */

void hugetlb_counts_get(struct hugetlb_counts *counts)
{
    irqflags_t irq = spin_lock_irqsave(&lock);

    *counts = pool;
    spin_unlock_irqrestore(&lock, irq);
    counts->set_aside = counts->total - counts->surplus;
}

static u64 set_aside_count(void)
{
    struct hugetlb_counts counts;

    hugetlb_counts_get(&counts);
    return counts.set_aside;
}

/* What is surplus counts as set aside first, then new blocks come. */
static void pool_grow(u64 nr)
{
    irqflags_t irq = spin_lock_irqsave(&lock);

    while (pool.surplus > 0 && pool.total - pool.surplus < nr)
        pool.surplus--;
    spin_unlock_irqrestore(&lock, irq);
    while (set_aside_count() < nr) {
        struct page *block = block_create();

        if (block == NULL)
            return;
        irq = spin_lock_irqsave(&lock);
        pool.total++;
        list_add_block(block);
        spin_unlock_irqrestore(&lock, irq);
    }
}

/* Free blocks that are not promised leave; those in use become surplus and leave when they are
 * given back. */
static void pool_shrink(u64 nr)
{
    irqflags_t irq;

    while (set_aside_count() > nr) {
        struct page *block = NULL;

        irq = spin_lock_irqsave(&lock);
        if (available() > 0) {
            block = list_take_block();
            pool.total--;
        }
        spin_unlock_irqrestore(&lock, irq);
        if (block == NULL)
            break;
        block_destroy(block);
    }
    irq = spin_lock_irqsave(&lock);
    if (pool.total - pool.surplus > nr)
        pool.surplus = pool.total - nr;
    spin_unlock_irqrestore(&lock, irq);
}

void hugetlb_set_aside(u64 nr)
{
    mutex_lock(&change);
    pool_grow(nr);
    pool_shrink(nr);
    mutex_unlock(&change);
}

void hugetlb_set_overcommit(u64 nr)
{
    irqflags_t irq = spin_lock_irqsave(&lock);

    pool.overcommit = nr;
    spin_unlock_irqrestore(&lock, irq);
}

void hugetlb_pool_freeze(void)
{
    mutex_lock(&change);
}

void hugetlb_pool_thaw(void)
{
    mutex_unlock(&change);
}

bool hugetlb_pool_check(u64 *free)
{
    irqflags_t irq = spin_lock_irqsave(&lock);
    struct page *block = page_list_first(&blocks);
    bool sound = pool.reserved <= pool.free && pool.free <= pool.total &&
                 pool.surplus <= pool.total && blocks.count == pool.free;

    for (*free = 0; sound && block != NULL; block = page_list_next(block)) {
        sound = page_flag_test(block, PAGE_POOLED) && page_references(block) == 1;
        ++*free;
    }
    spin_unlock_irqrestore(&lock, irq);
    return sound;
}

/* ---- settings ---- */

static void nr_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = set_aside_count();
}

static int nr_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    hugetlb_set_aside(values[0]);
    return 0;
}

static void overcommit_get(const struct sysctl *setting, u64 *values)
{
    struct hugetlb_counts counts;

    (void)setting;
    hugetlb_counts_get(&counts);
    values[0] = counts.overcommit;
}

static int overcommit_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    hugetlb_set_overcommit(values[0]);
    return 0;
}

u32 hugetlb_shm_group(void)
{
    return (u32)READ_ONCE(shm_group);
}

/* 1 GiB is a size of this machine too, but there are never any. */
bool hugetlb_size_is_known(unsigned shift)
{
    return hugetlb_size_is_had(shift) || shift == 30;
}

bool hugetlb_size_is_had(unsigned shift)
{
    return shift == 0 || shift == HUGETLB_SHIFT;
}

static const struct sysctl settings[] = {
    {.name = "hugetlb_shm_group", .value = &shm_group},
    {.name = "nr_hugepages", .kind = SYSCTL_ULONG, .get = nr_get, .set = nr_set},
    {.name = "nr_hugepages_mempolicy", .kind = SYSCTL_ULONG, .get = nr_get, .set = nr_set},
    {.name = "nr_overcommit_hugepages",
     .kind = SYSCTL_ULONG,
     .get = overcommit_get,
     .set = overcommit_set},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void hugetlb_pool_init(void)
{
    char word[24];
    u64 nr;

    mutex_init(&change);
    hugetlb_object_init();
    frames_set_pool_hook(frame_returned);
    sysctl_register(&table);
    if (cmdline_find("hugepages", word, sizeof(word)) && parse_u64(word, 10, &nr) == 0)
        hugetlb_set_aside(nr);
}
