/*
 * Areas of huge pages: what they promise, emptying them, moving them (hugetlb.h).
 *
 * Each level-2 entry changes by comparing and replacing under the lock of its table, because an
 * area can go away (under its map_lock) while its object is being truncated (under object.resize).
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <lib/atomic.h>

#include "hugetlb.h"
#include "object_areas.h"

bool hugetlb_is_spent(pte_t entry)
{
    if (pte_is_empty(entry))
        return false;
    return !pte_is_present(entry) || pte_is_noted(entry) || hugetlb_is_private(pt_page_of(entry));
}

u64 hugetlb_area_promised(const struct vma *vma)
{
    u64 promised = (vma->end - vma->start) / HUGETLB_SIZE;
    vaddr_t addr = vma->start;
    pte_t *slot;

    if (!(vma->flags & VMA_HUGETLB_OWNER))
        return 0;
    while ((slot = pt_next_upper(vma->mm, &addr, vma->end)) != NULL) {
        promised -= hugetlb_is_spent(pte_load(slot));
        addr += HUGETLB_SIZE;
    }
    return promised;
}

void hugetlb_area_leave(const struct vma *vma)
{
    if (vma_is_hugetlb(vma))
        hugetlb_unreserve(hugetlb_area_promised(vma));
}

/* ---- emptying ---- */

/* What stays where @entry was unmapped from an area that stays. */
static pte_t remains_of(const struct vma *vma, pte_t entry)
{
    bool spent = (vma->flags & VMA_HUGETLB_OWNER) && hugetlb_is_spent(entry);

    return spent ? HUGETLB_SPENT : pte_empty();
}

/* The frames of an entry that is gone, and their references, go to the batch. */
static void give_frames(struct batch *batch, vaddr_t addr, pte_t entry)
{
    batch_add_range(batch, addr, addr + HUGETLB_SIZE);
    batch_add_block(batch, pt_page_of(entry));
}

static void zap_entry(struct batch *batch, const struct vma *vma, vaddr_t addr, pte_t remains,
                      pte_t entry)
{
    while (pte_is_present(entry)) {
        if (pt_replace_upper(vma->mm, addr, entry, remains)) {
            give_frames(batch, addr, entry);
            return;
        }
        entry = pt_peek_upper(vma->mm, addr); /* the processor noted something, or it is gone */
    }
}

void hugetlb_zap(struct batch *batch, const struct vma *vma, vaddr_t start, vaddr_t end)
{
    vaddr_t addr = start;
    pte_t *slot;

    while ((slot = pt_next_upper(vma->mm, &addr, end)) != NULL) {
        pte_t entry = pte_load(slot);

        if (pte_is_present(entry))
            zap_entry(batch, vma, addr, remains_of(vma, entry), entry);
        addr += HUGETLB_SIZE;
    }
}

void hugetlb_zap_copies(const struct vma *owner, u64 index, const struct page *block)
{
    struct vm_object *object = owner->object;
    u64 page = index * HUGETLB_PAGES;
    struct interval_node *node;

    spin_lock(&object->lock);
    interval_for_each (node, object_area, &object->areas, page, page) {
        struct vma *vma = vma_of_object_node(node);
        vaddr_t addr = vma->start + ((page - vma->offset) << PAGE_SHIFT);
        pte_t entry = pt_peek_upper(vma->mm, addr);
        struct batch batch;

        if (vma == owner || (vma->flags & (VMA_SHARED | VMA_HUGETLB_OWNER)) ||
            pt_page_of(entry) != block)
            continue;
        batch_init(&batch, vma->mm);
        zap_entry(&batch, vma, addr, HUGETLB_SPENT, entry);
        batch_finish(&batch);
    }
    spin_unlock(&object->lock);
}

/* ---- entries ---- */

void hugetlb_block_map(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++) {
        page_get(block + i);
        page_map_count_add(block + i, 1);
    }
}

void hugetlb_block_unmap(struct page *block)
{
    unsigned i;

    for (i = 0; i < HUGETLB_PAGES; i++) {
        page_map_count_add(block + i, -1);
        page_put(block + i);
    }
}

