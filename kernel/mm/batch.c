/* Flush batches (batch.h). */
#include <kmem/frames.h>

#include "batch.h"
#include "object_areas.h"
#include "pt.h"

void batch_init(struct batch *batch, struct mm *mm)
{
    batch->mm = mm;
    batch->start = USER_END;
    batch->end = 0;
    batch->tables_freed = false;
    batch->object = NULL;
    batch->nr_pages = 0;
    batch->nr_tables = 0;
    batch->chunks = NULL;
}

void batch_add_range(struct batch *batch, vaddr_t start, vaddr_t end)
{
    batch->start = min(batch->start, start);
    batch->end = max(batch->end, end);
}

/* A further chunk; false when there is no frame for it. Never waits: a leaf lock may be held. It
 * and batch_flush_early out of line, as they are on no quick way. */
static __noinline bool batch_grow(struct batch *batch)
{
    struct batch_chunk *chunk = frame_alloc(0);

    if (chunk == NULL)
        return false;
    chunk->next = batch->chunks;
    chunk->nr = 0;
    batch->chunks = chunk;
    return true;
}

static void flush(struct batch *batch)
{
    if (batch->start < batch->end || batch->tables_freed)
        arch_mmu_flush(&batch->mm->mmu, batch->start < batch->end ? batch->start : 0,
                       batch->start < batch->end ? batch->end : USER_END, batch->tables_freed);
}

/* Those that share a table with this one see its pages go, and were not flushed yet. */
static void flush_sharers(struct vm_object *object)
{
    struct interval_node *node;

    interval_for_each (node, object_area, &object->areas, 0, ~0ul) {
        struct vma *vma = vma_of_object_node(node);

        arch_mmu_flush(&vma->mm->mmu, vma->start, vma->end, false);
    }
}

/* In the middle of the range that is being emptied: what is left of it belongs to it as before. */
static __noinline void batch_flush_early(struct batch *batch)
{
    struct vm_object *object = batch->object;
    vaddr_t start = batch->start;
    vaddr_t end = batch->end;

    if (object != NULL)
        flush_sharers(object);
    batch_finish(batch);
    batch->object = object;
    batch_add_range(batch, start, end);
}

void batch_move_to(struct batch *batch, struct mm *mm)
{
    flush(batch);
    batch->mm = mm;
    batch->start = USER_END;
    batch->end = 0;
    batch->tables_freed = false;
}

void batch_add_page(struct batch *batch, struct page *page)
{
    DEBUG_ASSERT(batch->start < batch->end);
    if (likely(batch->nr_pages < BATCH_INLINE_PAGES)) {
        batch->pages[batch->nr_pages++] = page;
        return;
    }
    if ((batch->chunks == NULL || batch->chunks->nr == BATCH_CHUNK_PAGES) && !batch_grow(batch)) {
        batch_flush_early(batch);
        batch->pages[batch->nr_pages++] = page;
        return;
    }
    batch->chunks->pages[batch->chunks->nr++] = page;
}

void batch_add_block(struct batch *batch, struct page *block)
{
    batch_add_page(batch, (struct page *)((unsigned long)block | BATCH_BLOCK));
}

void batch_add_table(struct batch *batch, struct pt_table *table)
{
    if (batch->nr_tables == BATCH_TABLES)
        batch_finish(batch);
    batch->tables[batch->nr_tables++] = table;
    batch->tables_freed = true;
}

static void let_go(struct page *page)
{
    unsigned long address = (unsigned long)page;

    if (unlikely(address & BATCH_BLOCK))
        pt_block_drop((struct page *)(address - BATCH_BLOCK));
    else
        page_put(page);
}

static void batch_put_chunks(struct batch *batch)
{
    while (batch->chunks != NULL) {
        struct batch_chunk *chunk = batch->chunks;
        u64 i;

        for (i = 0; i < chunk->nr; i++)
            let_go(chunk->pages[i]);
        batch->chunks = chunk->next;
        frame_free(chunk);
    }
}

void batch_finish(struct batch *batch)
{
    unsigned i;

    flush(batch);
    for (i = 0; i < batch->nr_tables; i++)
        pt_table_free_deferred(batch->tables[i]);
    for (i = 0; i < batch->nr_pages; i++)
        let_go(batch->pages[i]);
    batch_put_chunks(batch);
    batch_init(batch, batch->mm);
}
