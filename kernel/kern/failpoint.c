/*
 * Failpoints: a counter per place, compared with the armed number.
 */
#include <kern/failpoint.h>

struct failpoint_state {
    u64 hits;          /* (a) calls since armed */
    const void *owner; /* (a) only for this task; NULL: for all */
    bool sticky;       /* (a) every call from the nth on */
};

u64 failpoint_armed[NR_FAILPOINTS];
static struct failpoint_state failpoints[NR_FAILPOINTS];
static const void *(*owner_hook)(void); /* (I) after boot */

static const char *const names[NR_FAILPOINTS] = {
    [FAILPOINT_PAGE] = "page",
    [FAILPOINT_SLAB] = "slab",
    [FAILPOINT_VMA] = "vma",
    [FAILPOINT_TABLE] = "table",
};

bool failpoint_armed_should_fail(enum failpoint point, u64 nth)
{
    struct failpoint_state *state = &failpoints[point];
    const void *owner = __atomic_load_n(&state->owner, __ATOMIC_RELAXED);
    u64 hit;

    if (owner && (!owner_hook || owner_hook() != owner))
        return false;
    hit = __atomic_add_fetch(&state->hits, 1, __ATOMIC_RELAXED);
    return hit == nth || (hit > nth && __atomic_load_n(&state->sticky, __ATOMIC_RELAXED));
}

void failpoint_arm(enum failpoint point, u64 nth, bool sticky, const void *only_owner)
{
    struct failpoint_state *state = &failpoints[point];

    __atomic_store_n(&failpoint_armed[point], 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&state->hits, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&state->owner, only_owner, __ATOMIC_RELAXED);
    __atomic_store_n(&state->sticky, sticky, __ATOMIC_RELAXED);
    __atomic_store_n(&failpoint_armed[point], nth, __ATOMIC_RELEASE);
}

void failpoint_disarm(enum failpoint point)
{
    __atomic_store_n(&failpoint_armed[point], 0, __ATOMIC_RELEASE);
}

u64 failpoint_hits(enum failpoint point)
{
    return __atomic_load_n(&failpoints[point].hits, __ATOMIC_RELAXED);
}

const char *failpoint_name(enum failpoint point)
{
    return names[point];
}

void failpoint_set_owner_hook(const void *(*current_owner)(void))
{
    owner_hook = current_owner;
}
