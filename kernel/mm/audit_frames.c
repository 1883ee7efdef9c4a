/*
 * Invariants of frames: every frame has exactly one owner, map counts are the entries found, the
 * reverse map finds exactly those entries.
 */
#include <lib/bits.h>

#include "anon_family.h"
#include "audit.h"
#include "lazy_free.h"
#include "object_pages.h"

static int frame_fail(struct audit *audit, const char *invariant, const struct page *page,
                      const char *what)
{
    return audit_fail(audit, invariant,
                      "frame %lx (flags %x, references %d, mapped %d, found %u): %s",
                      page_to_pfn(page), page->flags, page->references, page->map_count,
                      audit->found[page_to_pfn(page)], what);
}

static u32 found(const struct audit *audit, const struct page *page)
{
    return audit->found[page_to_pfn(page)];
}

/* Map counts are the entries found; every entry holds a reference. */
static int audit_map_count(struct audit *audit, const struct page *page, int other_references)
{
    if ((u32)page_map_count(page) != found(audit, page))
        return frame_fail(audit, "map_count", page, "entries are missing or too many");
    if (page_references(page) < page_map_count(page) + other_references)
        return frame_fail(audit, "references", page, "fewer than who needs it");
    return 0;
}

static bool count_visit(struct pt_cursor *cursor, void *argument)
{
    (void)cursor;
    (void)argument;
    return true;
}

/* A block knows how many huge leaves name it. */
static int audit_sharers(struct audit *audit, const struct page *page)
{
    u32 leaves = audit->leaves[page_to_pfn(page) / PTE_ENTRIES_PER_TABLE];

    if (page_flag_test(page, PAGE_BLOCK) && page->lru_next != leaves)
        return frame_fail(audit, "block_sharers", page, "is not the number of its huge leaves");
    if (page_flag_test(page, PAGE_LRU) && pt_is_in_block(page))
        return frame_fail(audit, "block_sharers", page, "in a block, and on a list");
    return 0;
}

/* A private page is mapped by somebody, and the walk over its family finds all of them. */
static int audit_private_page(struct audit *audit, struct page *page)
{
    int err = audit_map_count(audit, page, 0);
    int visited;

    if (err == 0)
        err = audit_sharers(audit, page);
    if (err != 0)
        return err;
    if (page_map_count(page) == 0)
        return frame_fail(audit, "private_page", page, "belongs to nobody");
    audit->lazy_free += page_flag_test(page, PAGE_LRU);
    if (page_map_count(page) > 8)
        return 0; /* the walk is not bound to tell so many apart */
    visited = (int)anon_family_walk(page, true, count_visit, NULL);
    if (visited != page_map_count(page))
        return frame_fail(audit, "family_walk", page, "not all entries were found");
    return 0;
}

/*
 * An object's page is in its object, at its index. An area that maps it keeps the object; a page
 * that nobody maps may be leaving an object that is being freed at this moment.
 */
static int audit_object_page(struct audit *audit, struct page *page)
{
    struct vm_object *object = page_owner(page);
    struct page *there;

    if (object == NULL && page_flag_test(page, PAGE_OBJECT))
        return frame_fail(audit, "object_page", page, "without an object");
    if (found(audit, page) == 0 && page_map_count(page) != 0 && page_flag_test(page, PAGE_OBJECT))
        return frame_fail(audit, "map_count", page, "no entry was found");
    if (found(audit, page) == 0)
        return 0;
    spin_lock(&object->lock);
    there = radix_lookup(&object->pages, page->index);
    spin_unlock(&object->lock);
    if (there != page)
        return frame_fail(audit, "object_page", page, "is not in its object");
    return audit_map_count(audit, page, 1);
}

/* A leaf table counts its sharers; one that is in no address space waits to be freed. */
static int audit_table_page(struct audit *audit, struct page *page)
{
    if (pt_table_of_page(page)->level == PTE_LEVELS)
        return 0;
    if (found(audit, page) > 0 && found(audit, page) != pt_table_of_page(page)->sharers)
        return frame_fail(audit, "table_sharers", page, "entries that name the table");
    return 0;
}

#define OWNER_FLAGS                                                                                \
    (PAGE_PRIVATE_OWNED | PAGE_OBJECT | PAGE_TABLE | PAGE_SLAB | PAGE_LARGE | PAGE_RANGE |         \
     PAGE_POOLED | PAGE_FREE | PAGE_RESERVED)

static int audit_frame(struct audit *audit, struct page *page)
{
    u32 flags = READ_ONCE(page->flags);

    if (popcount(flags & OWNER_FLAGS) > 1)
        return frame_fail(audit, "frame_owner", page, "more than one owner");
    if (flags & PAGE_PRIVATE_OWNED)
        return audit_private_page(audit, page);
    if (flags & PAGE_OBJECT)
        return audit_object_page(audit, page);
    if (flags & PAGE_POOLED)
        return audit_map_count(audit, page, 0);
    if (flags & PAGE_TABLE)
        return audit_table_page(audit, page);
    if (found(audit, page) > 0)
        return frame_fail(audit, "frame_owner", page, "mapped, but not user memory");
    if ((flags & PAGE_FREE) && page_references(page) != 0)
        return frame_fail(audit, "frame_owner", page, "free, but referenced");
    return 0;
}

/* Count a frame for the totals of meminfo, as account_map_page does. */
static void count_mapped(struct audit *audit, const struct page *page)
{
    if (found(audit, page) == 0)
        return;
    if (page_flag_test(page, PAGE_PRIVATE_OWNED))
        audit->anonymous++;
    else if (page_flag_test(page, PAGE_OBJECT))
        audit->mapped++;
}

int audit_frames(struct audit *audit)
{
    pfn_t pfn;

    for (pfn = 0; pfn < page_map_end; pfn++) {
        struct page *page = pfn_to_page(pfn);
        int err;

        if (page_references(page) == 0 && found(audit, page) == 0)
            continue;
        err = audit_frame(audit, page);
        if (err != 0)
            return err;
        count_mapped(audit, page);
    }
    if (audit->lazy_free != lazy_free_count())
        return audit_fail(audit, "lazy_free", "%lu pages are marked, %lu on the list",
                          audit->lazy_free, lazy_free_count());
    return 0;
}
