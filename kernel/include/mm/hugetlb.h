/*
 * Huge pages that are set aside: the pool, and objects made of them (hugetlbfs, MAP_HUGETLB,
 * MFD_HUGETLB, SHM_HUGETLB).
 *
 * 1. A huge page is a block of 512 frames on its natural alignment (PAGE_POOLED on each, and a
 *    reference of its own on each, so that whoever holds a single frame keeps the block). The
 *    frames of a block that nobody uses belong to the pool, with one reference each.
 * 2. The pool (mm/hugetlb_pool.c) counts blocks: in all, free, and of the free ones those that are
 *    promised. What is promised beyond what is set aside (vm.nr_hugepages) is taken from the rest
 *    of memory as surplus, up to vm.nr_overcommit_hugepages, and given back.
 * 3. An object with VM_OBJECT_HUGETLB has huge pages in its tree, by number of the huge page, or
 *    in place of one that is promised but was never touched a mark (mm/hugetlb_object.c). So the
 *    tree is the list of promises of shared memory. An area that is private promises for itself:
 *    as many as its level-2 entries say were never used (mm/hugetlb.h).
 * 4. Everything about an object's huge pages, the entries that name them included, changes with
 *    object.resize held for writing, except that an area may go away.
 */
#pragma once

#include <abi/mman.h>
#include <mm/object.h>

#define HUGETLB_SHIFT 21
#define HUGETLB_SIZE  (1UL << HUGETLB_SHIFT)
#define HUGETLB_PAGES 512 /* frames of a block */

/* ---- the pool ---- */

struct hugetlb_counts {
    u64 total;      /* blocks that exist, surplus ones too */
    u64 free;       /* of those: used by nobody */
    u64 reserved;   /* of the free ones: promised */
    u64 surplus;    /* beyond what was set aside */
    u64 set_aside;  /* vm.nr_hugepages */
    u64 overcommit; /* vm.nr_overcommit_hugepages: how many surplus ones there may be */
};
void hugetlb_counts_get(struct hugetlb_counts *counts);

/* Set aside @nr blocks, or as many as there are to be had; may sleep. */
void hugetlb_set_aside(u64 nr);
void hugetlb_set_overcommit(u64 nr);

/* The group whose members may have SHM_HUGETLB segments (vm.hugetlb_shm_group). */
u32 hugetlb_shm_group(void);

/* Is MAP_HUGE_* (or MFD_HUGE_*, SHM_HUGE_*), shifted down, a size of huge pages; and one that there
 * can be in the pool? */
bool hugetlb_size_is_known(unsigned shift);
bool hugetlb_size_is_had(unsigned shift);

/* ---- objects ---- */

/* An object of @size bytes (a multiple of HUGETLB_SIZE) that is no file's; areas promise nothing of
 * it, the caller does or does not. ERR_PTR(-ENOMEM); one reference */
struct vm_object *hugetlb_object_create(u64 size) __must_check;

/*
 * hugetlb_object_promise: promise the huge pages [first, first + nr) that were not promised yet.
 * => object.resize not held; may sleep; -ENOMEM: the pool has too few
 */
int hugetlb_object_promise(struct vm_object *object, u64 first, u64 nr) __must_check;

/* Set the size (a multiple of HUGETLB_SIZE); make a hole of bytes. Unmaps, drops, takes promises
 * back. May sleep. */
void hugetlb_object_resize(struct vm_object *object, u64 size);
void hugetlb_object_punch(struct vm_object *object, u64 offset, u64 len);

/* The size is at least @size from here on. */
void hugetlb_object_grow(struct vm_object *object, u64 size);

/* Have the huge page @index in memory. => -ENOSPC, -ENOMEM */
int hugetlb_object_fill(struct vm_object *object, u64 index) __must_check;

/* The huge page @index, each frame referenced; NULL: there is none. */
struct page *hugetlb_object_get(struct vm_object *object, u64 index);
void hugetlb_block_put(struct page *block);
