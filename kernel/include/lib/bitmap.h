/*
 * Arrays of bits in unsigned longs. Not atomic, no locks (atomic_*_bit in atomic.h are atomic).
 * Bits past the length in the last word are ignored by all functions that take a length.
 */
#pragma once

#include <lib/types.h>

#define BITS_PER_LONG    64
#define BITMAP_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)

/* Defines an array: BITMAP_DECLARE(cpus, MAX_CPUS); */
#define BITMAP_DECLARE(name, nr) unsigned long name[BITMAP_LONGS(nr)]

static inline bool bitmap_test(const unsigned long *map, size_t bit)
{
    return map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1;
}

static inline void bitmap_set(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] |= 1UL << (bit % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] &= ~(1UL << (bit % BITS_PER_LONG));
}

/* The first set (zero) bit at or after @from; @nr when there is none below @nr. */
size_t bitmap_find_next_set(const unsigned long *map, size_t nr, size_t from);
size_t bitmap_find_next_zero(const unsigned long *map, size_t nr, size_t from);

static inline size_t bitmap_find_first_set(const unsigned long *map, size_t nr)
{
    return bitmap_find_next_set(map, nr, 0);
}

static inline size_t bitmap_find_first_zero(const unsigned long *map, size_t nr)
{
    return bitmap_find_next_zero(map, nr, 0);
}

/* The last set bit; @nr when there is none. */
size_t bitmap_find_last_set(const unsigned long *map, size_t nr);

/* The start of the first run of @len zero bits at or after @from; @nr when there is none. */
size_t bitmap_find_zero_range(const unsigned long *map, size_t nr, size_t from, size_t len);

void bitmap_set_range(unsigned long *map, size_t start, size_t len);
void bitmap_clear_range(unsigned long *map, size_t start, size_t len);
void bitmap_zero(unsigned long *map, size_t nr);
void bitmap_fill(unsigned long *map, size_t nr);
void bitmap_copy(unsigned long *to, const unsigned long *from, size_t nr);

void bitmap_and(unsigned long *result, const unsigned long *a, const unsigned long *b, size_t nr);
void bitmap_or(unsigned long *result, const unsigned long *a, const unsigned long *b, size_t nr);
void bitmap_and_not(unsigned long *result, const unsigned long *a, const unsigned long *b,
                    size_t nr);

size_t bitmap_weight(const unsigned long *map, size_t nr);
bool bitmap_is_empty(const unsigned long *map, size_t nr);
bool bitmap_is_full(const unsigned long *map, size_t nr);
bool bitmap_is_equal(const unsigned long *a, const unsigned long *b, size_t nr);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b, size_t nr);
bool bitmap_is_subset(const unsigned long *part, const unsigned long *whole, size_t nr);

#define bitmap_for_each(bit, map, nr)                                                              \
    for ((bit) = bitmap_find_first_set(map, nr); (bit) < (nr);                                     \
         (bit) = bitmap_find_next_set(map, nr, (bit) + 1))
