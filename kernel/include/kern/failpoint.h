/*
 * Failpoints: places that can be told to fail, so that error paths are run by tests.
 *
 * Armed by /proc/quire/failpoints or by unit tests: "fail the n-th call", "from the n-th on",
 * optionally only for one task.
 */
#pragma once

#include <lib/types.h>

enum failpoint {
    FAILPOINT_PAGE,  /* frames */
    FAILPOINT_SLAB,  /* slab and kmalloc objects */
    FAILPOINT_VMA,   /* areas */
    FAILPOINT_TABLE, /* page-table pages */
    NR_FAILPOINTS
};

extern u64 failpoint_armed[NR_FAILPOINTS]; /* (a) which call is to fail; 0: disarmed */
bool failpoint_armed_should_fail(enum failpoint point, u64 nth);

/* Disarmed, the usual state, a place costs one load. */
static inline bool failpoint_is_armed(enum failpoint point)
{
    return __atomic_load_n(&failpoint_armed[point], __ATOMIC_ACQUIRE) != 0;
}

static inline bool failpoint_should_fail(enum failpoint point)
{
    u64 nth = __atomic_load_n(&failpoint_armed[point], __ATOMIC_ACQUIRE);

    return unlikely(nth != 0) && failpoint_armed_should_fail(point, nth);
}

void failpoint_arm(enum failpoint point, u64 nth, bool sticky, const void *only_owner);
void failpoint_disarm(enum failpoint point);
u64 failpoint_hits(enum failpoint point); /* calls since armed */
const char *failpoint_name(enum failpoint point);
/* Identity of the running task for @only_owner; registered by proc. */
void failpoint_set_owner_hook(const void *(*current_owner)(void));
