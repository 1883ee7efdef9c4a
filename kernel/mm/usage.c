/*
 * What an area uses, for /proc/PID/smaps: every entry classified and added up. Lock: map_lock for
 * reading; each leaf table is locked while it is read.
 */
#include "anon_family.h"
#include "hugetlb.h"
#include "lazy_free.h"

/* Proportional shares are summed in 1/4096 bytes, so that thirds do not get lost. */
#define SHARE_SHIFT 12

static void count_page(struct vma_usage *usage, pte_t pte, const struct page *page, u64 users)
{
    bool dirty = pte_is_dirty(pte) || page_flag_test(page, PAGE_DIRTY);
    u64 share = (PAGE_SIZE << SHARE_SHIFT) / users;

    usage->resident += PAGE_SIZE;
    usage->users_max = max(usage->users_max, users);
    usage->proportional += share;
    if (dirty)
        usage->proportional_dirty += share;
    if (page_flag_test(page, PAGE_PRIVATE_OWNED))
        usage->proportional_anonymous += share;
    else if (page_flag_test(page, PAGE_SHMEM))
        usage->proportional_shmem += share;
    if (page_flag_test(page, PAGE_SHMEM))
        usage->shmem += PAGE_SIZE;
    if (pte_is_accessed(pte) || page_flag_test(page, PAGE_REFERENCED))
        usage->referenced += PAGE_SIZE;
    if (page_flag_test(page, PAGE_PRIVATE_OWNED))
        usage->anonymous += PAGE_SIZE;
    if (page_flag_test(page, PAGE_PRIVATE_OWNED) && lazy_free_is(page, pte))
        usage->lazy_free += PAGE_SIZE;
    if (users > 1)
        *(dirty ? &usage->shared_dirty : &usage->shared_clean) += PAGE_SIZE;
    else
        *(dirty ? &usage->private_dirty : &usage->private_clean) += PAGE_SIZE;
}

static bool add_sharers(struct pt_cursor *cursor, void *argument)
{
    *(u64 *)argument += pt_sharers(cursor);
    return true;
}

/*
 * The users of a private page that several tables name, each of which fork may share.
 * => leaf locked; it is unlocked meanwhile, and false: there is no table any more
 */
static bool find_users(struct pt_cursor *cursor, vaddr_t addr, struct page *page, u64 *users)
{
    u64 found = 0;
    unsigned visited;

    page_get(page);
    rcu_read_lock(); /* keeps the family */
    pt_unlock(cursor);
    visited = anon_family_walk(page, false, add_sharers, &found);
    found += max((u64)page_map_count(page), visited) - visited; /* a walk may end short */
    rcu_read_unlock();
    page_put(page);
    *users = max(*users, found);
    return pt_lock(cursor, cursor->mm, addr);
}

/* => leaf locked; unlocked on return */
static void count_leaf(struct vma_usage *usage, struct pt_cursor *cursor, vaddr_t end)
{
    if (cursor->huge &&
        !pte_is_valid(pt_get(cursor))) { /* Linux passes over those without rights */
        pt_unlock(cursor);
        return;
    }
    if (cursor->huge)
        usage->huge += PT_LEAF_SPAN;
    for (; cursor->addr < end; pt_next(cursor)) {
        pte_t pte = pt_get(cursor);
        struct page *page = pt_page_of(pte);
        bool locked = true;
        u64 users;

        if (page == NULL)
            continue;
        users = pt_page_users(page, cursor);
        if (page_flag_test(page, PAGE_PRIVATE_OWNED) && page_map_count(page) > 1)
            locked = find_users(cursor, cursor->addr, page, &users);
        count_page(usage, pte, page, users);
        if (!locked)
            return;
    }
    pt_unlock(cursor);
}

/* Huge pages that were set aside are in no other sum, as on Linux. */
static void count_hugetlb(struct vma *vma, struct vma_usage *usage)
{
    u64 shared;
    u64 mapped = hugetlb_area_mapped(vma, &shared);

    usage->shared_hugetlb = shared * HUGETLB_SIZE;
    usage->private_hugetlb = (mapped - shared) * HUGETLB_SIZE;
}

void vma_usage_get(struct mm *mm, struct vma *vma, struct vma_usage *usage)
{
    vaddr_t addr = vma->start;
    struct pt_cursor cursor;

    *usage = (struct vma_usage){0};
    if (vma_is_hugetlb(vma)) {
        count_hugetlb(vma, usage);
        return;
    }
    while (pt_next_upper(mm, &addr, vma->end) != NULL) {
        vaddr_t end = pt_leaf_end(addr, vma->end);

        if (pt_lock(&cursor, mm, addr))
            count_leaf(usage, &cursor, end);
        addr = end;
    }
    usage->proportional >>= SHARE_SHIFT;
    usage->proportional_dirty >>= SHARE_SHIFT;
    usage->proportional_anonymous >>= SHARE_SHIFT;
    usage->proportional_shmem >>= SHARE_SHIFT;
    if (vma->flags & VMA_LOCKED)
        usage->locked = usage->proportional;
}
