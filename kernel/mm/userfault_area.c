/*
 * Userfaults and areas: registering ranges, and filling the pages that are missing in them
 * (include/mm/userfault.h 1).
 *
 * The order of the checks is Linux's. A page is copied from the caller before map_lock is taken,
 * because the caller's memory may itself have to be asked for; the area is looked at before, since
 * Linux tells of it first, and again after.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/frames.h>
#include <sched/sched.h>

#include "anon_family.h"
#include "fault.h"
#include "settings.h"
#include "userfault.h"

int userfault_check_range(u64 start, u64 len)
{
    if (!is_aligned(start | len, PAGE_SIZE) || len == 0)
        return -EINVAL;
    if (start < settings_min_address() || start >= USER_END || len > USER_END - start)
        return -EINVAL;
    return 0;
}

/* ---- registering ---- */

/* The first area of the range. => -ENOMEM: nothing at or above it; -EINVAL: nothing in it */
static int find_first(struct mm *mm, u64 start, u64 end, struct vma **out)
{
    *out = vma_find(mm, start);
    if (*out == NULL)
        return -ENOMEM;
    return (*out)->start >= end ? -EINVAL : 0;
}

static int check_register(const struct userfault *userfault, u64 start, u64 end)
{
    struct vma *vma;
    int err = find_first(userfault->mm, start, end, &vma);

    for (; err == 0 && vma != NULL && vma->start < end; vma = vma_next(vma)) {
        const struct userfault *other = vma_userfault(vma);

        if (!vma_is_anonymous(vma))
            err = -EINVAL;
        else if (!(vma->flags & VMA_MAYWRITE))
            err = -EPERM;
        else if (other != NULL && other != userfault)
            err = -EBUSY;
    }
    return err;
}

/* In the part [start, end) of @vma @asks is asked, and nothing else. => -ENOMEM: as it was */
static int ask_in(struct vma *vma, u64 start, u64 end, u32 asks, struct userfault *userfault)
{
    u32 flags = vma->flags;
    struct mm *mm = vma->mm;
    int err = vma_change_userfault(vma, start, end, (flags & ~VMA_ASK_BITS) | asks, userfault);

    if (err == 0 && (flags & ~asks & VMA_ASK_WRITE))
        pt_unguard(mm, start, end);
    return err;
}

/* Area after area, each merged with its neighbours: what was done before an error stays. */
static int register_areas(struct userfault *userfault, u64 start, u64 end, u32 asks)
{
    struct vma *vma;
    int err = 0;

    while (err == 0 && start < end && (vma = vma_find_overlap(userfault->mm, start, end)) != NULL) {
        u64 from = max(start, vma->start);

        start = min(end, vma->end);
        if (vma_userfault(vma) != userfault || (vma->flags & asks) != asks)
            err = ask_in(vma, from, start, asks, userfault);
    }
    return err;
}

int userfault_register(struct userfault *userfault, u64 start, u64 len, u32 asks)
{
    struct mm *mm = mm_get_user(userfault->mm);
    int err;

    if (mm == NULL)
        return -ENOMEM;
    write_lock(&mm->map_lock);
    err = check_register(userfault, start, start + len);
    if (err == 0)
        err = register_areas(userfault, start, start + len, asks);
    write_unlock(&mm->map_lock);
    mm_put_user(mm);
    return err;
}

static int check_unregister(struct mm *mm, u64 start, u64 end)
{
    struct vma *vma;
    int err = find_first(mm, start, end, &vma);

    for (; err == 0 && vma != NULL && vma->start < end; vma = vma_next(vma))
        err = vma_is_anonymous(vma) ? 0 : -EINVAL;
    return err;
}

static int unregister_areas(struct mm *mm, u64 start, u64 end)
{
    struct vma *vma;
    int err = 0;

    while (err == 0 && start < end && (vma = vma_find_overlap(mm, start, end)) != NULL) {
        struct userfault *userfault = vma_userfault(vma);
        u64 from = max(start, vma->start);

        start = min(end, vma->end);
        if (userfault == NULL)
            continue;
        userfault_wake(userfault, from, start - from);
        err = ask_in(vma, from, start, 0, NULL);
    }
    return err;
}

int userfault_unregister(struct userfault *userfault, u64 start, u64 len)
{
    struct mm *mm = mm_get_user(userfault->mm);
    int err;

    if (mm == NULL)
        return -ENOMEM;
    write_lock(&mm->map_lock);
    err = check_unregister(mm, start, start + len);
    if (err == 0)
        err = unregister_areas(mm, start, start + len);
    write_unlock(&mm->map_lock);
    mm_put_user(mm);
    return err;
}

void userfault_close(struct userfault *userfault)
{
    struct mm *mm = userfault->mm;
    struct vma *vma;

    write_lock(&mm->map_lock);
    for (vma = vma_first(mm); vma != NULL; vma = vma_next(vma)) {
        if (vma_userfault(vma) != userfault)
            continue;
        if (vma->flags & VMA_ASK_WRITE)
            pt_unguard(mm, vma->start, vma->end);
        vma_forget_userfault(vma);
        vma = vma_merge(vma);
    }
    write_unlock(&mm->map_lock);
    userfault_wake(userfault, 0, 0);
    userfault_put(userfault);
}

/* ---- filling ---- */

