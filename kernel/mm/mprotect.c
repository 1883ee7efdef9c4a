/*
 * mprotect(2): check how far the call gets, reserve for that part, commit it.
 *
 * As on Linux the areas below the first obstacle (a hole: -ENOMEM, a right the file does not allow:
 * -EACCES, a limit: -ENOMEM) are changed although the call fails.
 */
#include <abi/errno.h>
#include <arch/pkey.h>

#include "account.h"
#include "pkey.h"
#include "populate.h"
#include "pt.h"
#include "refuse.h"
#include "settings.h"
#include "write_exec.h"

#define PROT_KNOWN (PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

/* Ranges of locked private areas that became writable and are to be faulted in. Where there are
 * more the last one reaches over what lies between. */
#define POPULATE_RANGES 8

struct populate_list {
    size_t nr;
    struct {
        vaddr_t start, end;
    } ranges[POPULATE_RANGES];
};

struct protection {
    struct mm *mm;
    vaddr_t start, end; /* what will be changed */
    struct vma *first;  /* the first area that ends above start, or NULL */
    u32 rights;         /* VMA_READ | VMA_WRITE | VMA_EXEC */
    u32 if_allowed;     /* VMA_EXEC: besides, where the area may be executed */
    int key;            /* MM_ANY_KEY: none was named */
    int obstacle;       /* errno of what ended the check */
    struct vma_reserve areas;
    u64 committed;                  /* reserved from the commit total */
    u64 turned_data;                /* pages that count as data from now on, for the limit */
    struct populate_list *populate; /* out */
};

/* ---- check ---- */

static u32 new_flags(const struct protection *p, const struct vma *vma)
{
    u32 rights = p->rights | (vma->flags & VMA_MAYEXEC ? p->if_allowed : 0);
    u32 key = p->key == MM_ANY_KEY ? pkey_for_protection(p->mm, vma, rights) : (u32)p->key;

    return (vma->flags & ~(VMA_PROTECTION | VMA_PKEY_MASK)) | rights | key << VMA_PKEY_SHIFT;
}

/* VMA_MAYREAD and the others stand four bits above VMA_READ ... */
static bool is_allowed(const struct protection *p, const struct vma *vma)
{
    return ((vma->flags >> 4) & p->rights) == p->rights;
}

/* Does making the area writable commit memory? */
static bool is_newly_charged(const struct protection *p, const struct vma *vma)
{
    return (p->rights & VMA_WRITE) &&
           !(vma->flags & (VMA_ACCOUNT | VMA_WRITE | VMA_SHARED | VMA_NORESERVE | VMA_HUGETLB));
}

static int check_area(struct protection *p, const struct vma *vma, u64 nr_pages)
{
    if (!is_allowed(p, vma))
        return refuse(-EACCES, REFUSED_RIGHTS);
    if (write_exec_is_refused(p->mm, vma->flags, new_flags(p, vma)))
        return refuse(-EACCES, REFUSED_WRITE_EXECUTE);
    if (p->rights & VMA_WRITE)
        return account_check_data(p->mm, vma->flags, new_flags(p, vma), nr_pages, &p->turned_data);
    return 0;
}

/* How far does it get? Sets p->end and p->obstacle, and what has to be committed. */
static void find_end(struct protection *p)
{
    vaddr_t addr = p->start;
    struct vma *vma;

    for (vma = p->first; vma != NULL && vma->start < p->end; vma = vma_next(vma)) {
        u64 nr = (min(vma->end, p->end) - addr) >> PAGE_SHIFT;

        if (vma->start > addr)
            break;
        p->obstacle = check_area(p, vma, nr);
        if (p->obstacle == 0 && is_newly_charged(p, vma)) {
            p->obstacle = account_commit(p->mm, nr);
            p->committed += p->obstacle == 0 ? nr : 0;
        }
        if (p->obstacle != 0)
            break;
        addr = min(vma->end, p->end);
    }
    if (addr < p->end && p->obstacle == 0)
        p->obstacle = refuse(-ENOMEM, REFUSED_HOLE);
    p->end = addr;
}

/* Areas at the two edges that stay as they are need not be cut. */
static void trim_unchanged(struct protection *p)
{
    struct vma *vma;

    while (p->start < p->end && new_flags(p, p->first) == p->first->flags) {
        p->start = min(p->first->end, p->end);
        if (p->start < p->end)
            p->first = vma_next(p->first);
    }
    if (p->start == p->end || p->end <= p->first->end)
        return;
    while (p->start < p->end && (vma = vma_find_at(p->mm, p->end - 1)) != NULL &&
           new_flags(p, vma) == vma->flags)
        p->end = max(vma->start, p->start);
}

