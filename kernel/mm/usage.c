/*
 * What an area uses, for /proc/PID/smaps: every entry classified and added up. Lock: map_lock for
 * reading; each leaf table is locked while it is read.
 */
#include "anon_family.h"
#include "hugetlb.h"
#include "lazy_free.h"
#include "object_areas.h"

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

/* => RCU read lock held since an entry named the page: that keeps the family */
static u64 private_users(struct page *page)
{
    u64 users = 0;
    u64 visited = anon_family_walk(page, false, add_sharers, &users);

    return users + max((u64)page_map_count(page), visited) - visited; /* it may end short */
}

/* How many tables name an object's page is known, and that fork may share each; who shares them is
 * found through the object's areas. Of very many, some are looked at and stand for the others. */
#define AREAS_MAX 256

struct object_look {
    struct page *page;
    u64 users;  /* areas with an entry for the page */
    u64 tables; /* tables these are in, in 1/4096 */
};

static void look_through(struct object_look *look, struct vma *vma)
{
    vaddr_t addr = vma->start + ((look->page->index - vma->offset) << PAGE_SHIFT);
    struct pt_cursor cursor;

    if (!pt_lock(&cursor, vma->mm, addr))
        return;
    if (pt_page_of(pt_get(&cursor)) == look->page) {
        look->users++;
        look->tables += (1u << SHARE_SHIFT) / pt_sharers(&cursor);
    }
    pt_unlock(&cursor);
}

static u64 object_users(struct vm_object *object, struct page *page)
{
    struct object_look look = {.page = page};
    u64 index = page->index, map_count;
    struct interval_node *node;
    unsigned nr = 0;

    spin_lock(&object->lock);
    interval_for_each (node, object_area, &object->areas, index, index) {
        look_through(&look, vma_of_object_node(node));
        if (++nr == AREAS_MAX)
            break;
    }
    spin_unlock(&object->lock);
    map_count = (u64)max(page_map_count(page), 1);
    if (nr < AREAS_MAX || look.tables == 0)
        return max(look.users, map_count);
    return max(map_count * (look.users << SHARE_SHIFT) / look.tables, map_count);
}

/*
 * The users of a page that several tables name, each of which fork may share.
 * => leaf locked; it is unlocked meanwhile, and false: there is no table any more
 */
static bool find_users(const struct vma *vma, struct pt_cursor *cursor, vaddr_t addr,
                       struct page *page, u64 *users)
{
    bool is_private = page_flag_test(page, PAGE_PRIVATE_OWNED);

    page_get(page);
    rcu_read_lock();
    pt_unlock(cursor);
    *users = max(*users, is_private ? private_users(page) : object_users(vma->object, page));
    rcu_read_unlock();
    page_put(page);
    return pt_lock(cursor, cursor->mm, addr);
}

/* => leaf locked; unlocked on return */
static void count_leaf(const struct vma *vma, struct vma_usage *usage, struct pt_cursor *cursor,
                       vaddr_t end)
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
        if (page_map_count(page) > 1)
            locked = find_users(vma, cursor, cursor->addr, page, &users);
        count_page(usage, pte, page, users);
        if (!locked)
            return;
    }
    pt_unlock(cursor);
}

/* Huge pages that were set aside are in no other sum, as on Linux. */
static void count_hugetlb(struct vma *vma, struct vma_usage *usage)
{
    struct hugetlb_mapped mapped = hugetlb_area_mapped(vma);

    usage->shared_hugetlb = mapped.shared * HUGETLB_SIZE;
    usage->private_hugetlb = (mapped.nr - mapped.shared) * HUGETLB_SIZE;
    usage->anonymous_hugetlb = mapped.private * HUGETLB_SIZE;
    usage->dirty_hugetlb = mapped.dirty * HUGETLB_SIZE;
    usage->users_max = mapped.users_max;
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
            count_leaf(vma, usage, &cursor, end);
        addr = end;
    }
    usage->proportional >>= SHARE_SHIFT;
    usage->proportional_dirty >>= SHARE_SHIFT;
    usage->proportional_anonymous >>= SHARE_SHIFT;
    usage->proportional_shmem >>= SHARE_SHIFT;
    if (vma->flags & VMA_LOCKED)
        usage->locked = usage->proportional;
}
