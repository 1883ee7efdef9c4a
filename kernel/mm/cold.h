/* Forgetting that pages were used (cold.c). */
#pragma once

#include <mm/mm.h>

/* The pages of [start, end) that only this address space maps. => map_lock held for reading */
void cool_range(struct mm *mm, vaddr_t start, vaddr_t end);
