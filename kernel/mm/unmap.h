/* Removing mappings, for the operations that do it among other things (munmap.c). */
#pragma once

#include "pt.h"

/*
 * What removing [start, end) needs: areas to cut with, and page tables of one's own at the edges.
 */
struct unmap_reserve {
    struct vma_reserve areas;
    bool trims; /* one area loses one of its ends: nothing is cut */
    struct pt_range range;
};

/*
 * unmap_reserve: => map_lock held for writing; an area overlaps the range
 * => -ENOMEM: no memory, or an area would be cut in two above MAX_MAP_COUNT
 */
int unmap_reserve(struct unmap_reserve *reserve, struct mm *mm, vaddr_t start,
                  vaddr_t end) __must_check;
void unmap_release(struct unmap_reserve *reserve);

/* Cannot fail. The batch still has to be finished; until then frames are only on their way out. */
void unmap_commit(struct unmap_reserve *reserve, struct batch *batch);

/* All three, for a range that is known to be good. => map_lock held for writing; -ENOMEM */
int unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* Check the arguments as munmap(2) does: 0, with *end; or -EINVAL. */
int unmap_check(vaddr_t addr, size_t len, vaddr_t *end) __must_check;
