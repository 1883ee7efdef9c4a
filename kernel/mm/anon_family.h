/*
 * Families: finding the entries that name a private page (DESIGN 2.7).
 *
 * A family is the set of live address spaces descended from one exec by fork. A private page stores
 * its family (page_owner) and, in page.index, the page number at which it was born and the number
 * of the member that created it. In every member the page is at that very address, or in a
 * displaced area (vma.h 3), or not mapped.
 *
 * => a forked mm joins before its entries are copied; an mm leaves after its entries are gone
 * => lock: family.lock (spin), above the leaf table locks. Storage is freed through RCU.
 */
#pragma once

#include "pt.h"

#define BIRTH_BITS 40 /* also of vma.birth */

static inline u64 private_page_birth(const struct page *page)
{
    return page->index & ((1UL << BIRTH_BITS) - 1);
}

static inline u32 private_page_member(const struct page *page)
{
    return (u32)(page->index >> BIRTH_BITS);
}

/* Make @page, fresh from the allocator, a private page of @vma's family for the address @addr. */
void private_page_init(struct page *page, const struct vma *vma, vaddr_t addr);
/* The same for @nr consecutive single frames, of @addr and what follows. */
void private_pages_init(struct page *block, unsigned nr, const struct vma *vma, vaddr_t addr);

/* Is one entry the only user of @page, which is a private one then? => a hint, but for the entry
 * whose leaf is locked and nobody else's */
static inline bool private_page_is_alone(const struct page *page)
{
    return page_flag_test(page, PAGE_PRIVATE_OWNED) && page_map_count(page) == 1 &&
           page_references(page) == 1;
}

void anon_family_init_cache(void);

/* A new family with @mm as its only member. -ENOMEM */
int anon_family_create(struct mm *mm) __must_check;

/* @mm, whose family is still NULL, becomes a member. */
void anon_family_join(struct mm *mm, struct anon_family *family);
void anon_family_leave(struct mm *mm);

/* Flush a range in every member of the family of @page. => RCU read lock or an entry keeps it */
void anon_family_flush(struct page *page, vaddr_t start, vaddr_t end);

/*
 * anon_family_walk: call @visit for each entry that names the private page @page, its leaf locked,
 * until the map count is used up or @visit returns false.
 * => returns how many entries were visited; fewer than the map count: a fork or mremap is in flight
 * => @visit may empty the entry
 * => @locked: the caller holds map_lock of all members (the audit); else they are tried
 */
unsigned anon_family_walk(struct page *page, bool locked,
                          bool (*visit)(struct pt_cursor *cursor, void *argument), void *argument);
