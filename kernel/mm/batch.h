/*
 * Flush batches: the end of every operation that takes translations away (DESIGN 2.6).
 *
 * A batch collects the range whose translations changed, the frames whose entries were removed and
 * the tables that went away. batch_finish flushes once; only then are frames given up. When
 * the array of frames is full, another frame is taken for more of it; when there is none, the batch
 * flushes early. So a batch never fails. Lock: the owner's stack.
 */
#pragma once

#include <mm/mm.h>

#include "table.h"

#define BATCH_INLINE_PAGES 30
#define BATCH_CHUNK_PAGES  510
#define BATCH_TABLES       8
#define BATCH_BLOCK        1ul

struct batch_chunk {
    struct batch_chunk *next;
    u64 nr;
    struct page *pages[BATCH_CHUNK_PAGES];
};
_Static_assert(sizeof(struct batch_chunk) == PAGE_SIZE, "a chunk is a frame");

struct batch {
    struct mm *mm;
    vaddr_t start, end;       /* what to flush; empty when start >= end */
    bool tables_freed;        /* cached walks must go too */
    struct vm_object *object; /* not NULL: its areas share what is emptied; object.lock is held */
    unsigned nr_pages;
    unsigned nr_tables;
    struct batch_chunk *chunks; /* full ones first in time, newest first in the list */
    struct page
        *pages[BATCH_INLINE_PAGES]; /* as in the chunks; BATCH_BLOCK in the address: a block */
    struct pt_table *tables[BATCH_TABLES];
};

void batch_init(struct batch *batch, struct mm *mm);

/* Translations of [start, end) lost rights or were removed. */
void batch_add_range(struct batch *batch, vaddr_t start, vaddr_t end);

/* Drop one reference to @page once nobody can use a translation of it. May flush.
 * => the range that @page was mapped in was added before */
void batch_add_page(struct batch *batch, struct page *page);

/* Likewise, the huge leaf of the block @block (pt.h 6). */
void batch_add_block(struct batch *batch, struct page *block);

/* Free @table, which is out of reach, once nobody walks it. May flush. */
void batch_add_table(struct batch *batch, struct pt_table *table);

/* Flush, and begin with @mm; what was collected stays. */
void batch_move_to(struct batch *batch, struct mm *mm);

/* Flush and let go. The batch is empty again. => a leaf lock may be held; no lock that a page's
 * last reference needs */
void batch_finish(struct batch *batch);
