/*
 * MADV_COLLAPSE: small pages become huge ones.
 */
#pragma once

#include "vma.h"

/*
 * collapse_range: every aligned 2 MiB of [start, end) becomes one huge page, as far as it can.
 * => map_lock not held; may sleep
 * => -EINVAL: some cannot (nothing writable is there, or the area has changed); -ENOMEM;
 *    -EAGAIN: a page is in somebody's hand
 */
int collapse_range(struct mm *mm, vaddr_t start, vaddr_t end) __must_check;
