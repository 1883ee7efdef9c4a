/*
 * The page fault: one table, one function for each of its cells.
 *
 *   leaf entry       | private read | private write      | shared read | shared write
 *   -----------------+--------------+--------------------+-------------+------------------
 *   empty, no object | zero_page    | new_page           |  (shared areas have an object)
 *   empty, object    | object_page  | copy_object_page   | object_page | write_object_page
 *   present, without | (spurious)   | own page: reuse    | (spurious)  | write_object_page
 *   the right        |              |  or copy; object's |             |
 *                    |              |  page: copy; zero  |             |
 *                    |              |  page: new_page    |             |
 *   present, enough  | spurious     | spurious           | spurious    | spurious
 *
 * Where an empty entry without object may get 2 MiB at once (fault_huge.c), zero_page is zero_table
 * and new_page is new_huge_page; reuse takes a huge leaf whole.
 *
 * Areas of huge pages that were set aside have a table of their own (fault_hugetlb.c). Where a
 * program asked to be asked, it is, before the table is consulted (userfault.c).
 *
 * A leaf table that fork shares is made the address space's own before any write is decided. Each
 * case allocates and does I/O without the table lock and then installs if the entry is still the
 * one the decision was based on (fault_install); if not, the table is consulted again.
 *
 * Signals: no area, or a stack that may not grow: SIGSEGV SEGV_MAPERR. Area without the right:
 * SIGSEGV SEGV_ACCERR. Past the end of the object, or its store failed: SIGBUS BUS_ADRERR. No
 * memory: SIGKILL.
 *
 * Locks: map_lock for reading; object.resize for reading while an object's page is
 * on its way into the table, so that a truncation finds it there.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/pkey.h>
#include <kern/panic.h>
#include <kmem/frames.h>

#include "account.h"
#include "anon_family.h"
#include "fault.h"
#include "object_pages.h"
#include "thp.h"

/* Out of line, as it is on no quick way. */
__noinline enum fault_result fault_fail(struct fault *fault, int signal, int code,
                                        const char *reason)
{
    const struct vma *area = fault->vma != NULL ? fault->vma : vma_find(fault->mm, fault->addr);
    struct mm_fault_failure *failure = fault->failure;

    failure->signal = signal;
    failure->code = code;
    failure->reason = reason;
    failure->area_start = area != NULL ? area->start : 0;
    failure->area_end = area != NULL ? area->end : 0;
    failure->area_flags = area != NULL ? area->flags : 0;
    return FAULT_FAILED;
}

static enum fault_result fail_memory(struct fault *fault)
{
    return fault_fail(fault, SIGKILL, 0, "out of memory");
}

static enum fault_result fail_object(struct fault *fault, int err)
{
    if (err == -ENOMEM)
        return fail_memory(fault);
    return fault_fail(fault, SIGBUS, BUS_ADRERR,
                      err == -ENODATA ? "past the end of the mapped object"
                                      : "the store of the mapped object failed");
}

static bool is_write(const struct fault *fault)
{
    return fault->access == FAULT_WRITE;
}

/* A fresh private page for the faulting address; NULL when there is no memory. */
static struct page *alloc_private(const struct fault *fault, unsigned flags)
{
    struct page *page = page_alloc(ALLOC_WAIT | ALLOC_USER | flags);

    if (page != NULL) {
        vma_set_lineage(fault->vma);
        private_page_init(page, fault->vma, fault->addr);
    }
    return page;
}

/* ---- no object ---- */

static enum fault_result fault_zero_page(struct fault *fault)
{
    pte_t pte = fault_make_entry(fault, page_to_pfn(zero_page), false);

    return fault_install(fault, pte_set_ownerless(pte), NULL, NULL);
}

static enum fault_result fault_new_page(struct fault *fault)
{
    struct page *page = alloc_private(fault, ALLOC_ZERO);

    if (page == NULL)
        return fail_memory(fault);
    return fault_install(fault, fault_make_entry(fault, page_to_pfn(page), true), page, NULL);
}

static enum fault_result fault_empty(struct fault *fault)
{
    enum fault_result result = FAULT_SMALL;

    if (!fault->way.has_table && fault_may_be_huge(fault))
        result = is_write(fault) || !thp_uses_zeroes() ? fault_new_huge_page(fault)
                                                       : fault_zero_table(fault);
    if (result != FAULT_SMALL)
        return result;
    return is_write(fault) ? fault_new_page(fault) : fault_zero_page(fault);
}

/* ---- private pages ---- */

/* Give the address a private copy of @source. => @kept: the caller keeps it; else only the entry
 * does, and it is copied under the lock. */
static enum fault_result fault_copy(struct fault *fault, const struct page *source, bool kept)
{
    struct page *page = alloc_private(fault, 0);
    enum fault_result result;

