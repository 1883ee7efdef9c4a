/* The audit notices: each test damages one thing, sees the invariant named, and repairs it. */
#include "mm/door.h"
#include "mm/store.h"

#include <lib/string.h>

#include <kmem/frames.h>
#include <mm/userfault.h>

#include "account.h"
#include "anon_family.h"
#include "commit.h"
#include "hugetlb.h"
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

TEST(an_area_that_asks_wrongly)
{
    struct userfault *userfault, *another;
    struct mm *other;
    struct vma *vma;

    start();
    other = mm_create();
    userfault = userfault_create(mm, false);
    another = userfault_create(other, false);
    EXPECT(userfault_enable(userfault, 0));
    EXPECT_EQ(userfault_register(userfault, at, 20 * PAGE, VMA_ASK_MISSING), 0);
    audit();
    vma = vma_find_at(mm, at);
    vma->userfault = another;
    expect_broken("area_userfault");
    vma->userfault = NULL;
    expect_broken("area_userfault");
    vma->userfault = userfault;
    vma->flags &= ~VMA_ASK_MISSING;
    expect_broken("area_userfault");
    vma->flags |= VMA_ASK_MISSING;
    audit();
    *slot_of(at) = pte_set_uffd_wp(*slot_of(at));
    expect_broken("entry_guard");
    *slot_of(at) = pte_clear_uffd_wp(*slot_of(at));
    userfault_close(userfault);
    userfault_close(another);
    mm_put_user(other);
    finish(mm);
}

