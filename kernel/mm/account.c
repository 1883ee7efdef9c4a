/* Accounts (account.h). What counts as data, stack and code is what Linux counts. */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/preempt.h>
#include <kmem/frames.h>
#include <lib/atomic.h>

#include "account.h"
#include "commit.h"
#include "lazy_free.h"
#include "refuse.h"

static bool (*may_exceed_lock_limit)(void);
DEFINE_PER_CPU(s64[NR_ACCOUNT_TOTALS], account_totals);

static bool is_data(u32 flags)
{
    return (flags & (VMA_WRITE | VMA_SHARED | VMA_GROWSDOWN)) == VMA_WRITE;
}

static bool is_code(u32 flags)
{
    return (flags & (VMA_EXEC | VMA_WRITE | VMA_GROWSDOWN)) == VMA_EXEC;
}

static u64 limit_pages(u64 bytes)
{
    return bytes >> PAGE_SHIFT;
}

int account_check(const struct mm *mm, u32 flags, u64 nr_pages)
{
    if (mm->total_pages + nr_pages > limit_pages(mm->limits.address_space))
        return refuse(-ENOMEM, REFUSED_ADDRESS_SPACE);
    if (is_data(flags) && mm->data_pages + nr_pages > limit_pages(mm->limits.data))
        return refuse(-ENOMEM, REFUSED_DATA);
    return 0;
}

int account_check_data(const struct mm *mm, u32 old, u32 new, u64 nr_pages, u64 *turned)
{
    if (!is_data(new) || is_data(old) ||
        mm->total_pages + nr_pages > limit_pages(mm->limits.address_space))
        return 0;
    if (mm->data_pages + *turned + nr_pages > limit_pages(mm->limits.data))
        return refuse(-ENOMEM, REFUSED_DATA);
    *turned += nr_pages;
    return 0;
}

void mm_set_lock_hook(bool (*may_exceed)(void))
{
    may_exceed_lock_limit = may_exceed;
}

static bool is_lock_limited(void)
{
    return may_exceed_lock_limit == NULL || !may_exceed_lock_limit();
}

bool account_may_lock(const struct mm *mm)
{
    return mm->limits.locked != 0 || !is_lock_limited();
}

bool account_exceeds_lock_limit(const struct mm *mm, u64 nr_pages)
{
    return nr_pages > limit_pages(mm->limits.locked) && is_lock_limited();
}

int account_check_locked(const struct mm *mm, u32 flags, u64 nr_pages)
{
    if (!(flags & VMA_LOCKED))
        return 0;
    if (account_exceeds_lock_limit(mm, mm->locked_pages + nr_pages))
        return refuse(-EAGAIN, REFUSED_LOCK_LIMIT);
    return 0;
}

static void account_change(struct mm *mm, u32 flags, u64 nr_pages)
{
    mm->total_pages += nr_pages;
    if (flags & VMA_GROWSDOWN)
        mm->stack_pages += nr_pages;
    else if (is_data(flags))
        mm->data_pages += nr_pages;
    else if (is_code(flags))
        mm->exec_pages += nr_pages;
    if (flags & VMA_SHARED)
        mm->shared_pages += nr_pages;
    if (flags & VMA_LOCKED)
        mm->locked_pages += nr_pages;
}

void account_add(struct mm *mm, u32 flags, u64 nr_pages)
{
    account_change(mm, flags, nr_pages);
    mm->peak_total_pages = max(mm->peak_total_pages, mm->total_pages);
}

void account_remove(struct mm *mm, u32 flags, u64 nr_pages)
{
    ASSERT(mm->total_pages >= nr_pages);
    account_change(mm, flags, -nr_pages);
}

static void count_commitment(struct mm *mm, u64 nr_pages)
{
    if (mm != NULL)
        mm->committed_pages += nr_pages;
}

int account_commit(struct mm *mm, u64 nr_pages)
{
    int err = commit_charge(mm, nr_pages);

    if (err != 0)
        return refuse(err, REFUSED_COMMITMENT);
    count_commitment(mm, nr_pages);
    return 0;
}

void account_recommit(struct mm *mm, u64 nr_pages)
{
    commit_charge_again(mm, nr_pages);
    count_commitment(mm, nr_pages);
}

void account_uncommit(struct mm *mm, u64 nr_pages)
{
    commit_uncharge(mm, nr_pages);
    count_commitment(mm, -nr_pages);
}

void account_unmap_page(struct page *page)
{
    if (fetch_sub(&page->map_count, 1) > 1)
        return;
    account_total_add(account_mapped_total(page), -1);
    lazy_free_forget(page);
}

void account_map_pages(struct page *page, unsigned nr)
{
    unsigned first = 0;
    unsigned i;

    for (i = 0; i < nr; i++)
        first += fetch_add(&page[i].map_count, 1) == 0;
    account_total_add(account_mapped_total(page), first);
}

void account_map_new_pages(struct page *page, unsigned nr)
{
    unsigned i;

    for (i = 0; i < nr; i++)
        WRITE_ONCE(page[i].map_count, 1);
    account_total_add(account_mapped_total(page), nr);
}

void account_unmap_pages(struct page *page, unsigned nr)
{
    unsigned last = 0;
    unsigned i;

    for (i = 0; i < nr; i++)
        if (fetch_sub(&page[i].map_count, 1) == 1) {
            last++;
            if (unlikely(page_flag_test(&page[i], PAGE_LRU)))
                lazy_free_forget(&page[i]);
        }
    account_total_add(account_mapped_total(page), -(s64)last);
}

/* A page may be counted in on one CPU and out on another: only the sum means anything. */
u64 account_total_get(enum account_total total)
{
    s64 sum = 0;
    unsigned cpu;

    for (cpu = 0; cpu < cpu_count(); cpu++)
        sum += READ_ONCE(per_cpu(account_totals, cpu)[total]);
    return sum > 0 ? (u64)sum : 0;
}

void mm_totals_get(struct mm_totals *result)
{
    *result = (struct mm_totals){
        .lazy_free = lazy_free_count(),
        .faults = account_total_get(ACCOUNT_FAULTS),
        .major_faults = account_total_get(ACCOUNT_MAJOR_FAULTS),
        .reuses = account_total_get(ACCOUNT_REUSES),
        .anonymous = account_total_get(ACCOUNT_ANONYMOUS),
        .anonymous_huge = account_total_get(ACCOUNT_ANONYMOUS_HUGE),
        .page_cache = account_total_get(ACCOUNT_PAGE_CACHE),
        .shmem = account_total_get(ACCOUNT_SHMEM),
        .dirty = account_total_get(ACCOUNT_DIRTY),
        .mapped = account_total_get(ACCOUNT_MAPPED),
        .tables = pt_table_total(),
        .committed = commit_total(),
        .commit_limit = commit_limit(),
    };
}