    if (page == NULL)
        return fail_memory(fault);
    if (kept)
        page_copy(page, source);
    result = fault_install(fault, fault_make_entry(fault, page_to_pfn(page), true), page,
                           kept ? NULL : source);
    if (result == FAULT_DONE)
        vma_count_copy(fault->vma);
    return result;
}

/* The page is private, and this entry seems to be its only user: then write to it where it is. */
static __noinline enum fault_result fault_reuse(struct fault *fault)
{
    struct pt_cursor cursor __uncleared;
    enum fault_result result = fault_lock(fault, &cursor);
    pte_t pte;

    if (result != FAULT_DONE)
        return result;
    if (!private_page_is_alone(pt_page_of(fault->entry))) {
        pt_unlock(&cursor);
        return FAULT_RETRY;
    }
    pte = pte_set_soft_dirty(pte_set_dirty(pte_set_accessed(fault->entry)));
    pt_change(&cursor, fault->vma->flags & VMA_WRITE ? pte_set_writable(pte) : pte);
    pt_unlock(&cursor);
    arch_mmu_flush_local(&fault->mm->mmu, fault->addr);
    account_total_add(ACCOUNT_REUSES, 1);
    return FAULT_DONE;
}

/* Nothing keeps @page but the entry: it is looked at as a hint, and copied under the leaf's lock.
 */
static enum fault_result fault_reuse_or_copy(struct fault *fault, const struct page *page)
{
    enum fault_result result = fault->way.has_table ? FAULT_SMALL : fault_reuse_huge(fault);

    if (result != FAULT_SMALL)
        return result;
    return private_page_is_alone(page) ? fault_reuse(fault) : fault_copy(fault, page, false);
}

static __noinline enum fault_result fault_private_write(struct fault *fault)
{
    const struct page *page = pt_page_of(fault->entry);
    pfn_t pfn = pte_pfn(fault->entry);

    if (page != NULL)
        return fault_reuse_or_copy(fault, page);
    if (pfn == page_to_pfn(zero_page))
        return fault_new_page(fault);
    if (!pfn_is_valid(pfn))
        return fault_fail(fault, SIGBUS, BUS_ADRERR, "private write to device memory");
    return fault_copy(fault, pfn_to_page(pfn), true);
}

/* ---- objects ---- */

/* The object's page for the address, referenced. => object.resize held for reading */
static int get_object_page(struct fault *fault, struct page **page)
{
    struct vm_object *object = fault->vma->object;
    u64 index = vma_index(fault->vma, fault->addr);

    if (index >= object_nr_indices(object))
        return -ENODATA;
    *page = object_find_page(object, index);
    if (*page != NULL)
        return 0;
    fault->major = object->ops->get_page != NULL;
    return object_get_page(object, index, page);
}

/* A frame of a device: no page of ours, no end but what the driver says. */
static enum fault_result fault_device_frame(struct fault *fault)
{
    struct vm_object *object = fault->vma->object;
    pfn_t pfn = object->ops->device_frame(object, vma_index(fault->vma, fault->addr));
    bool write = vma_is_shared(fault->vma) && (fault->vma->flags & VMA_WRITE);

    if (pfn == ~0ul)
        return fault_fail(fault, SIGBUS, BUS_ADRERR, "past the end of the device's memory");
    if (!vma_is_shared(fault->vma) && is_write(fault) && pfn_is_valid(pfn))
        return fault_copy(fault, pfn_to_page(pfn), true);
    return fault_install(fault, pte_set_ownerless(fault_make_entry(fault, pfn, write)), NULL, NULL);
}

/* Attachments of System V are mapped page by page on Linux, which Rss and pagemap show. */
static void around(struct fault *fault)
{
    if (!vma_is_counted(fault->vma))
        fault_around(fault);
}

/* Map the object's page without the intention to write. */
static enum fault_result fault_object_page(struct fault *fault)
{
    struct vma *vma = fault->vma;
    bool write = vma_is_shared(vma) && !object_wants_notice(vma->object);
    enum fault_result result;
    struct page *page;
    int err = get_object_page(fault, &page);

    if (err != 0) {
        if (err == -ENODATA)
            around(fault); /* as Linux, before it sees that the page itself is not there */
        return fail_object(fault, err);
    }
    page_get(page);
    result = fault_install(fault, fault_make_entry(fault, page_to_pfn(page), write), page, NULL);
    page_put(page);
    if (result == FAULT_DONE)
        around(fault);
    return result;
}

static enum fault_result fault_copy_object_page(struct fault *fault)
{
    enum fault_result result;
    struct page *page;
    int err;

    vma_set_lineage(fault->vma); /* as Linux, also where the object then has no page */
    err = get_object_page(fault, &page);
    if (err != 0)
        return fail_object(fault, err);
    result = fault_copy(fault, page, true);
    page_put(page);
    return result;
}

