/* Faulting ranges in (populate.c). */
#pragma once

#include <mm/mm.h>

/* MAP_POPULATE: as far as it goes; private writable areas are written to. */
void populate_quietly(struct mm *mm, vaddr_t start, vaddr_t end);
