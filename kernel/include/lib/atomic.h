/*
 * Atomic variables and the order of memory accesses.
 *
 * Plain accesses to a word that another CPU may change at the same time are written READ_ONCE and
 * WRITE_ONCE. A datum is published with store_release and picked up with load_acquire. All
 * read-modify-write functions here order everything before and after them (sequentially
 * consistent), unless the name says relaxed.
 */
#pragma once

#include <lib/types.h>

#define READ_ONCE(x)            __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value)    __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define load_acquire(p)         __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define memory_barrier()        __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define compiler_barrier()      __asm__ volatile("" ::: "memory")

/* On a scalar of any type through its address. */
#define xchg(p, value)      __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)
#define fetch_add(p, value) __atomic_fetch_add(p, value, __ATOMIC_SEQ_CST)
#define fetch_sub(p, value) __atomic_fetch_sub(p, value, __ATOMIC_SEQ_CST)
#define fetch_or(p, value)  __atomic_fetch_or(p, value, __ATOMIC_SEQ_CST)
#define fetch_and(p, value) __atomic_fetch_and(p, value, __ATOMIC_SEQ_CST)

/* Set *p to @replacement when it equals @expected. Returns the value found. */
#define cmpxchg(p, expected, replacement)                                                          \
    ({                                                                                             \
        __typeof__(*(p)) cmpxchg_found_ = (expected);                                              \
        __atomic_compare_exchange_n(p, &cmpxchg_found_, replacement, false, __ATOMIC_SEQ_CST,      \
                                    __ATOMIC_SEQ_CST);                                             \
        cmpxchg_found_;                                                                            \
    })

/* The same, answering whether it did; on failure *expected is what was found. */
#define try_cmpxchg(p, expected, replacement)                                                      \
    __atomic_compare_exchange_n(p, expected, replacement, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

typedef struct {
    int value;
} atomic_t;

typedef struct {
    s64 value;
} atomic64_t;

#define ATOMIC_INIT(v)                                                                             \
    {                                                                                              \
        .value = (v)                                                                               \
    }

/* One set of functions per width. */
#define ATOMIC_DEFINE(name, type, scalar)                                                          \
    static inline scalar name##_read(const type *a)                                                \
    {                                                                                              \
        return __atomic_load_n(&a->value, __ATOMIC_RELAXED);                                       \
    }                                                                                              \
    static inline scalar name##_read_acquire(const type *a)                                        \
    {                                                                                              \
        return __atomic_load_n(&a->value, __ATOMIC_ACQUIRE);                                       \
    }                                                                                              \
    static inline void name##_set(type *a, scalar v)                                               \
    {                                                                                              \
        __atomic_store_n(&a->value, v, __ATOMIC_RELAXED);                                          \
    }                                                                                              \
    static inline void name##_set_release(type *a, scalar v)                                       \
    {                                                                                              \
        __atomic_store_n(&a->value, v, __ATOMIC_RELEASE);                                          \
    }                                                                                              \
    static inline void name##_add(type *a, scalar v)                                               \
    {                                                                                              \
        __atomic_fetch_add(&a->value, v, __ATOMIC_SEQ_CST);                                        \
    }                                                                                              \
    static inline void name##_sub(type *a, scalar v)                                               \
    {                                                                                              \
        __atomic_fetch_sub(&a->value, v, __ATOMIC_SEQ_CST);                                        \
    }                                                                                              \
    static inline void name##_inc(type *a)                                                         \
    {                                                                                              \
        __atomic_fetch_add(&a->value, 1, __ATOMIC_SEQ_CST);                                        \
    }                                                                                              \
    static inline void name##_dec(type *a)                                                         \
    {                                                                                              \
        __atomic_fetch_sub(&a->value, 1, __ATOMIC_SEQ_CST);                                        \
    }                                                                                              \
    static inline scalar name##_fetch_add(type *a, scalar v)                                       \
    {                                                                                              \
        return __atomic_fetch_add(&a->value, v, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_fetch_sub(type *a, scalar v)                                       \
    {                                                                                              \
        return __atomic_fetch_sub(&a->value, v, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_fetch_or(type *a, scalar v)                                        \
    {                                                                                              \
        return __atomic_fetch_or(&a->value, v, __ATOMIC_SEQ_CST);                                  \
    }                                                                                              \
    static inline scalar name##_fetch_and(type *a, scalar v)                                       \
    {                                                                                              \
        return __atomic_fetch_and(&a->value, v, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_add_return(type *a, scalar v)                                      \
    {                                                                                              \
        return __atomic_add_fetch(&a->value, v, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_sub_return(type *a, scalar v)                                      \
    {                                                                                              \
        return __atomic_sub_fetch(&a->value, v, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_inc_return(type *a)                                                \
    {                                                                                              \
        return __atomic_add_fetch(&a->value, 1, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline scalar name##_dec_return(type *a)                                                \
    {                                                                                              \
        return __atomic_sub_fetch(&a->value, 1, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline bool name##_dec_and_test(type *a)                                                \
    {                                                                                              \
        return __atomic_sub_fetch(&a->value, 1, __ATOMIC_SEQ_CST) == 0;                            \
    }                                                                                              \
    static inline scalar name##_xchg(type *a, scalar v)                                            \
    {                                                                                              \
        return __atomic_exchange_n(&a->value, v, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    static inline bool name##_try_cmpxchg(type *a, scalar *expected, scalar v)                     \
    {                                                                                              \
        return __atomic_compare_exchange_n(&a->value, expected, v, false, __ATOMIC_SEQ_CST,        \
                                           __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    static inline scalar name##_cmpxchg(type *a, scalar expected, scalar v)                        \
    {                                                                                              \
        name##_try_cmpxchg(a, &expected, v);                                                       \
        return expected;                                                                           \
    }                                                                                              \
    /* Add one unless the value is 0; true when added. */                                          \
    static inline bool name##_inc_not_zero(type *a)                                                \
    {                                                                                              \
        scalar found = name##_read(a);                                                             \
                                                                                                   \
        while (found != 0) {                                                                       \
            if (name##_try_cmpxchg(a, &found, found + 1))                                          \
                return true;                                                                       \
        }                                                                                          \
        return false;                                                                              \
    }

ATOMIC_DEFINE(atomic, atomic_t, int)
ATOMIC_DEFINE(atomic64, atomic64_t, s64)

/* Single bits of an array of words, atomically. */
static inline void atomic_set_bit(unsigned long *map, size_t bit)
{
    __atomic_fetch_or(&map[bit / 64], 1UL << (bit % 64), __ATOMIC_SEQ_CST);
}

static inline void atomic_clear_bit(unsigned long *map, size_t bit)
{
    __atomic_fetch_and(&map[bit / 64], ~(1UL << (bit % 64)), __ATOMIC_SEQ_CST);
}

static inline bool atomic_test_and_set_bit(unsigned long *map, size_t bit)
{
    return __atomic_fetch_or(&map[bit / 64], 1UL << (bit % 64), __ATOMIC_SEQ_CST) >> (bit % 64) & 1;
}

static inline bool atomic_test_and_clear_bit(unsigned long *map, size_t bit)
{
    return __atomic_fetch_and(&map[bit / 64], ~(1UL << (bit % 64)), __ATOMIC_SEQ_CST) >>
               (bit % 64) &
           1;
}