/* Shared write: the object hears of it before the page becomes writable. */
static enum fault_result fault_write_object_page(struct fault *fault)
{
    enum fault_result result;
    struct vm_object *object = fault->vma->object;
    struct page *page;
    int err = get_object_page(fault, &page);

    if (err != 0)
        return fail_object(fault, err);
    err = object_make_writable(object, page);
    if (err != 0) {
        page_put(page);
        return err == -EAGAIN ? FAULT_RETRY : fail_object(fault, err);
    }
    page_get(page);
    result = fault_install(fault, fault_make_entry(fault, page_to_pfn(page), true), page, NULL);
    object_made_writable(object, page);
    page_put(page);
    if (result == FAULT_DONE && pte_is_empty(fault->entry) && object->ops->mapped_write != NULL)
        object->ops->mapped_write(object);
    return result;
}

static __noinline enum fault_result fault_object(struct fault *fault)
{
    struct vm_object *object = fault->vma->object;
    enum fault_result result;

    if (object->flags & VM_OBJECT_DEVICE)
        return fault_device_frame(fault);
    read_lock(&object->resize);
    if (!is_write(fault))
        result = fault_object_page(fault);
    else if (vma_is_shared(fault->vma))
        result = fault_write_object_page(fault);
    else
        result = fault_copy_object_page(fault);
    read_unlock(&object->resize);
    return result;
}

/* ---- the table ---- */

bool fault_is_satisfied(const struct fault *fault, pte_t entry, bool shared)
{
    struct page *page;

    if (!pte_is_present(entry))
        return false;
    if (!is_write(fault))
        return fault->force || pte_is_valid(entry);
    if (shared)
        return false;
    if (pte_is_writable(entry))
        return true;
    if (!fault->force || pte_is_uffd_wp(entry) ||
        (!(fault->vma->flags & VMA_SOFTDIRTY) && !pte_is_soft_dirty(entry)))
        return false;
    page = pt_page_of(entry);
    return !vma_is_shared(fault->vma) && page != NULL && page_flag_test(page, PAGE_PRIVATE_OWNED) &&
           page_map_count(page) == 1;
}

/* Who populates a page to be written to wants it dirty, be it that MADV_FREE gave it up. */
static void make_dirty(const struct fault *fault)
{
    struct pt_cursor cursor __uncleared;

    if (pte_is_dirty(fault->entry) || !pt_lock(&cursor, fault->mm, fault->addr))
        return;
    if (!cursor.huge && pte_is_same(pt_get(&cursor), fault->entry))
        pt_change(&cursor, pte_set_dirty(pt_get(&cursor)));
    pt_unlock(&cursor);
}

static __noinline enum fault_result fault_spurious(struct fault *fault)
{
    if (is_write(fault))
        make_dirty(fault);
    arch_mmu_flush_local(&fault->mm->mmu, fault->addr);
    return FAULT_DONE;
}

/* Areas of whose faults the table does not decide alone. */
static __noinline enum fault_result fault_special(struct fault *fault)
{
    if (fault->vma->flags & VMA_HUGETLB)
        return fault_hugetlb(fault);
    return userfault_is_asked(fault) ? FAULT_ASK : FAULT_USUAL;
}

static enum fault_result fault_decide(struct fault *fault)
{
    struct vma *vma = fault->vma;

    fault->entry = pt_peek(fault->mm, fault->addr, &fault->way);
    if (unlikely(vma->flags & (VMA_HUGETLB | VMA_ASK_BITS))) {
        enum fault_result result = fault_special(fault);

        if (result != FAULT_USUAL)
            return result;
    }
    if (is_write(fault) && fault->way.shared) {
        if (pt_own(fault->mm, fault->addr) != 0)
            return fail_memory(fault);
        return FAULT_RETRY;
    }
    if (pte_is_empty(fault->entry))
        return vma->object != NULL ? fault_object(fault) : fault_empty(fault);
    if (fault_is_satisfied(fault, fault->entry, fault->way.shared))
        return fault_spurious(fault);
    ASSERT(pte_is_present(fault->entry));
    if (!is_write(fault))
        return FAULT_RETRY; /* a huge leaf is being split */
    return vma_is_shared(vma) ? fault_object(fault) : fault_private_write(fault);
}

/* ---- may it at all? ---- */

static bool access_is_allowed(const struct fault *fault)
{
    u32 flags = fault->vma->flags;

    if (fault->force && is_write(fault)) /* as on Linux no debugger copies huge pages */
        return flags & VMA_WRITE ||
               (!(flags & (VMA_SHARED | VMA_HUGETLB)) && (flags & VMA_MAYWRITE));
    if (fault->force)
        return flags & VMA_MAYREAD;
    switch (fault->access) {
    case FAULT_WRITE:
        return flags & VMA_WRITE;
    default:
        return flags & VMA_PROTECTION; /* of execution see is_executable */
    }
}

