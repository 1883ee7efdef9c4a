/* Families of address spaces (anon_family.h). */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/slab.h>

#include "anon_family.h"

struct anon_family {
    struct spinlock lock;     /* rank FAMILY */
    struct list_head members; /* (lock) mm.family_link */
    u32 nr_members;           /* (lock) */
    u32 last_member;          /* (lock) the last number given out */
    struct rcu_head rcu;
};

static struct kmem_cache family_cache;

void anon_family_init_cache(void)
{
    kmem_cache_init(&family_cache, "anon_family", sizeof(struct anon_family), 64, NULL);
}

int anon_family_create(struct mm *mm)
{
    struct anon_family *family = kmem_cache_alloc(&family_cache, ALLOC_WAIT | ALLOC_ZERO);

    if (family == NULL)
        return -ENOMEM;
    spin_lock_init(&family->lock, LOCK_RANK_FAMILY);
    list_init(&family->members);
    anon_family_join(mm, family);
    return 0;
}

void anon_family_join(struct mm *mm, struct anon_family *family)
{
    spin_lock(&family->lock);
    mm->family = family;
    mm->family_member = ++family->last_member & ((1u << (64 - BIRTH_BITS)) - 1);
    list_add(&mm->family_link, &family->members);
    family->nr_members++;
    spin_unlock(&family->lock);
}

static void anon_family_release(struct rcu_head *head)
{
    kmem_cache_free(&family_cache, container_of(head, struct anon_family, rcu));
}

void anon_family_leave(struct mm *mm)
{
    struct anon_family *family = mm->family;
    bool last;

    spin_lock(&family->lock);
    list_remove(&mm->family_link);
    last = --family->nr_members == 0;
    spin_unlock(&family->lock);
    mm->family = NULL;
    if (last)
        rcu_call(&family->rcu, anon_family_release);
}

void private_page_init(struct page *page, const struct vma *vma, vaddr_t addr)
{
    page_set_owner(page, vma->mm->family);
    page->index = (vma_birth(vma, addr) & ((1UL << BIRTH_BITS) - 1)) | (u64)vma->mm->family_member
                                                                           << BIRTH_BITS;
    page_flag_set(page, PAGE_PRIVATE_OWNED | PAGE_UPTODATE);
}

void private_pages_init(struct page *block, unsigned nr, const struct vma *vma, vaddr_t addr)
{
    unsigned i;

    private_page_init(block, vma, addr);
    for (i = 1; i < nr; i++) {
        block[i].owner_code = block->owner_code;
        block[i].index = block->index + i;
        block[i].flags = PAGE_PRIVATE_OWNED | PAGE_UPTODATE;
    }
}

/* ---- the walk ---- */

/* A shared leaf table or block is reached through each of its sharers, but is visited once. */
#define WALK_SEEN_MAX 16

struct family_walk {
    struct page *page;
    u64 birth;
    bool locked;
    bool (*visit)(struct pt_cursor *cursor, void *argument);
    void *argument;
    unsigned wanted; /* the map count at the beginning */
    unsigned found;
    bool stop;
    const void *seen[WALK_SEEN_MAX]; /* entries; of huge leaves the block */
};

static const void *entry_identity(const struct pt_cursor *cursor)
{
    return cursor->huge ? (const void *)pt_page_of(pte_load(cursor->slot)) : cursor->slot;
}

static bool is_new_entry(struct family_walk *walk, const struct pt_cursor *cursor)
{
    unsigned i;

    for (i = 0; i < walk->found; i++) {
        if (walk->seen[i] == entry_identity(cursor))
            return false;
    }
    return true;
}

/* => leaf locked */
static void visit_entry(struct family_walk *walk, struct pt_cursor *cursor)
{
    if (walk->found == WALK_SEEN_MAX) {
        walk->stop = true; /* too many to tell apart: the walk ends short */
        return;
    }
    walk->seen[walk->found++] = entry_identity(cursor);
    if (!walk->visit(cursor, walk->argument))
        walk->stop = true;
}

static void visit_address(struct family_walk *walk, struct mm *mm, vaddr_t addr)
{
    struct pt_cursor cursor;

    if (addr >= USER_END || !pt_lock(&cursor, mm, addr))
        return;
    if (pt_page_of(pt_get(&cursor)) == walk->page && is_new_entry(walk, &cursor))
        visit_entry(walk, &cursor);
    pt_unlock(&cursor);
}

static bool walk_is_done(const struct family_walk *walk)
{
    return walk->stop || walk->found >= walk->wanted;
}

static void visit_displaced(struct family_walk *walk, struct mm *mm)
{
    struct vma *vma = NULL;

    if (!walk->locked && !read_trylock(&mm->map_lock))
        return;
    while (!walk_is_done(walk) && (vma = vma_next_displaced(mm, vma)) != NULL) {
        u64 offset = (walk->birth - vma->birth) & ((1UL << BIRTH_BITS) - 1);

        if (offset < vma_pages(vma))
            visit_address(walk, mm, vma->start + (offset << PAGE_SHIFT));
    }
    if (!walk->locked)
        read_unlock(&mm->map_lock);
}

static void visit_member(struct family_walk *walk, struct mm *mm)
{
    visit_address(walk, mm, walk->birth << PAGE_SHIFT);
    if (!walk_is_done(walk))
        visit_displaced(walk, mm);
}

unsigned anon_family_walk(struct page *page, bool locked,
                          bool (*visit)(struct pt_cursor *cursor, void *argument), void *argument)
{
    struct family_walk walk = {.page = page,
                               .birth = private_page_birth(page),
                               .locked = locked,
                               .wanted = (unsigned)page_map_count(page),
                               .visit = visit,
                               .argument = argument};
    struct anon_family *family = page_owner(page);
    u32 hint = private_page_member(page);
    struct mm *mm;

    spin_lock(&family->lock);
    list_for_each_entry (mm, &family->members, family_link) {
        if (mm->family_member == hint && !walk_is_done(&walk))
            visit_member(&walk, mm);
    }
    list_for_each_entry (mm, &family->members, family_link) {
        if (mm->family_member != hint && !walk_is_done(&walk))
            visit_member(&walk, mm);
    }
    spin_unlock(&family->lock);
    return walk.found;
}

void anon_family_flush(struct page *page, vaddr_t start, vaddr_t end)
{
    struct anon_family *family = page_owner(page);
    struct mm *mm;

    spin_lock(&family->lock);
    list_for_each_entry (mm, &family->members, family_link)
        arch_mmu_flush(&mm->mmu, start, end, false);
    spin_unlock(&family->lock);
}
