/* Arithmetic on the bits of one word. */
#pragma once

#include <lib/types.h>

#define BIT(n) (1UL << (n))

/* Bits low .. high, both included, set. */
#define BITS_MASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))

static inline unsigned int popcount(u64 value)
{
    /* In pairs, nibbles, bytes; the compiler's own would be a call into its runtime library. */
    value -= value >> 1 & 0x5555555555555555UL;
    value = (value & 0x3333333333333333UL) + (value >> 2 & 0x3333333333333333UL);
    value = (value + (value >> 4)) & 0x0F0F0F0F0F0F0F0FUL;
    return (unsigned int)(value * 0x0101010101010101UL >> 56);
}

/* The number of the lowest set bit; value is not 0. */
static inline unsigned int lowest_bit(u64 value)
{
    return (unsigned int)__builtin_ctzll(value);
}

/* The number of the highest set bit, which is the binary logarithm rounded down; value is not 0. */
static inline unsigned int highest_bit(u64 value)
{
    return 63 - (unsigned int)__builtin_clzll(value);
}

static inline unsigned int ilog2(u64 value)
{
    return highest_bit(value);
}

/* The binary logarithm rounded up; 0 for 0 and 1. */
static inline unsigned int ilog2_up(u64 value)
{
    return value <= 1 ? 0 : highest_bit(value - 1) + 1;
}

static inline bool is_power_of_two(u64 value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* The smallest power of two that is not less; value <= 2^63. */
static inline u64 round_up_power_of_two(u64 value)
{
    return 1UL << ilog2_up(value);
}

/* x / y rounded up; cannot overflow. */
#define div_round_up(x, y)                                                                         \
    ({                                                                                             \
        __typeof__(x) div_x_ = (x);                                                                \
        __typeof__(y) div_y_ = (y);                                                                \
        div_x_ / div_y_ + (div_x_ % div_y_ != 0);                                                  \
    })
