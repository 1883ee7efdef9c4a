/*
 * mlock(2), mlock2(2), munlock(2), mlockall(2), munlockall(2).
 *
 * A locked area carries VMA_LOCKED; with VMA_LOCKONFAULT its pages are locked as they are touched,
 * without it they are all faulted in by the call. Reclaim passes over the pages of locked areas.
 * mm.def_flags holds the two bits for areas to come (MCL_FUTURE). What RLIMIT_MEMLOCK bounds is the
 * size of the locked areas (mm.locked_pages, account.h).
 *
 * As on Linux the areas below the first obstacle are locked although the call fails, and faulting
 * in begins only when the whole range was locked. Lock: map_lock for writing; faulting in happens
 * after it was given up.
 */
#include <abi/errno.h>

#include "account.h"
#include "lazy_free.h"
#include "populate.h"
#include "pt.h"
#include "refuse.h"

/* ---- areas ---- */

static int lock_area(struct vma *vma, vaddr_t start, vaddr_t end, u32 bits)
{
    u32 flags = (vma->flags & ~VMA_LOCK_BITS) | bits;

    if (flags == vma->flags || vma_is_special(vma) || (vma->flags & VMA_HUGETLB))
        return 0;
    if ((bits & VMA_LOCKED) && !vma_is_shared(vma))
        lazy_free_cancel(vma->mm, start, end);
    return vma_change_flags(vma, start, end, flags);
}

/* Give the areas of [start, end) the bits @bits; -ENOMEM at the first hole. */
static int lock_range(struct mm *mm, vaddr_t start, vaddr_t end, u32 bits)
{
    int err = 0;

    if (end < start)
        return -EINVAL;
    while (err == 0 && start < end) {
        struct vma *vma = vma_find_at(mm, start);
        vaddr_t stop;

        if (vma == NULL)
            return refuse(-ENOMEM, REFUSED_HOLE);
        stop = min(vma->end, end);
        err = lock_area(vma, start, stop, bits);
        start = stop;
    }
    return err;
}

/* Pages of [start, start + len) that are locked already: they do not count twice. */
static u64 count_locked(const struct mm *mm, vaddr_t start, size_t len)
{
    vaddr_t end = start + len < start ? USER_END : start + len;
    struct vma *vma;
    u64 nr = 0;

    vma_for_each_overlap (vma, mm, start, end) {
        if (vma->flags & VMA_LOCKED)
            nr += (min(vma->end, end) - max(vma->start, start)) >> PAGE_SHIFT;
    }
    return nr;
}

static bool exceeds_limit(const struct mm *mm, vaddr_t start, size_t len)
{
    u64 wanted = mm->locked_pages + (len >> PAGE_SHIFT);

    return account_exceeds_lock_limit(mm, wanted) &&
           account_exceeds_lock_limit(mm, wanted - count_locked(mm, start, len));
}

/* ---- a range ---- */

/* What mlock(2) says when a page could not be faulted in. */
static int populate_errno(int err)
{
    switch (err) {
    case -EFAULT:
        return -ENOMEM;
    case -ENOMEM:
        return -EAGAIN;
    default:
        return err;
    }
}

int mm_mlock(struct mm *mm, vaddr_t addr, size_t len, unsigned flags)
{
    u32 bits = VMA_LOCKED | (flags & MLOCK_ONFAULT ? VMA_LOCKONFAULT : 0);
    vaddr_t start = align_down(addr, PAGE_SIZE);
    int err;

    len = align_up(len + (addr - start), PAGE_SIZE);
    if (!account_may_lock(mm))
        return -EPERM;
    write_lock(&mm->map_lock);
    err = exceeds_limit(mm, start, len) ? refuse(-ENOMEM, REFUSED_LOCK_LIMIT)
                                        : lock_range(mm, start, start + len, bits);
    write_unlock(&mm->map_lock);
    return err != 0 ? err : populate_errno(populate_areas(mm, start, start + len));
}

int mm_munlock(struct mm *mm, vaddr_t addr, size_t len)
{
    vaddr_t start = align_down(addr, PAGE_SIZE);
    int err;

    len = align_up(len + (addr - start), PAGE_SIZE);
    write_lock(&mm->map_lock);
    err = lock_range(mm, start, start + len, 0);
    write_unlock(&mm->map_lock);
    return err;
}

/* ---- everything ---- */

/* Areas that cannot be locked stay as they are. */
static void lock_all(struct mm *mm, u32 bits)
{
    vaddr_t addr = 0;
    struct vma *vma;

    while ((vma = vma_find(mm, addr)) != NULL) {
        addr = vma->end;
        if (lock_area(vma, vma->start, vma->end, bits) != 0)
            return;
    }
}

static void lock_all_and_future(struct mm *mm, unsigned flags)
{
    u32 bits = VMA_LOCKED | (flags & MCL_ONFAULT ? VMA_LOCKONFAULT : 0);

    mm->def_flags = (mm->def_flags & ~VMA_LOCK_BITS) | (flags & MCL_FUTURE ? bits : 0);
    if ((flags & MCL_CURRENT) || !(flags & MCL_FUTURE))
        lock_all(mm, flags & MCL_CURRENT ? bits : 0);
}

int mm_mlockall(struct mm *mm, unsigned flags)
{
    int err = 0;

    if (flags == 0 || flags == MCL_ONFAULT || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
        return -EINVAL;
    if (!account_may_lock(mm))
        return -EPERM;
    write_lock(&mm->map_lock);
    if ((flags & MCL_CURRENT) && account_exceeds_lock_limit(mm, mm->total_pages))
        err = refuse(-ENOMEM, REFUSED_LOCK_LIMIT);
    else
        lock_all_and_future(mm, flags);
    write_unlock(&mm->map_lock);
    if (err == 0 && (flags & MCL_CURRENT))
        populate_quietly(mm, 0, USER_END, false);
    return err;
}

int mm_munlockall(struct mm *mm)
{
    write_lock(&mm->map_lock);
    lock_all_and_future(mm, 0);
    write_unlock(&mm->map_lock);
    return 0;
}