/* A request about a range. */
struct filling {
    struct mm *mm;
    u64 start, len;            /* all of it lies in one registered area, as long as it lasts */
    const char __user *source; /* the caller's memory */
    bool zero;                 /* no source: zeroes */
    bool guard;                /* against writes */
};

/* => map_lock held; -ENOENT; -EINVAL: it cannot be guarded here */
static int find_area(const struct filling *filling, struct vma **out)
{
    struct vma *vma = vma_find_at(filling->mm, filling->start);

    if (vma == NULL || vma_userfault(vma) == NULL || filling->len > vma->end - filling->start)
        return -ENOENT;
    if (filling->guard && !(vma->flags & VMA_ASK_WRITE))
        return -EINVAL;
    *out = vma;
    return 0;
}

/* What Linux finds before it looks at the caller's memory. */
static int check_place(const struct filling *filling)
{
    struct vma *vma;
    int err;

    read_lock(&filling->mm->map_lock);
    err = find_area(filling, &vma);
    if (err == 0) {
        vma_set_lineage(vma);
        if (pte_is_leaf(pt_peek_upper(filling->mm, filling->start), 2))
            err = -EEXIST;
    }
    read_unlock(&filling->mm->map_lock);
    return err;
}

/* => map_lock held; consumes @page, NULL: the page of zeroes */
static int install(struct fault *fault, struct page *page, bool guard)
{
    pte_t pte;

    fault->entry = pt_peek(fault->mm, fault->addr, &fault->way);
    if (!pte_is_empty(fault->entry)) {
        if (page != NULL)
            page_put(page);
        return -EEXIST;
    }
    vma_set_lineage(fault->vma);
    if (page != NULL) {
        private_page_init(page, fault->vma, fault->addr);
        pte = fault_make_entry(fault, page_to_pfn(page), true);
        if (guard)
            pte = pte_set_uffd_wp(pte_clear_writable(pte));
    } else {
        pte = pte_set_ownerless(fault_make_entry(fault, page_to_pfn(zero_page), false));
    }
    switch (fault_install(fault, pte, page, NULL)) {
    case FAULT_DONE:
        return 0;
    case FAULT_RETRY:
        return -EEXIST;
    default:
        return -ENOMEM;
    }
}

static int fill_page(const struct filling *filling, u64 addr, struct page *page)
{
    struct mm_fault_failure failure;
    struct fault fault = {
        .mm = filling->mm, .addr = addr, .access = FAULT_WRITE, .failure = &failure};
    int err;

    read_lock(&fault.mm->map_lock);
    err = find_area(filling, &fault.vma);
    if (err == 0)
        err = install(&fault, page, filling->guard);
    else if (page != NULL)
        page_put(page);
    read_unlock(&fault.mm->map_lock);
    return err;
}

static int copy_page(const struct filling *filling, u64 addr, const void __user *source)
{
    struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER);

    if (page == NULL)
        return -ENOMEM;
    if (copy_from_user(page_to_virt(page), source, PAGE_SIZE) != 0) {
        page_put(page);
        return -EFAULT;
    }
    return fill_page(filling, addr, page);
}

static ssize_t fill_range(const struct filling *filling)
{
    int err = check_place(filling);
    u64 done = 0;

    while (err == 0 && done < filling->len) {
        u64 addr = filling->start + done;

        err = filling->zero ? fill_page(filling, addr, NULL)
                            : copy_page(filling, addr, filling->source + done);
        if (err != 0)
            break;
        done += PAGE_SIZE;
        if (thread_flag(current_thread(), THREAD_KILL_PENDING))
            err = -EINTR;
    }
    return done > 0 ? (ssize_t)done : err;
}

static ssize_t fill(const struct userfault *userfault, struct filling *filling)
{
    ssize_t done;

    filling->mm = mm_get_user(userfault->mm);
    if (filling->mm == NULL)
        return -ESRCH;
    done = fill_range(filling);
    mm_put_user(filling->mm);
    return done;
}

ssize_t userfault_copy(struct userfault *userfault, u64 start, const void __user *source, u64 len,
                       bool guard)
{
    struct filling filling = {.start = start, .len = len, .source = source, .guard = guard};

    return fill(userfault, &filling);
}

ssize_t userfault_zero(struct userfault *userfault, u64 start, u64 len)
{
    struct filling filling = {.start = start, .len = len, .zero = true};

    return fill(userfault, &filling);
}

/* ---- guarding against writes ---- */

static int guard(struct mm *mm, u64 start, u64 end)
{
    struct batch batch;
    int err = pt_own_range(mm, start, end);

    if (err == 0)
        err = pt_split_range(mm, start, end);
    if (err != 0)
        return err;
    batch_init(&batch, mm);
    pt_guard(&batch, start, end);
    batch_finish(&batch);
    return 0;
}

int userfault_guard(struct userfault *userfault, u64 start, u64 len, bool on)
{
    struct filling range = {
        .mm = mm_get_user(userfault->mm), .start = start, .len = len, .guard = true};
    struct vma *vma;
    int err = 0;

    if (range.mm == NULL)
        return -ESRCH;
    write_lock(&range.mm->map_lock);
    if (find_area(&range, &vma) != 0)
        err = -ENOENT;
    else if (on)
        err = guard(range.mm, start, start + len);
    else
        pt_unguard(range.mm, start, start + len);
    write_unlock(&range.mm->map_lock);
    mm_put_user(range.mm);
    return err;
}
