/*
 * The kernel's access to user memory other than through the current page tables: other address
 * spaces, pages as such, and the identity of a word for futexes.
 */
#include <abi/errno.h>
#include <lib/string.h>

#include "fault.h"

/* The page of a satisfied entry, referenced; NULL: a frame without struct page. */
static struct page *take_page(pte_t entry)
{
    struct page *page;

    if (!pfn_is_valid(pte_pfn(entry)))
        return NULL;
    page = pfn_to_page(pte_pfn(entry));
    return page_try_get(page) ? page : NULL;
}

/* What one process writes for another makes a private page dirty by itself (lazy_free.h 4). */
static void note_write(const struct fault *fault, struct pt_cursor *cursor)
{
    struct page *page = pt_page_of(pt_get(cursor));

    pt_set_dirty(cursor);
    if (fault->foreign && page != NULL && page_flag_test(page, PAGE_PRIVATE_OWNED))
        page_flag_set(page, PAGE_DIRTY);
}

/* => 0 with the page; -EAGAIN: fault it in first; -EFAULT: no page at all */
static int find_page(struct fault *fault, struct page **out)
{
    struct pt_cursor cursor;
    int err = -EAGAIN;

    if (!pt_lock(&cursor, fault->mm, fault->addr))
        return -EAGAIN;
    if (fault_is_satisfied(fault, pt_get(&cursor), pt_is_shared(&cursor))) {
        *out = take_page(pt_get(&cursor));
        if (fault->access == FAULT_WRITE) /* of the kernel's, which no processor notes */
            note_write(fault, &cursor);
        err = *out == NULL ? -EFAULT : 0;
    }
    pt_unlock(&cursor);
    return err;
}

/* => map_lock held for reading */
static int get_page_locked(struct fault *fault, struct page **out)
{
    int err;

    while ((err = find_page(fault, out)) == -EAGAIN) {
        if (fault_resolve(fault) != 0)
            return -EFAULT;
    }
    return err;
}

/* An access that is not the processor's. */
struct access {
    struct mm *mm;
    bool write;
    bool force;   /* as a debugger: rights do not matter */
    bool foreign; /* the memory is not the caller's own */
};

/* => map_lock held for reading */
static int get_page(const struct access *access, vaddr_t addr, struct page **out)
{
    struct mm_fault_failure failure;
    struct fault fault = {.mm = access->mm,
                          .addr = align_down(addr, PAGE_SIZE),
                          .access = access->write ? FAULT_WRITE : FAULT_READ,
                          .force = access->force,
                          .foreign = access->foreign,
                          .failure = &failure};

    if (addr >= USER_END)
        return -EFAULT;
    /* A debugger's access grows a stack, as a fault does; that of process_vm_readv does not. */
    if (access->force)
        fault_find_area(&fault);
    fault.vma = vma_find_at(access->mm, fault.addr);
    if (fault.vma == NULL)
        return -EFAULT;
    /* The processor reads what it may execute; others ask for the right to read. */
    if (access->foreign && !access->write && !access->force && !(fault.vma->flags & VMA_READ))
        return -EFAULT;
    return get_page_locked(&fault, out);
}

int mm_get_user_page(struct mm *mm, vaddr_t addr, bool write, struct page **out)
{
    struct access access = {.mm = mm, .write = write};
    int err;

    read_lock(&mm->map_lock);
    err = get_page(&access, addr, out);
    read_unlock(&mm->map_lock);
    return err;
}

/* Copy within one page. map_lock is held all the while, so that the page stays somebody's: the
 * audit knows no private pages that are only being looked at. */
static int access_page(const struct access *access, vaddr_t addr, void *buffer, size_t len)
{
    struct page *page;
    int err;

    read_lock(&access->mm->map_lock);
    err = get_page(access, addr, &page);
    if (err == 0) {
        char *there = (char *)page_to_virt(page) + (addr & (PAGE_SIZE - 1));

        if (access->write)
            memcpy(there, buffer, len);
        else
            memcpy(buffer, there, len);
        page_put(page);
    }
    read_unlock(&access->mm->map_lock);
    return err;
}

ssize_t mm_access(struct mm *mm, vaddr_t addr, void *buffer, size_t len, bool write, bool force)
{
    struct access access = {.mm = mm, .write = write, .force = force, .foreign = true};
    size_t done = 0;

    while (done < len) {
        vaddr_t at = addr + done;
        size_t chunk = min(len - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));

        if (access_page(&access, at, (char *)buffer + done, chunk) != 0)
            break;
        done += chunk;
    }
    return done > 0 || len == 0 ? (ssize_t)done : -EIO;
}

vaddr_t mm_access_prepare(struct mm *mm, vaddr_t addr, size_t len, bool write)
{
    struct access access = {.mm = mm, .write = write, .foreign = true};
    vaddr_t end = addr + len;

    while (addr < end && access_page(&access, addr, NULL, 0) == 0)
        addr = align_down(addr, PAGE_SIZE) + PAGE_SIZE;
    return addr;
}

/* A number that no other object has, had or will have: whoever waits on a word holds no reference,
 * and another thread may unmap the memory under it. Odd, so no address either. */
static u64 futex_id(struct vm_object *object)
{
    static u64 last;
    u64 id = READ_ONCE(object->futex_id);
    u64 fresh;

    if (id != 0)
        return id;
    fresh = fetch_add(&last, 2) + 1;
    return try_cmpxchg(&object->futex_id, &id, fresh) ? fresh : id;
}

int mm_futex_key_get(struct mm *mm, vaddr_t addr, bool shared, struct mm_futex_key *key)
{
    struct vma *vma;

    *key = (struct mm_futex_key){.space = mm, .offset = addr, .shared = false};
    if (addr >= USER_END)
        return -EFAULT;
    if (!shared)
        return 0;
    read_lock(&mm->map_lock);
    vma = vma_find_at(mm, addr);
    if (vma != NULL && vma_is_shared(vma))
        *key = (struct mm_futex_key){.space = (const void *)(uintptr_t)futex_id(vma->object),
                                     .offset = (vma_index(vma, addr) << PAGE_SHIFT) |
                                               (addr & (PAGE_SIZE - 1)),
                                     .shared = true};
    read_unlock(&mm->map_lock);
    return vma == NULL ? -EFAULT : 0;
}
