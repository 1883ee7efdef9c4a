/* The audit notices: each test damages one thing, sees the invariant named, and repairs it. */
#include "mm/store.h"

#include <lib/string.h>

#include "anon_family.h"
#include "pt.h"

static char report[256];

/* The audit fails, and names @invariant. */
static void expect_broken(const char *invariant)
{
    EXPECT_EQ(mm_audit(report, sizeof(report)), -EUCLEAN);
    if (strncmp(report, invariant, strlen(invariant)) != 0)
        unit_fail(__FILE__, __LINE__, "the report is \"%s\", not of %s", report, invariant);
}

static struct mm *mm;
static long at;

static void start(void)
{
    unsigned i;

    mm = program();
    at = do_map(mm, 0, 20 * PAGE, RW, ANON);
    for (i = 0; i < 20; i++)
        user_write(mm, at + i * PAGE, 1);
    audit();
}

static pte_t *slot_of(vaddr_t addr)
{
    struct pt_cursor cursor;

    EXPECT(pt_lock(&cursor, mm, addr));
    pt_unlock(&cursor);
    return cursor.slot;
}

TEST(a_wrong_counter)
{
    start();
    mm->total_pages++;
    expect_broken("area_counters");
    mm->total_pages--;
    mm->nr_areas++;
    expect_broken("area_order");
    mm->nr_areas--;
    mm->table_pages++;
    expect_broken("table_pages");
    mm->table_pages--;
    audit();
    finish(mm);
}

TEST(a_wrong_gap)
{
    struct vma *vma;

    start();
    EXPECT_EQ(mm_unmap(mm, at + 4 * PAGE, PAGE), 0);
    vma = rb_entry(mm->areas.node, struct vma, node);
    vma->subtree_gap++;
    expect_broken("area_gaps");
    vma->subtree_gap--;
    audit();
    finish(mm);
}

TEST(a_lock_that_cannot_be)
{
    start();
    vma_first(mm)->flags |= VMA_LOCKONFAULT;
    expect_broken("area_flags");
    vma_first(mm)->flags &= ~VMA_LOCKONFAULT;
    vma_first(mm)->flags |= VMA_LOCKED;
    expect_broken("area_counters");
    vma_first(mm)->flags &= ~VMA_LOCKED;
    audit();
    finish(mm);
}

TEST(a_right_the_area_does_not_give)
{
    pte_t *slot, saved;

    start();
    slot = slot_of(at);
    saved = *slot;
    vma_set_flags(vma_first(mm), vma_first(mm)->flags & ~VMA_WRITE);
    expect_broken("area_counters");
    vma_set_flags(vma_first(mm), vma_first(mm)->flags | VMA_WRITE);
    *slot = (pte_t){saved.value & ~PTE_NX};
    expect_broken("entry_rights");
    *slot = saved;
    audit();
    finish(mm);
}

TEST(an_entry_that_nobody_counted)
{
    pte_t *slot;
    pte_t saved;

    start();
    slot = slot_of(at + PAGE);
    saved = *slot;
    *slot = *slot_of(at); /* two entries for one frame, one frame without any */
    expect_broken("map_count");
    *slot = saved;
    audit();
    finish(mm);
}

TEST(a_page_that_its_family_cannot_find)
{
    struct page *page;

    start();
    page = pt_page_of(*slot_of(at));
    page->index += 1000;
    expect_broken("family_walk");
    page->index -= 1000;
    audit();
    finish(mm);
}

TEST(an_object_page_in_the_wrong_place)
{
    struct store *store = store_create(4);
    struct page *page;
    long file;

    start();
    file = do_map_object(mm, &store->object, 0, 4 * PAGE, PROT_READ, MAP_SHARED);
    EXPECT_EQ(user_read(mm, file), 1);
    page = pt_page_of(*slot_of(file));
    page->index = 2;
    expect_broken("entry_object");
    page->index = 0;
    page->references--;
    expect_broken("references");
    page->references++;
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(a_table_with_a_wrong_count)
{
    struct pt_table *table;

    start();
    table = pt_table_of(slot_of(at));
    table->nr[PT_ANONYMOUS]--;
    expect_broken("table_counts");
    table->nr[PT_ANONYMOUS]++;
    table->sharers++;
    expect_broken("upper_entry");
    table->sharers--;
    audit();
    finish(mm);
}
