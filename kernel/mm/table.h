/*
 * Table pages: the frames that hold page tables, and what is known about each.
 *
 * A leaf table (512 entries of level 1) may be shared by several address spaces after fork. Then
 * every level-2 entry that names it lacks write permission, and `sharers` counts those entries.
 * Upper tables belong to one address space.
 *
 * => an entry changes under the lock of its table page; the level-2 entry that names a leaf table
 *    changes under the locks of both, upper table first
 * => a table is freed after an RCU grace period, with every entry empty, so whoever walks the
 * tables without a lock may still look at it and lock it
 */
#pragma once

#include <arch/pte.h>
#include <kern/spinlock.h>
#include <kmem/page.h>
#include <sched/rcu.h>

/* What an entry holds, for the counts. Resident sizes are sums of these over the leaf tables. */
enum pt_kind {
    PT_ANONYMOUS, /* a private page */
    PT_FILE,      /* a page of a file's object */
    PT_SHMEM,     /* a page of a shmem object */
    PT_OTHER,     /* a frame without owner (zero page, device), a special entry, a lower table */
    NR_PT_KINDS,
};

/* Lives in page.user of a table page. */
struct pt_table {
    struct spinlock lock; /* rank TABLE; stays valid while the table waits to be freed */
    union {
        struct {
            union {
                u16 nr[NR_PT_KINDS]; /* (t) entries of each kind */
                u64 all_nr;          /* (t) the same as one word, for a look without the lock */
            };
            u32 sharers; /* (a) level-2 entries that name this leaf table; 1 for upper tables */
            u16 level;   /* (I) level of its entries */
            bool zeroes; /* (t) they came as one huge page of zeroes: see pt_is_zero_block */
        };
        struct rcu_head rcu; /* once nobody can reach it */
    };
};
_Static_assert(sizeof(struct pt_table) <= sizeof(((struct page *)NULL)->user),
               "what is known about a table fits its struct page");

static inline struct pt_table *pt_table_of_page(struct page *page)
{
    return (struct pt_table *)page->user;
}

static inline struct page *pt_table_page(struct pt_table *table)
{
    return container_of((u64(*)[3])table, struct page, user);
}

/* The table whose entries are at (or around) @entries. */
static inline struct pt_table *pt_table_of(const pte_t *entries)
{
    return pt_table_of_page(virt_to_page((const void *)entries));
}

static inline pte_t *pt_table_entries(struct pt_table *table)
{
    return page_to_virt(pt_table_page(table));
}

/* Entries that are not empty. */
static inline unsigned pt_table_count(const struct pt_table *table)
{
    return table->nr[PT_ANONYMOUS] + table->nr[PT_FILE] + table->nr[PT_SHMEM] + table->nr[PT_OTHER];
}

/* The frame of an entry that has an owner, or NULL. */
static inline struct page *pt_page_of(pte_t pte)
{
    if (!pte_is_present(pte) || pte_is_ownerless(pte))
        return NULL;
    return pfn_to_page(pte_pfn(pte));
}

/* The kind of a leaf or special entry that is not empty: of one with pt_page_of() == @page. */
static inline enum pt_kind pt_kind_of_page(const struct page *page)
{
    u32 flags;

    if (page == NULL)
        return PT_OTHER;
    flags = READ_ONCE(page->flags);
    if (flags & PAGE_POOLED)
        return PT_OTHER; /* huge pages of the pool are counted by their areas */
    if (flags & PAGE_PRIVATE_OWNED)
        return PT_ANONYMOUS;
    return flags & PAGE_SHMEM ? PT_SHMEM : PT_FILE;
}

static inline enum pt_kind pt_kind_of(pte_t pte)
{
    return pt_kind_of_page(pt_page_of(pte));
}

struct mm;

/* An empty table charged to @mm, one sharer. NULL when there is no memory (FAILPOINT_TABLE). */
struct pt_table *pt_table_create(struct mm *mm, unsigned level) __must_check;

/* Give up a table that was never reachable. */
void pt_table_discard(struct mm *mm, struct pt_table *table);

/* Free a table that is no longer reachable, after a grace period. => empty, no sharers left */
void pt_table_free_deferred(struct pt_table *table);

/* Tables of all address spaces that exist, for meminfo and the audit. */
u64 pt_table_total(void);
