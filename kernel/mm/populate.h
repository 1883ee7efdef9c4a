/* Faulting ranges in (populate.c). */
#pragma once

#include <mm/mm.h>

/*
 * populate_areas: fault in the areas of [start, end) as mlock(2) does: private writable ones are
 * written to, devices and areas locked on fault are passed over, so are holes.
 * => map_lock not held; may sleep
 * => -EFAULT (also for an inaccessible area), -ENOMEM; -EAGAIN: a fatal signal ended it
 */
int populate_areas(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;

/* The same, but what cannot be faulted in of an area is left out. @locked: only locked areas. */
void populate_quietly(struct mm *mm, vaddr_t start, vaddr_t end, bool locked);
