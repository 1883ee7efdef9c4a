/* Sorting an array in place: heap sort, O(n log n) always, no allocation, not stable. */
#pragma once

#include <lib/types.h>

/* Negative when @a sorts before @b. */
typedef int sort_compare_fn(const void *a, const void *b);

void sort(void *base, size_t nr, size_t element_size, sort_compare_fn *compare);

/* The element that compares equal to @key in a sorted array, or NULL. @key is the first argument
 * of @compare. */
void *binary_search(const void *key, const void *base, size_t nr, size_t element_size,
                    sort_compare_fn *compare);