/* PROT_GROWSDOWN: from the beginning of the area that grows. */
static int extend_down(struct protection *p)
{
    const struct vma *vma = p->first;

    if (vma == NULL || vma->start >= p->end)
        return refuse(-ENOMEM, REFUSED_HOLE);
    p->start = vma->start;
    return vma->flags & VMA_GROWSDOWN ? 0 : -EINVAL;
}

static int check_grows(struct protection *p, unsigned grows)
{
    p->first = vma_find(p->mm, p->start);
    if (grows & PROT_GROWSDOWN)
        return extend_down(p);
    if (p->first == NULL || p->first->start > p->start)
        return refuse(-ENOMEM, REFUSED_HOLE);
    return grows & PROT_GROWSUP ? -EINVAL : 0;
}

/* ---- reserve ---- */

static int protection_reserve(struct protection *p)
{
    int err;

    if (p->mm->nr_areas + 1 > settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    err = vma_reserve_split(&p->areas, p->first, p->start, p->end);
    if (err != 0)
        return err;
    err = pt_own_range(p->mm, p->start, p->end);
    if (err != 0)
        vma_reserve_release(&p->areas);
    return err;
}

/* ---- commit ---- */

static void note_populate(struct populate_list *list, vaddr_t start, vaddr_t end)
{
    size_t last = list->nr - 1;

    if (list->nr > 0 && (list->ranges[last].end == start || list->nr == POPULATE_RANGES)) {
        list->ranges[last].end = end;
        return;
    }
    list->ranges[list->nr].start = start;
    list->ranges[list->nr++].end = end;
}

/* Locked private memory that can be written from now on, with its key too, gets its pages at once.
 */
static bool becomes_filled(const struct vma *vma, u32 flags)
{
    u32 looked_at = VMA_WRITE | VMA_SHARED | VMA_LOCKED | VMA_LOCKONFAULT;

    return (vma->flags & looked_at) == VMA_LOCKED && (flags & VMA_WRITE) &&
           arch_pkey_allows(vma_pkey(flags), true);
}

static struct vma *protect_area(struct protection *p, struct vma *vma, struct batch *batch)
{
    u32 flags = new_flags(p, vma);
    bool fills;

    if (flags == vma->flags)
        return vma;
    if (is_newly_charged(p, vma))
        flags |= VMA_ACCOUNT; /* committed in find_end */
    fills = becomes_filled(vma, flags);
    if (fills)
        note_populate(p->populate, vma->start, vma->end);
    account_remove(p->mm, vma->flags, vma_pages(vma));
    account_add(p->mm, flags, vma_pages(vma));
    vma_set_flags(vma, flags);
    pt_protect(batch, vma);
    vma = vma_merge(vma);
    if (fills) /* Linux has private pages in it before it looks at the next area */
        vma_set_lineage(vma);
    return vma;
}

static void protection_commit(struct protection *p)
{
    struct batch batch __uncleared;
    struct vma *vma = vma_isolate(&p->areas);

    batch_init(&batch, p->mm);
    while (vma != NULL && vma->start < p->end)
        vma = vma_next(protect_area(p, vma, &batch));
    vma_reserve_release(&p->areas);
    batch_finish(&batch);
}

static int protect_locked(struct protection *p, unsigned grows)
{
    int err;

    if (p->key != MM_ANY_KEY && !pkey_is_usable(p->mm, p->key))
        return -EINVAL;
    err = check_grows(p, grows);
    if (err != 0)
        return err;
    find_end(p);
    trim_unchanged(p);
    if (p->start == p->end)
        return p->obstacle;
    err = protection_reserve(p);
    if (err != 0) {
        account_uncommit(p->mm, p->committed);
        return err;
    }
    protection_commit(p);
    return p->obstacle;
}

int mm_protect_key(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, int key)
{
    unsigned grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    struct populate_list populate __uncleared;
    struct protection p = {.mm = mm,
                           .start = addr,
                           .rights = prot & VMA_PROTECTION,
                           .key = key,
                           .populate = &populate};
    bool read_executes = prot & MM_PROT_READ_EXECUTES;
    int err;

    populate.nr = 0;
    prot &= ~MM_PROT_READ_EXECUTES;
    if (read_executes && (prot & PROT_READ))
        p.if_allowed = VMA_EXEC;
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !is_aligned(addr, PAGE_SIZE))
        return -EINVAL;
    if (len == 0)
        return 0;
    p.end = addr + align_up(len, PAGE_SIZE);
    if (p.end <= addr)
        return -ENOMEM;
    if (prot & ~(PROT_KNOWN | grows))
        return -EINVAL;
    write_lock(&mm->map_lock);
    err = protect_locked(&p, grows);
    write_unlock(&mm->map_lock);
    for (size_t i = 0; i < populate.nr; i++)
        populate_quietly(mm, populate.ranges[i].start, populate.ranges[i].end, true);
    return err;
}

int mm_protect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot)
{
    return mm_protect_key(mm, addr, len, prot, MM_ANY_KEY);
}
