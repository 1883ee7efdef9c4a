/*
 * Table pages: making and freeing them (table.h).
 *
 * mm.table_pages counts the tables an address space uses; a shared table counts in each. The total
 * counts frames. Lock: none of its own.
 */
#include <kern/failpoint.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <mm/mm.h>

#include "table.h"

static u64 nr_tables;

struct pt_table *pt_table_create(struct mm *mm, unsigned level)
{
    struct pt_table *table;
    struct page *page;

    if (failpoint_should_fail(FAILPOINT_TABLE))
        return NULL;
    page = page_alloc(ALLOC_WAIT | ALLOC_ZERO | ALLOC_USER);
    if (page == NULL)
        return NULL;
    page_flag_set(page, PAGE_TABLE);
    table = pt_table_of_page(page);
    spin_lock_init(&table->lock, LOCK_RANK_TABLE);
    table->sharers = 1;
    table->level = level;
    fetch_add(&mm->table_pages, 1);
    fetch_add(&nr_tables, 1);
    return table;
}

static void pt_table_release(struct rcu_head *head)
{
    struct pt_table *table = container_of(head, struct pt_table, rcu);

    page_put(pt_table_page(table));
}

void pt_table_discard(struct mm *mm, struct pt_table *table)
{
    fetch_sub(&mm->table_pages, 1);
    fetch_sub(&nr_tables, 1);
    page_put(pt_table_page(table));
}

void pt_table_free_deferred(struct pt_table *table)
{
    ASSERT(pt_table_count(table) == 0 && table->sharers == 0);
    fetch_sub(&nr_tables, 1);
    rcu_call(&table->rcu, pt_table_release);
}

u64 pt_table_total(void)
{
    return READ_ONCE(nr_tables);
}
