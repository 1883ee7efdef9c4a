/*
 * The commit total and its rules (commit.h). Numbers and their order are Linux's.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>

#include "commit.h"

/* vm.overcommit_memory */
enum policy {
    POLICY_HEURISTIC, /* what is larger than all memory is refused */
    POLICY_ALWAYS,    /* nothing is */
    POLICY_STRICT,    /* what does not fit below the limit is */
};

#define RATIO_DEFAULT     50
#define ADMIN_RESERVE_MAX (8ul << 10) /* KiB */
#define USER_RESERVE_MAX  (128ul << 10)
#define RESERVE_SHARE     32 /* of the memory free at boot; of an address space */

static s32 policy;
static s32 ratio = RATIO_DEFAULT;
static u64 limit_kbytes; /* 0: by ratio */
static u64 admin_reserve_kbytes, user_reserve_kbytes;
static void (*caller_get)(struct mm_caller *caller);

static u64 of_areas;   /* (a) changed under the map_lock of whom it is for: the audit can stop it */
static u64 of_objects; /* (a) */

static u64 kbytes_to_pages(u64 kbytes)
{
    return kbytes >> (PAGE_SHIFT - 10);
}

void mm_set_caller_hook(void (*get)(struct mm_caller *caller))
{
    caller_get = get;
}

void caller_describe(struct mm_caller *caller)
{
    *caller = (struct mm_caller){.mm = NULL, .is_admin = true};
    if (caller_get != NULL)
        caller_get(caller);
}

bool commit_is_strict(void)
{
    return READ_ONCE(policy) == POLICY_STRICT;
}

static u64 *total_of(const struct mm *mm)
{
    return mm != NULL ? &of_areas : &of_objects;
}

u64 commit_total_of_areas(void)
{
    return READ_ONCE(of_areas);
}

u64 commit_total(void)
{
    return READ_ONCE(of_areas) + READ_ONCE(of_objects);
}

/* Memory that is not set aside as huge pages. */
static u64 ordinary_pages(void)
{
    struct hugetlb_counts counts;

    hugetlb_counts_get(&counts);
    return frames_total_count() - counts.total * HUGETLB_PAGES;
}

u64 commit_limit(void)
{
    u64 kbytes = READ_ONCE(limit_kbytes);

    if (kbytes != 0)
        return kbytes_to_pages(kbytes);
    return ordinary_pages() * (u64)(s64)READ_ONCE(ratio) / 100;
}

/* Does the total, with what is asked for in it, stay below the limit? The reserves: root must be
 * able to look what is wrong, and everybody to end a large program. */
static bool fits_strictly(const struct mm *mm)
{
    struct mm_caller caller;
    s64 allowed = (s64)commit_limit();

    caller_describe(&caller);
    if (mm == NULL)
        mm = caller.mm;
    if (!caller.is_admin)
        allowed -= (s64)kbytes_to_pages(READ_ONCE(admin_reserve_kbytes));
    if (mm != NULL)
        allowed -= (s64)min(READ_ONCE(mm->total_pages) / RESERVE_SHARE,
                            kbytes_to_pages(READ_ONCE(user_reserve_kbytes)));
    return (s64)commit_total() < allowed;
}

static bool fits(const struct mm *mm, u64 nr_pages)
{
    switch (READ_ONCE(policy)) {
    case POLICY_ALWAYS:
        return true;
    case POLICY_HEURISTIC:
        return nr_pages <= frames_total_count();
    default:
        return fits_strictly(mm);
    }
}

int commit_charge(const struct mm *mm, u64 nr_pages)
{
    commit_charge_again(mm, nr_pages);
    if (likely(fits(mm, nr_pages)))
        return 0;
    commit_uncharge(mm, nr_pages);
    return -ENOMEM;
}

void commit_charge_again(const struct mm *mm, u64 nr_pages)
{
    fetch_add(total_of(mm), nr_pages);
}

void commit_uncharge(const struct mm *mm, u64 nr_pages)
{
    u64 before = fetch_sub(total_of(mm), nr_pages);

    ASSERT(before >= nr_pages);
}

/* ---- settings: the ratio and the fixed limit replace each other ---- */

static int ratio_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    WRITE_ONCE(ratio, (s32)values[0]);
    WRITE_ONCE(limit_kbytes, 0);
    return 0;
}

static void ratio_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = (u64)(s64)READ_ONCE(ratio);
}

static int kbytes_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    WRITE_ONCE(limit_kbytes, values[0]);
    WRITE_ONCE(ratio, 0);
    return 0;
}

static void kbytes_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = READ_ONCE(limit_kbytes);
}

static const struct sysctl settings[] = {
    {.name = "admin_reserve_kbytes", .kind = SYSCTL_ULONG, .value = &admin_reserve_kbytes},
    {.name = "overcommit_kbytes", .kind = SYSCTL_ULONG, .get = kbytes_get, .set = kbytes_set},
    {.name = "overcommit_memory",
     .value = &policy,
     .minimum = POLICY_HEURISTIC,
     .maximum = POLICY_STRICT},
    {.name = "overcommit_ratio", .get = ratio_get, .set = ratio_set},
    {.name = "user_reserve_kbytes", .kind = SYSCTL_ULONG, .value = &user_reserve_kbytes},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void commit_init(void)
{
    u64 free_kbytes = frames_free_count() << (PAGE_SHIFT - 10);

    admin_reserve_kbytes = min(free_kbytes / RESERVE_SHARE, ADMIN_RESERVE_MAX);
    user_reserve_kbytes = min(free_kbytes / RESERVE_SHARE, USER_RESERVE_MAX);
    sysctl_register(&table);
}
