/*
 * Accounts: the page counters of an address space, the limits they meet, and who has how much of
 * the commit total (commit.h). Lock: mm.map_lock held for writing; what objects have is atomic.
 */
#pragma once

#include <kern/percpu.h>
#include <kern/preempt.h>

#include "vma.h"

/* Does writable private memory of such an area count as committed? */
static inline bool account_is_charged(u32 flags)
{
    return (flags & (VMA_NORESERVE | VMA_SHARED | VMA_HUGETLB | VMA_WRITE)) == VMA_WRITE;
}

/* -ENOMEM when @nr_pages more of an area with @flags exceed RLIMIT_AS or RLIMIT_DATA. */
int account_check(const struct mm *mm, u32 flags, u64 nr_pages) __must_check;

/*
 * account_check_data: may @nr_pages of an area with the flags @old have the flags @new?
 * => *turned: how many pages the same call makes data; those are counted only later
 * => -ENOMEM: they become data, and exceed RLIMIT_DATA
 */
int account_check_data(const struct mm *mm, u32 old, u32 new, u64 nr_pages,
                       u64 *turned) __must_check;

/* May the caller lock memory at all: RLIMIT_MEMLOCK is not 0, or it need not keep to it? */
bool account_may_lock(const struct mm *mm);

/* -EAGAIN when @nr_pages more of an area with @flags, if these say locked, exceed RLIMIT_MEMLOCK.
 */
int account_check_locked(const struct mm *mm, u32 flags, u64 nr_pages) __must_check;

/* Is a total of @nr_pages too much to be locked by the caller? */
bool account_exceeds_lock_limit(const struct mm *mm, u64 nr_pages);

/* Count @nr_pages of an area with @flags in or out. */
void account_add(struct mm *mm, u32 flags, u64 nr_pages);
void account_remove(struct mm *mm, u32 flags, u64 nr_pages);

/* Commit memory on behalf of @mm (NULL: of a shmem object). -ENOMEM */
int account_commit(struct mm *mm, u64 nr_pages) __must_check;
void account_uncommit(struct mm *mm, u64 nr_pages);

/* Commit again what was just given back: cannot fail. */
void account_recommit(struct mm *mm, u64 nr_pages);

/* System-wide page counts, kept per CPU and summed when asked for. */
enum account_total {
    ACCOUNT_ANONYMOUS,      /* private pages that are mapped */
    ACCOUNT_ANONYMOUS_HUGE, /* of those: in blocks that huge leaves name */
    ACCOUNT_MAPPED,         /* pages of objects that are mapped */
    ACCOUNT_PAGE_CACHE,     /* pages of files */
    ACCOUNT_SHMEM,          /* pages of shmem objects */
    ACCOUNT_DIRTY,          /* pages to be written back */
    ACCOUNT_FAULTS,         /* events: faults, of programs and on their behalf */
    ACCOUNT_MAJOR_FAULTS,   /* of these: waited for a store */
    ACCOUNT_REUSES,         /* of these: wrote to a private page where it was */
    NR_ACCOUNT_TOTALS
};
DECLARE_PER_CPU(s64[NR_ACCOUNT_TOTALS], account_totals);
static inline void account_total_add(enum account_total total, s64 nr_pages)
{
    preempt_disable();
    this_cpu(account_totals)[total] += nr_pages;
    preempt_enable();
}

/* Which total counts the page while it is mapped. */
static inline enum account_total account_mapped_total(const struct page *page)
{
    return page_flag_test(page, PAGE_PRIVATE_OWNED) ? ACCOUNT_ANONYMOUS : ACCOUNT_MAPPED;
}

/* An entry names / no longer names @page: its map count, and the totals with the first and last. */
static inline void account_map_page(struct page *page)
{
    if (fetch_add(&page->map_count, 1) == 0)
        account_total_add(account_mapped_total(page), 1);
}
void account_unmap_page(struct page *page);

/* The same for @nr consecutive frames of the same kind; new: that nothing else can name yet. */
void account_map_pages(struct page *page, unsigned nr);
void account_map_new_pages(struct page *page, unsigned nr);
void account_unmap_pages(struct page *page, unsigned nr);

/* The sum over all CPUs. */
u64 account_total_get(enum account_total total);
