/*
 * The audit: stopping the memory system and asking every invariant (audit.h).
 *
 * All address spaces are locked for writing, so no fault and no call is under way in any of them.
 * Objects may still be read and written by others; what is checked about them holds at any moment.
 */
#include <abi/errno.h>
#include <kmem/frames.h>
#include <kmem/vmalloc.h>
#include <lib/printf.h>
#include <sched/rcu.h>

#include "audit.h"
#include "commit.h"
#include "hugetlb.h"
#include "mm_list.h"
#include "reclaim.h"

int audit_fail(struct audit *audit, const char *invariant, const char *format, ...)
{
    va_list arguments;
    int len = snprintf(audit->report, audit->size, "%s: mm %u: ", invariant, audit->mm_number);

    va_start(arguments, format);
    if (len >= 0 && (size_t)len < audit->size)
        vsnprintf(audit->report + len, audit->size - len, format, arguments);
    va_end(arguments);
    return -EUCLEAN;
}

/* What is promised to address spaces is what they answer for. (Objects come and go meanwhile.) */
static int audit_committed(struct audit *audit)
{
    if (audit->committed != commit_total_of_areas())
        return audit_fail(audit, "committed", "address spaces %lu, total %lu", audit->committed,
                          commit_total_of_areas());
    return 0;
}

/* Every table that exists is in some address space. */
static int audit_table_total(struct audit *audit)
{
    if (audit->tables != pt_table_total())
        return audit_fail(audit, "table_total", "%lu found, %lu exist", audit->tables,
                          pt_table_total());
    return 0;
}

/* meminfo counts the pages that are mapped. */
static int audit_resident_totals(struct audit *audit)
{
    struct mm_totals totals;

    mm_totals_get(&totals);
    if (totals.anonymous != audit->anonymous || totals.mapped != audit->mapped)
        return audit_fail(audit, "resident_totals",
                          "anonymous %lu, counted %lu; of objects %lu, counted %lu",
                          totals.anonymous, audit->anonymous, totals.mapped, audit->mapped);
    return 0;
}

/* Huge pages are the blocks that are named. */
static int audit_huge_total(struct audit *audit)
{
    if (audit->huge != account_total_get(ACCOUNT_ANONYMOUS_HUGE))
        return audit_fail(audit, "huge_total", "%lu found, counted %lu", audit->huge,
                          account_total_get(ACCOUNT_ANONYMOUS_HUGE));
    return 0;
}

/* Blocks in use by number of frames that say so. */
static u64 count_pooled_frames(void)
{
    pfn_t pfn;
    u64 nr = 0;

    for (pfn = 0; pfn < page_map_end; pfn++)
        nr += page_flag_test(pfn_to_page(pfn), PAGE_POOLED) ? 1 : 0;
    return nr;
}

/* The pool has the blocks that exist, and promises what objects and areas were promised. */
static int audit_hugetlb_pool(struct audit *audit)
{
    struct hugetlb_counts counts;
    u64 free, promised = audit->promised + hugetlb_promised_by_objects();

    if (!hugetlb_pool_check(&free))
        return audit_fail(audit, "hugetlb_pool", "the list of free blocks is damaged");
    hugetlb_counts_get(&counts);
    if (free != counts.free || counts.reserved != promised)
        return audit_fail(audit, "hugetlb_pool", "free %lu, counted %lu; reserved %lu, counted %lu",
                          counts.free, free, counts.reserved, promised);
    if (count_pooled_frames() != counts.total * HUGETLB_PAGES)
        return audit_fail(audit, "hugetlb_pool", "%lu blocks, %lu frames", counts.total,
                          count_pooled_frames());
    return 0;
}

static int audit_free_frames(struct audit *audit)
{
    return frames_check() ? 0 : audit_fail(audit, "free_frames", "the buddy lists are damaged");
}

static int audit_each(struct audit *audit)
{
    struct mm *mm;
    int err = 0;

    list_for_each_entry (mm, &mm_list, list_link) {
        audit->mm_number++;
        err = audit_areas(audit, mm);
        if (err == 0)
            err = audit_tables(audit, mm);
        if (err != 0)
            return err;
    }
    audit->mm_number = 0;
    err = audit_committed(audit);
    if (err == 0)
        err = audit_table_total(audit);
    if (err == 0)
        err = audit_huge_total(audit);
    if (err == 0)
        err = audit_hugetlb_pool(audit);
    if (err == 0)
        err = audit_frames(audit);
    if (err == 0)
        err = audit_resident_totals(audit);
    return err != 0 ? err : audit_free_frames(audit);
}

static void lock_all(void)
{
    struct mm *mm;

    mutex_lock(&mm_list_lock);
    list_for_each_entry (mm, &mm_list, list_link)
        write_lock(&mm->map_lock);
    hugetlb_freeze();
    mutex_lock(&reclaim_mutex);
}

static void unlock_all(void)
{
    struct mm *mm;

    mutex_unlock(&reclaim_mutex);
    hugetlb_thaw();
    list_for_each_entry (mm, &mm_list, list_link)
        write_unlock(&mm->map_lock);
    mutex_unlock(&mm_list_lock);
}

int mm_audit(char *report, size_t size)
{
    struct audit audit = {.report = report, .size = size};
    u64 nr_blocks = page_map_end / PTE_ENTRIES_PER_TABLE + 1;
    int err;

    audit.found = vzalloc(page_map_end * sizeof(*audit.found));
    audit.leaves = vzalloc(nr_blocks * sizeof(*audit.leaves));
    err = -ENOMEM;
    if (audit.found == NULL || audit.leaves == NULL) {
        snprintf(report, size, "no memory for the audit");
        goto out;
    }
    lock_all();
    err = audit_each(&audit);
    unlock_all();
out:
    vfree(audit.leaves);
    vfree(audit.found);
    return err;
}
