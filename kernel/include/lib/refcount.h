/*
 * Reference counts that saturate: a count that would overflow, or that is taken from or dropped
 * below zero by a bug, stays at a huge value for ever. The object is then leaked instead of being
 * freed under its users.
 */
#pragma once

#include <lib/atomic.h>
#include <lib/types.h>

typedef struct {
    int value; /* <= 0 except for exactly 0 (dead): saturated */
} refcount_t;

#define REFCOUNT_INIT(n)                                                                           \
    {                                                                                              \
        .value = (n)                                                                               \
    }
#define REFCOUNT_SATURATED (-0x40000000)

static inline void refcount_init(refcount_t *count, int references)
{
    __atomic_store_n(&count->value, references, __ATOMIC_RELAXED);
}

static inline int refcount_read(const refcount_t *count)
{
    return __atomic_load_n(&count->value, __ATOMIC_RELAXED);
}

/* Take a reference beside one the caller already holds. */
static inline void refcount_get(refcount_t *count)
{
    int old = __atomic_fetch_add(&count->value, 1, __ATOMIC_RELAXED);

    if (unlikely(old <= 0 || old == INT32_MAX))
        __atomic_store_n(&count->value, REFCOUNT_SATURATED, __ATOMIC_RELAXED);
}

/* Take a reference unless the object is already dead (count 0). */
__must_check static inline bool refcount_try_get(refcount_t *count)
{
    int old = refcount_read(count);

    do {
        if (old == 0)
            return false;
        if (unlikely(old < 0 || old == INT32_MAX)) {
            __atomic_store_n(&count->value, REFCOUNT_SATURATED, __ATOMIC_RELAXED);
            return true;
        }
    } while (!__atomic_compare_exchange_n(&count->value, &old, old + 1, false, __ATOMIC_ACQUIRE,
                                          __ATOMIC_RELAXED));
    return true;
}

/* Drop a reference unless it is the last one: false, nothing done. */
__must_check static inline bool refcount_put_unless_last(refcount_t *count)
{
    int old = refcount_read(count);

    do {
        if (old == 1)
            return false;
        if (unlikely(old < 1))
            return true; /* saturated */
    } while (!__atomic_compare_exchange_n(&count->value, &old, old - 1, false, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    return true;
}

/* Drop a reference; true when it was the last and the caller must destroy the object. */
__must_check static inline bool refcount_put_and_test(refcount_t *count)
{
    int old = __atomic_fetch_sub(&count->value, 1, __ATOMIC_ACQ_REL);

    if (likely(old > 1))
        return false;
    if (old == 1)
        return true;
    __atomic_store_n(&count->value, REFCOUNT_SATURATED, __ATOMIC_RELAXED);
    return false;
}
