/* Getting memory back (reclaim.c). */
#pragma once

#include <lib/types.h>

void reclaim_init(void);

/* Free about @nr_pages clean page-cache pages; may sleep. Returns how many. */
u64 reclaim_pages(u64 nr_pages);