/* ---- forking ---- */

/* The parent's entry without write permission, and what the child gets. */
static pte_t share_entry(const struct vma *vma, vaddr_t addr)
{
    pte_t entry = pt_peek_upper(vma->mm, addr);

    while (pte_is_present(entry) &&
           !pt_replace_upper(vma->mm, addr, entry, pte_clear_writable(entry)))
        entry = pt_peek_upper(vma->mm, addr);
    return pte_clear_writable(entry);
}

int hugetlb_copy(struct mm *child, const struct vma *vma, struct batch *batch)
{
    vaddr_t addr = vma->start;

    while (pt_next_upper(vma->mm, &addr, vma->end) != NULL) {
        pte_t entry = share_entry(vma, addr);

        if (pte_is_present(entry)) {
            if (IS_ERR(pt_make_upper(child, addr)))
                return -ENOMEM;
            hugetlb_block_map(pt_page_of(entry));
            if (!pt_replace_upper(child, addr, pte_empty(), pte_clear_noted(entry)))
                panic("hugetlb: the child has an entry already");
            batch_add_range(batch, addr, addr + HUGETLB_SIZE);
        }
        addr += HUGETLB_SIZE;
    }
    return 0;
}

/* ---- moving ---- */

int hugetlb_move_reserve(struct mm *mm, vaddr_t from, vaddr_t to, size_t len)
{
    size_t done;

    for (done = 0; done < len; done += HUGETLB_SIZE) {
        pte_t *slot = pt_make_upper(mm, to + done);

        if (!IS_ERR(slot))
            slot = pt_make_upper(mm, from + done);
        if (IS_ERR(slot))
            return PTR_ERR(slot);
    }
    return 0;
}

void hugetlb_move(struct batch *batch, const struct vma *vma, vaddr_t from, vaddr_t to, size_t len)
{
    pte_t left = vma->flags & VMA_HUGETLB_OWNER ? HUGETLB_SPENT : pte_empty();
    size_t done;

    for (done = 0; done < len; done += HUGETLB_SIZE) {
        pte_t entry = pt_peek_upper(vma->mm, from + done);

        while (!pt_replace_upper(vma->mm, from + done, entry, left))
            entry = pt_peek_upper(vma->mm, from + done);
        if (pte_is_empty(entry))
            continue;
        arch_mmu_flush(&vma->mm->mmu, from + done, from + done + HUGETLB_SIZE, false);
        if (pte_is_present(entry))
            entry = pte_set_soft_dirty(entry); /* a marker has no such bit */
        if (!pt_replace_upper(vma->mm, to + done, pte_empty(), entry))
            panic("hugetlb: the place to move to was not empty");
    }
    batch_add_range(batch, from, from + len);
}

/* ---- counting ---- */

static void count_mapped(struct hugetlb_mapped *mapped, pte_t entry)
{
    struct page *block = pt_page_of(entry);
    bool private = hugetlb_is_private(block);
    u64 users = (u64)page_map_count(block);

    mapped->nr++;
    mapped->shared += users >= 2;
    mapped->private += private;
    mapped->dirty += pte_is_dirty(entry) || !private;
    mapped->users_max = max(mapped->users_max, users);
}

struct hugetlb_mapped hugetlb_area_mapped(struct vma *vma)
{
    struct hugetlb_mapped mapped = {0};
    vaddr_t addr = vma->start;
    pte_t *slot;

    while ((slot = pt_next_upper(vma->mm, &addr, vma->end)) != NULL) {
        pte_t entry = pte_load(slot);

        if (pte_is_present(entry))
            count_mapped(&mapped, entry);
        addr += HUGETLB_SIZE;
    }
    return mapped;
}

u64 mm_hugetlb_mapped(struct mm *mm)
{
    struct vma *vma;
    u64 nr = 0;

    read_lock(&mm->map_lock);
    vma_for_each (vma, mm) {
        if (vma_is_hugetlb(vma))
            nr += hugetlb_area_mapped(vma).nr;
    }
    read_unlock(&mm->map_lock);
    return nr;
}
