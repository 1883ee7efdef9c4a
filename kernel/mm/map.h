/* mmap's inner half, for the calls that map anew what they found (mmap.c). */
#pragma once

#include "vma.h"

/*
 * map_locked: map as @request says.
 * => map_lock held for writing; the address or a negative errno; *populate: fault it in afterwards
 */
long map_locked(struct mm *mm, const struct mm_map_request *request, bool *populate) __must_check;
