/*
 * Transparent huge pages: where they are allowed, and what was counted (thp.c, fault_huge.c).
 */
#pragma once

#include "vma.h"

#define THP_SIZE  (PAGE_SIZE * 512)
#define THP_ORDER 9

/* May the area have some at all? */
bool thp_is_possible(const struct vma *vma);

/* May faults in the area use them, where there is room? */
bool thp_is_enabled(const struct vma *vma);

/* Is there an aligned 2 MiB in the area? */
bool thp_has_room(const struct vma *vma);

/* Does a read fault map zeroes for all of a huge page? */
bool thp_uses_zeroes(void);

/* Is it worth reclaiming memory for a huge page in this area? */
bool thp_is_worth_effort(const struct vma *vma);

/* A block for a huge page, split into single frames; NULL: none is to be had, with effort or
 * without. */
struct page *thp_alloc(bool effort, bool zeroed) __must_check;

/* Events since boot, as /proc/vmstat names them. */
enum thp_event {
    THP_FAULT_ALLOC,
    THP_FAULT_FALLBACK,
    THP_COLLAPSE_ALLOC,
    THP_COLLAPSE_ALLOC_FAILED,
    THP_SPLIT_PMD,
    NR_THP_EVENTS
};
void thp_count(enum thp_event event);

/* => once, at boot: from how much memory there is */
void thp_init(void);
