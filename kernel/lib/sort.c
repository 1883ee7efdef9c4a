/* Heap sort and binary search (see sort.h). */
#include <lib/sort.h>

static void swap_bytes(u8 *a, u8 *b, size_t len)
{
    while (len-- > 0) {
        u8 byte = *a;

        *a++ = *b;
        *b++ = byte;
    }
}

/* Let element @i sink below its larger children, in a heap of @nr elements. */
static void sink(u8 *base, size_t i, size_t nr, size_t element_size, sort_compare_fn *compare)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= nr)
            return;
        if (child + 1 < nr &&
            compare(base + child * element_size, base + (child + 1) * element_size) < 0)
            child++;
        if (compare(base + i * element_size, base + child * element_size) >= 0)
            return;
        swap_bytes(base + i * element_size, base + child * element_size, element_size);
        i = child;
    }
}

void sort(void *base, size_t nr, size_t element_size, sort_compare_fn *compare)
{
    u8 *bytes = base;
    size_t i;

    for (i = nr / 2; i-- > 0;)
        sink(bytes, i, nr, element_size, compare);
    for (i = nr; i-- > 1;) {
        swap_bytes(bytes, bytes + i * element_size, element_size);
        sink(bytes, 0, i, element_size, compare);
    }
}

void *binary_search(const void *key, const void *base, size_t nr, size_t element_size,
                    sort_compare_fn *compare)
{
    const u8 *bytes = base;
    size_t low = 0;
    size_t high = nr;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(key, bytes + middle * element_size);

        if (order == 0)
            return (void *)(uintptr_t)(bytes + middle * element_size);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
