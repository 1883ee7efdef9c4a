/*
 * Refusals: why a call fails is noted where it is refused, under the lock that made it true, so
 * that /proc/PID/mm_why cannot be wrong about it (diagnose.h). A refusal that is not noted comes
 * from the arguments alone, or is want of memory. Lock: none; the note is the current thread's, and
 * each system call begins without one.
 */
#pragma once

#include <sched/thread.h>

#define REFUSED_HOLE       "a part of the range is not mapped"
#define REFUSED_NOT_MAPPED "nothing is mapped at the old address"
#define REFUSED_ACROSS     "the old range reaches beyond its area"
#define REFUSED_OCCUPIED   "an area is there already, and MAP_FIXED_NOREPLACE spares it"
#define REFUSED_RIGHTS                                                                             \
    "the area may never have these rights: of its file as it was opened, or a seal"
#define REFUSED_WRITE_EXECUTE "vm.wx_policy or PR_SET_MDWE: not writable and executable"
#define REFUSED_LOCKED        "MS_INVALIDATE of locked memory"
#define REFUSED_NR_AREAS      "the process has as many areas as vm.max_map_count allows"
#define REFUSED_ADDRESS_SPACE "RLIMIT_AS would be exceeded"
#define REFUSED_DATA          "RLIMIT_DATA would be exceeded"
#define REFUSED_LOCK_LIMIT    "RLIMIT_MEMLOCK would be exceeded"
#define REFUSED_COMMITMENT    "more memory would be promised than vm.overcommit_memory allows"
#define REFUSED_NO_ROOM       "no gap between the areas is large enough"
#define REFUSED_LOW           "the address is below vm.mmap_min_addr"
#define REFUSED_BREAK         "no address at which the heap may end"
#define REFUSED_HEAP_ROOM     "another area is in the way of the heap"
#define REFUSED_STAYS         "the area cannot grow where it is, and may not move"
#define REFUSED_MEMORY        "the kernel has no memory left for it"

/* The error to return, noted. @reason: a sentence in static storage */
static inline int refuse(int error, const char *reason)
{
    current_thread()->refusal = reason;
    return error;
}