/*
 * The processor tells that a page may not be executed only when there is one, and so does Linux: a
 * jump into an area that can be read brings the page in, past the end raises SIGBUS, and only then
 * is it refused.
 */
static bool is_executable(const struct fault *fault)
{
    return fault->access != FAULT_EXEC || (fault->vma->flags & VMA_EXEC);
}

/* The processor does not check keys when it fetches instructions. */
static bool key_is_allowed(const struct fault *fault)
{
    return fault->foreign || fault->access == FAULT_EXEC ||
           arch_pkey_allows(vma_pkey(fault->vma->flags), is_write(fault));
}

static __noinline enum fault_result fail_key(struct fault *fault)
{
    fault_fail(fault, SIGSEGV, SEGV_PKUERR, "the area's protection key does not allow this access");
    fault->failure->key = vma_pkey(fault->vma->flags);
    return FAULT_FAILED;
}

/* One look at the area and the table. */
static inline enum fault_result fault_look(struct fault *fault)
{
    enum fault_result result;

    if (fault->vma == NULL || fault->addr < fault->vma->start || fault->addr >= fault->vma->end)
        fault->vma = vma_find_at(fault->mm, fault->addr);
    if (READ_ONCE(fault->mm->oom_state) == MM_OOM_REAPED)
        return fault_fail(fault, SIGKILL, 0, "killed for memory, which is gone already");
    if (fault->vma == NULL)
        return fault_fail(fault, SIGSEGV, SEGV_MAPERR, "no area at this address");
    if (!key_is_allowed(fault))
        return fail_key(fault);
    if (!access_is_allowed(fault))
        return fault_fail(fault, SIGSEGV, SEGV_ACCERR, "the area does not allow this access");
    account_total_add(ACCOUNT_FAULTS, 1);
    do
        result = fault_decide(fault);
    while (result == FAULT_RETRY);
    if (result == FAULT_DONE && !is_executable(fault))
        return fault_fail(fault, SIGSEGV, SEGV_ACCERR, "the area may not be executed");
    return result;
}

int fault_resolve(struct fault *fault)
{
    enum fault_result result;

    fault->major = false;
    while (unlikely((result = fault_look(fault)) == FAULT_ASK)) {
        result = userfault_ask(fault);
        if (result != FAULT_RETRY)
            return result == FAULT_DONE ? 0 : -EFAULT;
    }
    if (fault->major)
        account_total_add(ACCOUNT_MAJOR_FAULTS, 1);
    if (result != FAULT_DONE)
        return -EFAULT;
    vma_count_fault(fault->vma);
    return 0;
}

/* The area above @addr is a stack that may grow to it. Takes map_lock for writing instead of
 * reading; it is held for reading again on return. */
static void grow_stack(struct fault *fault)
{
    struct mm *mm = fault->mm;
    struct vma *vma;

    fault->vma = NULL; /* another thread may unmap it in between */
    read_unlock(&mm->map_lock);
    write_lock(&mm->map_lock);
    vma = vma_find(mm, fault->addr);
    if (vma != NULL && fault->addr < vma->start && (vma->flags & VMA_GROWSDOWN) &&
        stack_grow(mm, vma, fault->addr) == 0)
        fault->vma = vma;
    write_downgrade(&mm->map_lock);
}

void fault_find_area(struct fault *fault)
{
    struct vma *vma = READ_ONCE(fault->mm->last_area);

    if (likely(vma != NULL && fault->addr >= vma->start && fault->addr < vma->end)) {
        fault->vma = vma;
        return;
    }
    vma = vma_find(fault->mm, fault->addr);
    fault->vma = vma;
    if (vma == NULL)
        return;
    if (fault->addr >= vma->start)
        WRITE_ONCE(fault->mm->last_area, vma);
    else if (vma->flags & VMA_GROWSDOWN)
        grow_stack(fault);
}

int mm_fault(struct mm *mm, vaddr_t addr, enum fault_access access, bool user,
             struct mm_fault_failure *failure)
{
    struct fault fault = {.mm = mm,
                          .addr = align_down(addr, PAGE_SIZE),
                          .offset = addr & (PAGE_SIZE - 1),
                          .access = access,
                          .user = user,
                          .failure = failure};
    int err;

    if (addr >= USER_END) {
        fault_fail(&fault, SIGSEGV, SEGV_MAPERR, "not a user address");
        return -EFAULT;
    }
    read_lock(&mm->map_lock);
    fault_find_area(&fault);
    err = fault_resolve(&fault);
    read_unlock(&mm->map_lock);
    fetch_add(fault.major ? &mm->major_faults : &mm->minor_faults, 1);
    return err;
}
