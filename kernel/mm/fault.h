/*
 * Resolving one fault: what fault.c shares with stack growth, populate and access.
 */
#pragma once

#include <abi/signal.h>

#include "pt.h"

struct fault {
    struct mm *mm;
    struct vma *vma; /* the area of @addr */
    vaddr_t addr;    /* a multiple of PAGE_SIZE */
    enum fault_access access;
    u32 offset; /* in the page; of a program's or the kernel's access */
    bool user;  /* of a program in user mode */
    bool force; /* debugger's access: protection is ignored where VMA_MAY* allows it, and nobody is
                   asked and waited for */
    bool
        foreign; /* for another address space: the running thread's protection keys do not matter */
    pte_t entry; /* what the decision is based on */
    struct pt_way way; /* to it */
    bool major;        /* waited for a store, or for who was asked */
    struct mm_fault_failure *failure;
};

enum fault_result {
    FAULT_DONE,
    FAULT_RETRY,  /* somebody else changed the entry: look again */
    FAULT_FAILED, /* fault.failure is filled in */
    FAULT_SMALL,  /* no huge page: a small one will do */
    FAULT_USUAL,  /* nothing special: the table decides */
    FAULT_ASK,    /* a program is to be asked for the page (userfault.c) */
};

/* fault_find_area: fault.vma is the area at or above fault.addr; a stack grows to the address if it
 * may. => map_lock held for reading; may be given up and taken again meanwhile */
void fault_find_area(struct fault *fault);

/*
 * fault_resolve: make the page at fault->addr accessible as asked; fault->vma is NULL or set.
 * => map_lock held for reading; may sleep, and give it up and take it again meanwhile: fault->vma
 *    is then found anew
 * => 0, or -EFAULT with fault->failure filled in; 0 for fault->user also when a signal is pending
 */
int fault_resolve(struct fault *fault) __must_check;

/* Fill in the failure. Always FAULT_FAILED. */
enum fault_result fault_fail(struct fault *fault, int signal, int code, const char *reason);

/* Does the entry in force allow the access? => leaf locked, or a hint */
bool fault_is_satisfied(const struct fault *fault, pte_t entry, bool shared);

/* Lock the leaf table of fault->addr. In line: 34 instructions less in each fault.
 * => FAULT_DONE: locked, it is the caller's own, and the entry still fault->entry
 * => else nothing is locked */
static inline enum fault_result __must_check fault_lock(struct fault *fault,
                                                        struct pt_cursor *cursor)
{
    if (pt_lock_own_at(cursor, fault->mm, fault->addr, fault->way.upper) != 0)
        return fault_fail(fault, SIGKILL, 0, "out of memory for a page table");
    if (likely(pte_is_same(pt_get(cursor), fault->entry)))
        return FAULT_DONE;
    pt_unlock(cursor);
    return FAULT_RETRY;
}

/* fault_install.c: the ways a fault changes an entry. */

/*
 * Put @pte (naming @page, or a frame without owner and @page NULL) where fault->entry was found.
 * => consumes a reference to @page
 * => @source: what to copy to @page, under the lock, because only fault->entry keeps it; or NULL
 */
enum fault_result fault_install(struct fault *fault, pte_t pte, struct page *page,
                                const struct page *source);

/* The leaf entry for @page in fault->vma: accessed; @write: writable if the area allows and nobody
 * wants to notice the first write, dirty if this is a write. */
pte_t fault_make_entry(const struct fault *fault, pfn_t pfn, bool write);

/* fault_huge.c: may the fault, at an empty entry, bring 2 MiB? Then one of these, by the access. */
bool fault_may_be_huge(const struct fault *fault);
enum fault_result fault_zero_table(struct fault *fault);
enum fault_result fault_new_huge_page(struct fault *fault);

/* A write to a private page that may be in a huge leaf without write permission: done when all of
 * it has one user. */
enum fault_result fault_reuse_huge(struct fault *fault);

/* fault_hugetlb.c: a fault in an area of huge pages that were set aside. */
enum fault_result fault_hugetlb(struct fault *fault);

/* userfault.c: is a program to be asked? => fault->entry is what is there */
bool userfault_is_asked(const struct fault *fault);

/*
 * userfault_ask: ask, and wait for the answer.
 * => map_lock held for reading, given up and taken again: fault->vma is NULL then
 * => FAULT_RETRY: look again; FAULT_DONE: a signal is pending, the access will be repeated;
 * FAULT_FAILED
 */
enum fault_result userfault_ask(struct fault *fault);

/* fault_around.c: map the pages of the object around fault->addr that are in memory already. */
void fault_around(struct fault *fault);

/* stack.c: grow the area above @addr down to it. => map_lock held for writing; 0 or -ENOMEM */
int stack_grow(struct mm *mm, struct vma *vma, vaddr_t addr) __must_check;

/* The frame of zeroes that read faults share; set up by mm_init. */
extern struct page *zero_page;
