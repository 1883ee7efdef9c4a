/*
 * All address spaces that are not yet empty, and what the files of mm/mm.c share with the rest.
 */
#pragma once

#include <mm/mm.h>

extern struct mutex mm_list_lock; /* outside of every map_lock */
extern struct list_head mm_list;  /* (mm_list_lock) mm.list_link */

void mm_init_cache(void);

/* Note the resident size if it is the largest yet: before much of it goes away. => map_lock held */
void mm_peak_update(struct mm *mm);