TEST(an_area_that_its_door_did_not_count)
{
    struct vm_object *object = vm_object_create_shmem(4 * PAGE);
    struct door door = {.areas = 0};

    start();
    EXPECT(do_attach(mm, 0, object, &door) > 0);
    audit();
    door.areas++;
    expect_broken("door_count");
    door.areas--;
    audit();
    finish(mm);
    vm_object_put(object);
    fake_run_deferred();
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

TEST(a_page_given_up_by_nobody)
{
    struct page *page;

    start();
    page = pt_page_of(*slot_of(at));
    page_flag_set(page, PAGE_LRU);
    expect_broken("lazy_free");
    page_flag_clear(page, PAGE_LRU);
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

TEST(an_entry_whose_writes_nobody_would_notice)
{
    pte_t *slot;

    start();
    EXPECT_EQ(mm_clear_references(mm, MM_CLEAR_SOFT_DIRTY), 0);
    user_write(mm, at, 1); /* soft-dirty by the fault */
    audit();
    slot = slot_of(at);
    *slot = pte_clear_soft_dirty(*slot);
    expect_broken("entry_soft_dirty");
    *slot = pte_set_soft_dirty(*slot);
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

TEST(neighbours_that_could_be_one)
{
    struct vma *low;
    u32 flags;

    start();
    EXPECT_EQ(mm_unmap(mm, at, 20 * PAGE), 0);
    at = do_map(mm, 0, 4 * PAGE, RW, ANON);
    EXPECT_EQ(mm_protect(mm, at, PAGE, PROT_READ), 0);
    low = vma_find(mm, at);
    flags = low->flags;
    vma_set_flags(low, vma_next(low)->flags);
    expect_broken("area_merging");
    vma_set_flags(low, flags);
    audit();
    finish(mm);
}

TEST(flags_that_do_not_go_together)
{
    struct vma *vma;
    u32 flags;

    start();
    vma = vma_find(mm, at);
    flags = vma->flags;
    vma->flags = flags | VMA_SHARED;
    expect_broken("area_flags");
    vma->flags = flags & ~VMA_ACCOUNT;
    expect_broken("area_flags");
    vma->flags = flags | VMA_LOCKONFAULT;
    expect_broken("area_flags");
    vma->flags = flags;
    audit();
    finish(mm);
}

TEST(an_object_that_is_wrong_about_itself)
{
    struct store *store = store_create(4);
    struct vma *vma;
    long file;

    start();
    file = do_map_object(mm, &store->object, 0, 4 * PAGE, PROT_READ, MAP_SHARED);
    vma = vma_find(mm, file);
    vma_leave_object(vma);
    expect_broken("area_objects");
    vma_enter_object(vma);
    store->object.nr_pages++;
    expect_broken("object_tree");
    store->object.nr_pages--;
    store->object.writable_maps++;
    expect_broken("object_tree");
    store->object.writable_maps--;
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(an_object_page_without_an_object)
{
    struct store *store = store_create(4);
    struct page *page;
    long file;

    start();
    file = do_map_object(mm, &store->object, 0, 4 * PAGE, PROT_READ, MAP_SHARED);
    EXPECT_EQ(user_read(mm, file), 1);
    page = pt_page_of(*slot_of(file));
    EXPECT_EQ(mm_unmap(mm, file, 4 * PAGE), 0);
    page_set_owner(page, NULL);
    expect_broken("object_page");
    page_set_owner(page, &store->object);
    audit();
    finish(mm);
    store_destroy(store);
}

TEST(the_page_of_zeroes_made_writable)
{
    pte_t *slot, saved;
    long more;

    start();
    more = do_map(mm, 0, PAGE, RW, ANON);
    EXPECT_EQ(user_read(mm, more), 0);
    slot = slot_of(more);
    saved = *slot;
    *slot = pte_set_writable(pte_set_soft_dirty(saved));
    expect_broken("entry_ownerless");
    *slot = saved;
    audit();
    finish(mm);
}

TEST(a_private_page_of_somebody_else)
{
    struct page *page;

    start();
    page = pt_page_of(*slot_of(at));
    page->owner_code++;
    expect_broken("entry_private");
    page->owner_code--;
    page_flag_clear(page, PAGE_PRIVATE_OWNED);
    expect_broken("entry_owner");
    page_flag_set(page, PAGE_PRIVATE_OWNED);
    audit();
    finish(mm);
}

TEST(a_private_page_that_nobody_maps)
{
    struct page *page = page_alloc(ALLOC_WAIT);

    start();
    page_flag_set(page, PAGE_PRIVATE_OWNED);
    page->map_count = 0;
    expect_broken("private_page");
    page_flag_clear(page, PAGE_PRIVATE_OWNED);
    audit();
    page_put(page);
    finish(mm);
}

TEST(a_shared_table_with_one_sharer_too_many)
{
    struct pt_table *table;
    struct mm *child;
    long large;
    u64 i;

    start();
    large = do_map(mm, 0, 1024 * PAGE, RW, ANON);
    for (i = 0; i < 1024; i++)
        user_write(mm, large + i * PAGE, 1);
    child = mm_fork(mm);
    table = pt_table_of(slot_of(align_up(large, PT_LEAF_SPAN)));
    EXPECT_EQ(table->sharers, 2);
    table->sharers++;
    expect_broken("table_sharers");
    table->sharers--;
    audit();
    finish(child);
    finish(mm);
}

TEST(a_frame_with_two_owners_and_a_free_one_in_use)
{
    struct page *page;
    pfn_t pfn = 0;

    start();
    page = pt_page_of(*slot_of(at));
    page_flag_set(page, PAGE_SLAB);
    expect_broken("frame_owner");
    page_flag_clear(page, PAGE_SLAB);
    while (!page_flag_test(pfn_to_page(pfn), PAGE_FREE))
        pfn++;
    page = pfn_to_page(pfn);
    page->references++;
    expect_broken("frame_owner");
    page->references--;
    audit();
    finish(mm);
}

TEST(a_damaged_free_list)
{
    pfn_t pfn = 0;

    start();
    while (!page_flag_test(pfn_to_page(pfn), PAGE_BUDDY))
        pfn++;
    page_flag_clear(pfn_to_page(pfn), PAGE_BUDDY);
    expect_broken("free_frames");
    page_flag_set(pfn_to_page(pfn), PAGE_BUDDY);
    audit();
    finish(mm);
}

TEST(a_huge_leaf_that_is_wrong_about_its_block)
{
    struct page *block;
    pte_t *slot, leaf;
    long huge;

    mm_huge_set(MM_HUGE_ENABLED, MM_HUGE_ALWAYS);
    start();
    huge = do_map(mm, 0x40000000, PT_LEAF_SPAN, RW, ANON | MAP_FIXED);
    EXPECT_EQ(user_write(mm, huge, 1), 0);
    mm_huge_set(MM_HUGE_ENABLED, MM_HUGE_NEVER);
    audit();
    slot = slot_of(huge);
    leaf = *slot;
    block = pt_page_of(leaf);
    block->lru_next = 2;
    expect_broken("huge_leaf"); /* writable, but shared */
    pte_store(slot, pte_clear_writable(leaf));
    expect_broken("block_sharers");
    block->lru_next = 1;
    pte_store(slot, leaf);
    page_flag_clear(block, PAGE_BLOCK);
    expect_broken("huge_leaf");
    page_flag_set(block, PAGE_BLOCK);
    account_total_add(ACCOUNT_ANONYMOUS_HUGE, 1);
    expect_broken("huge_total");
    account_total_add(ACCOUNT_ANONYMOUS_HUGE, -1);
    audit();
    finish(mm);
}

TEST(a_huge_page_that_was_set_aside_for_another)
{
    struct vm_object *object;
    struct vma *vma;
    pte_t *slot, leaf;
    long huge;

    hugetlb_set_aside(2);
    start();
    object = hugetlb_object_create(2 * HUGETLB_SIZE);
    huge = do_map_object(mm, object, 0, 2 * HUGETLB_SIZE, RW, MAP_SHARED);
    EXPECT_EQ(user_write(mm, huge, 1), 0);
    EXPECT_EQ(user_write(mm, huge + HUGETLB_SIZE, 2), 0);
    audit();
    slot = slot_of(huge);
    leaf = *slot;
    pte_store(slot, *slot_of(huge + HUGETLB_SIZE));
    expect_broken("hugetlb_leaf");
    pte_store(slot, leaf);
    vma = vma_find_at(mm, huge);
    vma->flags |= VMA_HUGETLB_OWNER;
    expect_broken("area_hugetlb");
    vma->flags &= ~VMA_HUGETLB_OWNER;
    audit();
    finish(mm);
    vm_object_put(object);
    fake_run_deferred();
    EXPECT_EQ(hugetlb_reserve(1), 0);
    expect_broken("hugetlb_pool"); /* promised to nobody */
    hugetlb_unreserve(1);
    hugetlb_set_aside(0);
    audit();
}

TEST(wrong_totals)
{
    struct pt_table *table;

    start();
    commit_charge_again(mm, 1);
    expect_broken("committed");
    commit_uncharge(mm, 1);
    commit_charge_again(NULL, 1);
    audit(); /* an object that is about to be: nothing stops those */
    commit_uncharge(NULL, 1);
    table = pt_table_create(mm, 1);
    mm->table_pages--;
    expect_broken("table_total");
    mm->table_pages++;
    pt_table_discard(mm, table);
    account_total_add(ACCOUNT_ANONYMOUS, 1);
    expect_broken("resident_totals");
    account_total_add(ACCOUNT_ANONYMOUS, -1);
    account_total_add(ACCOUNT_MAPPED, 1);
    expect_broken("resident_totals");
    account_total_add(ACCOUNT_MAPPED, -1);
    audit();
    finish(mm);
}
