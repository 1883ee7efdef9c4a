/* Bitmaps (see bitmap.h), a word at a time. */
#include <lib/bitmap.h>
#include <lib/bits.h>
#include <lib/string.h>

/* The bits of the last word that belong to a map of @nr bits. */
static unsigned long tail_mask(size_t nr)
{
    return nr % BITS_PER_LONG == 0 ? ~0UL : (1UL << nr % BITS_PER_LONG) - 1;
}

/* Word @i of the map, without the bits past its end. */
static unsigned long word_at(const unsigned long *map, size_t nr, size_t i)
{
    return i == BITMAP_LONGS(nr) - 1 ? map[i] & tail_mask(nr) : map[i];
}

/* The first bit that is set in map ^ @flip. */
static size_t find_next(const unsigned long *map, size_t nr, size_t from, unsigned long flip)
{
    size_t i = from / BITS_PER_LONG;
    unsigned long word;

    if (from >= nr)
        return nr;
    word = (map[i] ^ flip) & ~0UL << from % BITS_PER_LONG;
    while (word == 0) {
        if (++i >= BITMAP_LONGS(nr))
            return nr;
        word = map[i] ^ flip;
    }
    return min(i * BITS_PER_LONG + lowest_bit(word), nr);
}

size_t bitmap_find_next_set(const unsigned long *map, size_t nr, size_t from)
{
    return find_next(map, nr, from, 0);
}

size_t bitmap_find_next_zero(const unsigned long *map, size_t nr, size_t from)
{
    return find_next(map, nr, from, ~0UL);
}

size_t bitmap_find_last_set(const unsigned long *map, size_t nr)
{
    size_t i = BITMAP_LONGS(nr);

    while (i-- > 0) {
        unsigned long word = word_at(map, nr, i);

        if (word != 0)
            return i * BITS_PER_LONG + highest_bit(word);
    }
    return nr;
}

size_t bitmap_find_zero_range(const unsigned long *map, size_t nr, size_t from, size_t len)
{
    size_t start = bitmap_find_next_zero(map, nr, from);

    while (start < nr && len <= nr - start) {
        size_t end = bitmap_find_next_set(map, nr, start);

        if (end - start >= len)
            return start;
        start = bitmap_find_next_zero(map, nr, end);
    }
    return nr;
}

void bitmap_set_range(unsigned long *map, size_t start, size_t len)
{
    size_t bit = start;
    size_t end = start + len;

    while (bit < end) {
        if (bit % BITS_PER_LONG == 0 && end - bit >= BITS_PER_LONG) {
            map[bit / BITS_PER_LONG] = ~0UL;
            bit += BITS_PER_LONG;
        } else {
            bitmap_set(map, bit++);
        }
    }
}

void bitmap_clear_range(unsigned long *map, size_t start, size_t len)
{
    size_t bit = start;
    size_t end = start + len;

    while (bit < end) {
        if (bit % BITS_PER_LONG == 0 && end - bit >= BITS_PER_LONG) {
            map[bit / BITS_PER_LONG] = 0;
            bit += BITS_PER_LONG;
        } else {
            bitmap_clear(map, bit++);
        }
    }
}

void bitmap_zero(unsigned long *map, size_t nr)
{
    memset(map, 0, BITMAP_LONGS(nr) * sizeof(*map));
}

void bitmap_fill(unsigned long *map, size_t nr)
{
    bitmap_zero(map, nr);
    bitmap_set_range(map, 0, nr);
}

void bitmap_copy(unsigned long *to, const unsigned long *from, size_t nr)
{
    memcpy(to, from, BITMAP_LONGS(nr) * sizeof(*to));
}

void bitmap_and(unsigned long *result, const unsigned long *a, const unsigned long *b, size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++)
        result[i] = a[i] & b[i];
}

void bitmap_or(unsigned long *result, const unsigned long *a, const unsigned long *b, size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++)
        result[i] = a[i] | b[i];
}

void bitmap_and_not(unsigned long *result, const unsigned long *a, const unsigned long *b,
                    size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++)
        result[i] = a[i] & ~b[i];
}

size_t bitmap_weight(const unsigned long *map, size_t nr)
{
    size_t weight = 0;
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++)
        weight += popcount(word_at(map, nr, i));
    return weight;
}

bool bitmap_is_empty(const unsigned long *map, size_t nr)
{
    return bitmap_find_first_set(map, nr) == nr;
}

bool bitmap_is_full(const unsigned long *map, size_t nr)
{
    return bitmap_find_first_zero(map, nr) == nr;
}

bool bitmap_is_equal(const unsigned long *a, const unsigned long *b, size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++) {
        if (word_at(a, nr, i) != word_at(b, nr, i))
            return false;
    }
    return true;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++) {
        if (word_at(a, nr, i) & word_at(b, nr, i))
            return true;
    }
    return false;
}

bool bitmap_is_subset(const unsigned long *part, const unsigned long *whole, size_t nr)
{
    size_t i;

    for (i = 0; i < BITMAP_LONGS(nr); i++) {
        if (word_at(part, nr, i) & ~word_at(whole, nr, i))
            return false;
    }
    return true;
}
