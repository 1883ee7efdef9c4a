/*
 * mremap(2): shrink, grow in place, or move.
 *
 * As on Linux some effects come before later errors: MREMAP_FIXED removes what is at the target,
 * and shrinking removes the tail, whatever happens then. The move itself is check, reserve, commit.
 */
#include <abi/errno.h>

#include "account.h"
#include "hugetlb.h"
#include "placement.h"
#include "populate.h"
#include "refuse.h"
#include "settings.h"
#include "unmap.h"

struct remap {
    struct mm *mm;
    vaddr_t old_addr;
    size_t old_len, new_len;
    unsigned flags;
    vaddr_t new_addr;
    bool populate; /* out: a locked area grew */
};

/* ---- check ---- */

static int check_arguments(struct remap *r)
{
    bool fixed = r->flags & MREMAP_FIXED;
    bool keep = r->flags & MREMAP_DONTUNMAP;

    if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
        return -EINVAL;
    if (fixed && !(r->flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if (keep && (!(r->flags & MREMAP_MAYMOVE) || r->old_len != r->new_len))
        return -EINVAL;
    if (!is_aligned(r->old_addr, PAGE_SIZE))
        return -EINVAL;
    r->old_len = align_up(r->old_len, PAGE_SIZE);
    r->new_len = align_up(r->new_len, PAGE_SIZE);
    return r->new_len == 0 ? -EINVAL : 0;
}

/* May the area at old_addr become new_len long? */
static int check_resize(const struct remap *r, struct vma **out)
{
    struct vma *vma = vma_find_at(r->mm, r->old_addr);
    u64 index, more;

    if (vma == NULL)
        return refuse(-EFAULT, REFUSED_NOT_MAPPED);
    *out = vma;
    if (r->old_len == 0 && !vma_is_shared(vma))
        return -EINVAL;
    if ((r->flags & MREMAP_DONTUNMAP) && (vma->flags & (VMA_SPECIAL | VMA_HUGETLB)))
        return -EINVAL;
    if (r->old_len > vma->end - r->old_addr)
        return refuse(-EFAULT, REFUSED_ACROSS);
    if (r->new_len == r->old_len)
        return 0;
    index = vma_index(vma, r->old_addr);
    if (index + (r->new_len >> PAGE_SHIFT) < index)
        return -EINVAL;
    if (vma->flags & VMA_SPECIAL)
        return -EFAULT;
    more = (r->new_len - r->old_len) >> PAGE_SHIFT;
    if (account_check_locked(r->mm, vma->flags, more) != 0)
        return -EAGAIN;
    return account_check(r->mm, vma->flags, more);
}

/* ---- growing where it is ---- */

static bool can_grow_in_place(const struct remap *r, const struct vma *vma)
{
    vaddr_t end = r->old_addr + r->new_len;

    return r->old_addr + r->old_len == vma->end && end > vma->end &&
           vma_find_overlap(r->mm, vma->end, end) == NULL &&
           placement_find(r->mm, vma->start, end - vma->start, MAP_FIXED, true) >= 0;
}

static int grow_in_place(struct remap *r, struct vma *vma)
{
    u64 more = (r->new_len - r->old_len) >> PAGE_SHIFT;

    if ((vma->flags & VMA_ACCOUNT) && account_commit(r->mm, more) != 0)
        return -ENOMEM;
    vma_set_bounds(vma, vma->start, r->old_addr + r->new_len);
    account_add(r->mm, vma->flags, more);
    r->populate = vma->flags & VMA_LOCKED;
    vma_merge(vma);
    return 0;
}

/* ---- moving ---- */

struct move {
    struct vma *vma;  /* the area that is moved from */
    struct vma *copy; /* reserved: the new one */
    size_t moved;     /* bytes that change place */
    u64 committed;
    bool keep;                        /* the old range stays mapped, empty */
    vaddr_t origin_start, origin_end; /* of the area that the copy was made from */
    struct unmap_reserve unmap;
};

/* Pages that the commit total has to carry in addition. */
static u64 additional_pages(const struct remap *r, const struct move *move)
{
    if (!(move->vma->flags & VMA_ACCOUNT))
        return 0;
    return (move->keep ? r->new_len : r->new_len - move->moved) >> PAGE_SHIFT;
}

static int reserve_tables(struct remap *r, struct move *move)
{
    vaddr_t addr = r->old_addr;
    vaddr_t end = r->old_addr + move->moved;
    int err;

    if (vma_is_hugetlb(move->vma))
        return hugetlb_move_reserve(r->mm, addr, r->new_addr, move->moved);
    err = pt_own_range(r->mm, addr, end);

    /* Huge leaves stay what they are only where they land on their alignment. */
    if (err == 0 && !is_aligned(r->old_addr ^ r->new_addr, PT_LEAF_SPAN))
        err = pt_split_range(r->mm, addr, end);
    return err != 0 ? err : pt_move_reserve(r->mm, addr, r->new_addr, move->moved);
}

/* Tables made for the new range outlive no failure: only areas have tables below them. */
static void release_tables(struct remap *r)
{
    struct pt_range range = {.start = r->new_addr, .end = r->new_addr + r->new_len};
    struct vma *below = vma_find_below(r->mm, range.start);
    struct vma *above = vma_find(r->mm, range.end);
    struct batch batch __uncleared;

    range.floor = below == NULL ? 0 : below->end;
    range.ceiling = above == NULL ? PT_CEILING : above->start;
    batch_init(&batch, r->mm);
    pt_free_tables(&batch, &range);
    batch_finish(&batch);
}

static int move_reserve(struct remap *r, struct move *move)
{
    int err;

    if (r->mm->nr_areas + 3 >= settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    move->committed = additional_pages(r, move);
    if (account_commit(r->mm, move->committed) != 0)
        return -ENOMEM;
    err = -ENOMEM;
    move->copy = vma_alloc();
    if (move->copy == NULL)
        goto uncommit;
    err = reserve_tables(r, move);
    if (err != 0)
        goto free_tables;
    if (move->keep)
        err =
            vma_reserve_split(&move->unmap.areas, move->vma, r->old_addr, r->old_addr + r->old_len);
    else
        err = unmap_reserve(&move->unmap, r->mm, r->old_addr,
                            r->old_addr + max(move->moved, PAGE_SIZE));
    if (err != 0)
        goto free_tables;
    return 0;

free_tables:
    release_tables(r);
    vma_free(move->copy);
uncommit:
    account_uncommit(r->mm, move->committed);
    return err;
}

/* The new area; private pages, if there are any, keep their birth addresses. */
static struct vma *link_copy(struct remap *r, struct move *move)
{
    struct vma *vma = move->vma;
    struct vma *copy = move->copy;

    *copy = *vma;
    vma_forget_userfault(copy);
    copy->offset = vma->object == NULL ? 0 : vma_index(vma, r->old_addr);
    copy->birth = vma->lineage == 0 ? r->new_addr >> PAGE_SHIFT : vma_birth(vma, r->old_addr);
    if (move->keep || move->moved < vma->end - vma->start)
        vma_clear_counts(copy);
    copy->start = r->new_addr;
    copy->end = r->new_addr + r->new_len;
    vma_link(copy);
    account_add(r->mm, copy->flags, vma_pages(copy));
    r->populate = (copy->flags & VMA_LOCKED) && r->new_len > r->old_len;
    return copy;
}

static void unlock_area(struct vma *vma)
{
    account_remove(vma->mm, vma->flags, vma_pages(vma));
    vma_set_flags(vma, vma->flags & ~VMA_LOCK_BITS);
    account_add(vma->mm, vma->flags, vma_pages(vma));
}

/* Is it what stays of the area that was copied? */
static bool is_origin(const struct move *move, const struct vma *vma)
{
    return move->keep && vma != NULL && vma->start >= move->origin_start &&
           vma->end <= move->origin_end;
}

/* The new area joins its neighbours; where it could join what stays of the one it was copied from
 * (neither has private pages), it stands alone, as on Linux. */
static void merge_copy(const struct move *move, struct vma *copy)
{
    if (copy->object == NULL && copy->lineage == 0 &&
        (is_origin(move, vma_prev(copy)) || is_origin(move, vma_next(copy))))
        copy->apart = 1;
    else
        vma_merge_moved(copy);
}

/* MREMAP_DONTUNMAP: the old range stays an area, without pages; where it was locked it is not any
 * more, and so becomes an area of its own, which the copy counts as made from: what remains of the
 * locked area beside it may join the copy. */
static void keep_old_area(struct remap *r, struct move *move)
{
    struct vma *vma = move->vma;
    vaddr_t end = r->old_addr + r->old_len;

    vma->apart = 1; /* Linux does not merge what stays */
    if (vma->flags & VMA_LOCKED) {
        vma = vma_isolate(&move->unmap.areas);
        unlock_area(vma);
        move->origin_start = r->old_addr;
        move->origin_end = end;
    }
    if (vma->start == r->old_addr && vma->end == end) {
        vma_leave_object(vma);
        vma_forget_lineage(vma);
        vma_enter_object(vma);
        vma_tree_changed(vma);
    }
    unmap_release(&move->unmap);
}

static void move_commit(struct remap *r, struct move *move)
{
    struct vm_object *object = move->vma->object;
    struct batch batch __uncleared;
    struct vma *copy;

    batch_init(&batch, r->mm);
    move->origin_start = move->vma->start;
    move->origin_end = move->vma->end;
    copy = link_copy(r, move);
    if (object != NULL)
        read_lock(&object->resize); /* a truncation looks at both ranges, or at none */
    if (vma_is_hugetlb(copy))
        hugetlb_move(&batch, copy, r->old_addr, r->new_addr, move->moved);
    else
        pt_move(&batch, r->old_addr, r->new_addr, move->moved);
    if (object != NULL)
        read_unlock(&object->resize);
    if (move->vma->flags & VMA_ASK_WRITE)
        pt_unguard(r->mm, r->new_addr, r->new_addr + move->moved);
    if (move->keep)
        keep_old_area(r, move);
    else if (move->moved > 0)
        unmap_commit(&move->unmap, &batch);
    else
        unmap_release(&move->unmap);
    /* unmap_commit gave back what the moved pages had committed: the copy carries it on. */
    if (!move->keep && (copy->flags & VMA_ACCOUNT))
        account_recommit(r->mm, move->moved >> PAGE_SHIFT);
    merge_copy(move, copy);
    batch_finish(&batch);
}

static int move_area(struct remap *r, struct vma *vma)
{
    struct move move = {
        .vma = vma, .moved = min(r->old_len, r->new_len), .keep = r->flags & MREMAP_DONTUNMAP};
    int err = move_reserve(r, &move);

    if (err != 0)
        return err;
    move_commit(r, &move);
    return 0;
}

/* ---- the ways a call can go ---- */

static int clear_target(struct remap *r)
{
    if (!is_aligned(r->new_addr, PAGE_SIZE))
        return -EINVAL;
    if (r->new_len > USER_END || r->new_addr > USER_END - r->new_len)
        return -EINVAL;
    if (r->old_addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->old_addr)
        return -EINVAL;
    if (r->mm->nr_areas + 5 >= settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    if (!(r->flags & MREMAP_FIXED))
        return 0;
    return unmap_locked(r->mm, r->new_addr, r->new_addr + r->new_len);
}

/* What lies beyond the new length goes, as by munmap(2). */
static int unmap_tail(struct remap *r)
{
    vaddr_t start = r->old_addr + r->new_len;
    vaddr_t end;
    int err = unmap_check(start, r->old_len - r->new_len, &end);

    return err != 0 ? err : unmap_locked(r->mm, start, end);
}

/* With MREMAP_FIXED or MREMAP_DONTUNMAP. */
static long remap_to(struct remap *r)
{
    unsigned place = r->flags & MREMAP_FIXED ? MAP_FIXED : 0;
    struct vma *vma = NULL;
    long addr;
    int err = clear_target(r);

    if (err == 0 && r->old_len > r->new_len) {
        err = unmap_tail(r);
        r->old_len = r->new_len;
    }
    if (err == 0)
        err = check_resize(r, &vma);
    if (err == 0 && (r->flags & MREMAP_DONTUNMAP))
        err = account_check(r->mm, vma->flags, r->old_len >> PAGE_SHIFT);
    if (err != 0)
        return err;
    if (vma_is_hugetlb(vma))
        place |= MAP_HUGETLB;
    addr = placement_find(r->mm, r->new_addr, r->new_len, place, false);
    if (addr < 0)
        return addr;
    r->new_addr = addr;
    err = move_area(r, vma);
    return err != 0 ? err : (long)r->new_addr;
}

static long shrink(struct remap *r)
{
    int err = r->old_len == r->new_len ? 0 : unmap_tail(r);

    return err != 0 ? err : (long)r->old_addr;
}

static long grow(struct remap *r)
{
    struct vma *vma;
    long addr;
    int err = check_resize(r, &vma);

    if (err != 0)
        return err;
    if (can_grow_in_place(r, vma)) {
        err = grow_in_place(r, vma);
        return err != 0 ? err : (long)r->old_addr;
    }
    if (!(r->flags & MREMAP_MAYMOVE))
        return refuse(-ENOMEM, REFUSED_STAYS);
    addr = placement_find(r->mm, 0, r->new_len, 0, false);
    if (addr < 0)
        return addr;
    r->new_addr = addr;
    err = move_area(r, vma);
    return err != 0 ? err : (long)r->new_addr;
}

/* Huge pages are moved and unmapped whole, and no more of them are promised here, as on Linux. */
static int check_hugetlb(struct remap *r)
{
    r->old_len = align_up(r->old_len, HUGETLB_SIZE);
    r->new_len = align_up(r->new_len, HUGETLB_SIZE);
    return is_aligned(r->old_addr | r->new_addr, HUGETLB_SIZE) && r->new_len <= r->old_len
               ? 0
               : -EINVAL;
}

static long remap_locked(struct remap *r)
{
    struct vma *vma = vma_find_at(r->mm, r->old_addr);

    if (vma == NULL)
        return refuse(-EFAULT, REFUSED_NOT_MAPPED);
    if (vma_is_hugetlb(vma) && check_hugetlb(r) != 0)
        return -EINVAL;
    if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
        return remap_to(r);
    return r->old_len >= r->new_len ? shrink(r) : grow(r);
}

long mm_remap(struct mm *mm, vaddr_t old, size_t old_len, size_t new_len, unsigned flags,
              vaddr_t new_addr)
{
    struct remap r = {.mm = mm,
                      .old_addr = old,
                      .old_len = old_len,
                      .new_len = new_len,
                      .flags = flags,
                      .new_addr = new_addr};
    long result = check_arguments(&r);

    if (result != 0)
        return result;
    write_lock(&mm->map_lock);
    result = remap_locked(&r);
    write_unlock(&mm->map_lock);
    if (result >= 0 && r.populate)
        populate_quietly(mm, result + r.old_len, result + r.new_len, true);
    return result;
}
