/*
 * Areas of huge pages (mm/hugetlb.h has the theory), for the files of this room.
 *
 * A level-2 entry of such an area is empty, a huge leaf, or the marker HUGETLB_SPENT. In a private
 * area that promised its memory (VMA_HUGETLB_OWNER) the marker says that the huge page promised
 * here was used and given back, and so does a note in the entry of an object's page; what is
 * neither, nor a private page, is still promised. In a
 * copy of such an area (fork) it says that the page was taken back for the owner: touching it
 * raises SIGBUS.
 */
#pragma once

#include <mm/hugetlb.h>

#include "pt.h"

#define HUGETLB_SPENT pte_make_special(PTE_SPECIAL_MARKER, 1)

static inline bool vma_is_hugetlb(const struct vma *vma)
{
    return vma->flags & VMA_HUGETLB;
}

/* Of a private area: in no object. */
static inline bool hugetlb_is_private(const struct page *block)
{
    return page_owner(block) == NULL;
}

/* Was the huge page that a private area promised at this entry used? */
bool hugetlb_is_spent(pte_t entry);

/* The number of the huge page at @addr in the area's object. */
static inline u64 hugetlb_index(const struct vma *vma, vaddr_t addr)
{
    return vma_index(vma, addr) / HUGETLB_PAGES;
}

/* ---- hugetlb_pool.c ---- */

/*
 * hugetlb_reserve: promise @nr blocks, from surplus when too few are free.
 * => may sleep; -ENOMEM
 */
int hugetlb_reserve(u64 nr) __must_check;
void hugetlb_unreserve(u64 nr);

/*
 * hugetlb_take: a block, each frame with one reference and no owner; contents unknown.
 * => @promised: one that hugetlb_reserve promised, which then is promised no more: always there
 * => NULL: all are used or promised, and no surplus is allowed
 */
struct page *hugetlb_take(bool promised) __must_check;

/* Give back a block that was taken and not used, with the promise. */
void hugetlb_untake(struct page *block, bool promised);

/* Blocks there are and free ones, counted, for the audit; false: a list is damaged. */
bool hugetlb_pool_check(u64 *free);

/* Nobody changes its size meanwhile. */
void hugetlb_pool_freeze(void);
void hugetlb_pool_thaw(void);

/* => once, at boot */
void hugetlb_pool_init(void);

/* ---- hugetlb_object.c ---- */

/* The block at @index without a reference; NULL: none. => resize held */
struct page *hugetlb_find(struct vm_object *object, u64 index);

/* The same, made when absent. => resize held for writing; -ENOSPC: the pool is empty; -ENOMEM */
int hugetlb_fill(struct vm_object *object, u64 index, struct page **out) __must_check;

/* Drop the huge pages and promises of [first, last]. => nothing maps them; resize held for writing,
 * or the last reference gone */
void hugetlb_drop(struct vm_object *object, u64 first, u64 last);

/* Around the audit: nobody without a map_lock changes promises or the pool. May sleep. */
void hugetlb_freeze(void);
void hugetlb_thaw(void);

void hugetlb_object_init(void);

/* Promises of all objects together, for the audit. */
u64 hugetlb_promised_by_objects(void);

/* ---- hugetlb_area.c ---- */

/* May a range of the area begin or end at @addr? */
static inline bool hugetlb_can_cut(const struct vma *vma, vaddr_t addr)
{
    return !vma_is_hugetlb(vma) || is_aligned(addr, HUGETLB_SIZE);
}

/* Huge pages that the area still promises: 0 unless it is an owner. => map_lock held */
u64 hugetlb_area_promised(const struct vma *vma);

/* The area is about to be unmapped as a whole. => map_lock held for writing */
void hugetlb_area_leave(const struct vma *vma);

/* Empty the entries of [start, end), a part of the area. => object.resize held for writing, or the
 * area is in its object's tree and object.lock held */
void hugetlb_zap(struct batch *batch, const struct vma *vma, vaddr_t start, vaddr_t end);

/* Take @block from all areas but @owner's whose process has it as a copy. => as above */
void hugetlb_zap_copies(const struct vma *owner, u64 index, const struct page *block);

/*
 * mremap: upper tables for both ranges; move what is promised and what is there. The old range
 * keeps nothing that could be given back.
 * => map_lock held for writing; -ENOMEM
 */
int hugetlb_move_reserve(struct mm *mm, vaddr_t from, vaddr_t to, size_t len) __must_check;
void hugetlb_move(struct batch *batch, const struct vma *vma, vaddr_t from, vaddr_t to, size_t len);

/* fork: the pages of the private area @vma are the child's too, copied on write. => as pt_copy */
int hugetlb_copy(struct mm *child, const struct vma *vma, struct batch *batch) __must_check;

/* One more entry names @block, with references; one less. */
void hugetlb_block_map(struct page *block);
void hugetlb_block_unmap(struct page *block);

/* Huge pages of the area that are mapped. */
struct hugetlb_mapped {
    u64 nr;
    u64 shared;    /* of those: mapped elsewhere, too */
    u64 private;   /* in no object */
    u64 dirty;     /* written to through the area, or an object's, whose contents must stay */
    u64 users_max; /* entries that name the one mapped most often */
};
struct hugetlb_mapped hugetlb_area_mapped(struct vma *vma);

/* ---- pt_huge.c ---- */

/*
 * pt_replace_upper: the level-2 entry of @addr becomes @new if it is @old.
 * => references, map counts and flushes are the caller's; false: it was another, or no table
 * => both are empty, special, or huge leaves of pooled frames
 */
bool pt_replace_upper(struct mm *mm, vaddr_t addr, pte_t old, pte_t new) __must_check;
