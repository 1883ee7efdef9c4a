/* Atomics, reference counts, hashes: the single-threaded half of their contracts. */
#include <lib/atomic.h>
#include <lib/hash.h>
#include <lib/refcount.h>

#include "unit.h"

TEST(atomic_operations_return_what_they_say)
{
    atomic_t a = ATOMIC_INIT(5);
    atomic64_t b = ATOMIC_INIT(1L << 40);
    int found = 3;
    u32 word = 6;

    EXPECT_EQ(atomic_add_return(&a, 2), 7);
    EXPECT_EQ(atomic_fetch_sub(&a, 3), 7);
    EXPECT_EQ(atomic_xchg(&a, 1), 4);
    EXPECT(atomic_dec_and_test(&a));
    EXPECT(!atomic_inc_not_zero(&a));
    atomic_set(&a, 2);
    EXPECT(atomic_inc_not_zero(&a));
    EXPECT(atomic_try_cmpxchg(&a, &found, 9));
    EXPECT(!atomic_try_cmpxchg(&a, &found, 1));
    EXPECT_EQ(found, 9);
    EXPECT_EQ(atomic_cmpxchg(&a, 9, 10), 9);
    EXPECT_EQ(atomic64_inc_return(&b), (1L << 40) + 1);
    EXPECT_EQ(cmpxchg(&word, 5u, 7u), 6);
    EXPECT_EQ(cmpxchg(&word, 6u, 7u), 6);
    EXPECT_EQ(xchg(&word, 1u), 7);
}

TEST(atomic_bits)
{
    unsigned long map[2] = {0};

    atomic_set_bit(map, 70);
    EXPECT_EQ(map[1], 64);
    EXPECT(atomic_test_and_set_bit(map, 70));
    EXPECT(!atomic_test_and_set_bit(map, 0));
    EXPECT(atomic_test_and_clear_bit(map, 70));
    EXPECT(!atomic_test_and_clear_bit(map, 70));
    EXPECT_EQ(map[1], 0);
}

TEST(reference_counts_saturate)
{
    refcount_t count = REFCOUNT_INIT(1);
    int i;

    refcount_get(&count);
    EXPECT(!refcount_put_and_test(&count));
    EXPECT(refcount_put_and_test(&count));
    EXPECT(!refcount_try_get(&count));
    refcount_init(&count, INT32_MAX);
    refcount_get(&count);
    EXPECT_EQ(refcount_read(&count), REFCOUNT_SATURATED);
    for (i = 0; i < 5; i++)
        EXPECT(!refcount_put_and_test(&count));
    EXPECT(refcount_try_get(&count));
    EXPECT(refcount_read(&count) < 0);
    refcount_init(&count, 0);
    EXPECT(!refcount_put_and_test(&count));
    EXPECT_EQ(refcount_read(&count), REFCOUNT_SATURATED);
}

TEST(hashes_spread)
{
    u32 buckets[64] = {0};
    u64 i;

    for (i = 0; i < 6400; i++)
        buckets[hash_u64(i << 12) % 64]++;
    for (i = 0; i < 64; i++)
        EXPECT(buckets[i] > 50 && buckets[i] < 160);
    EXPECT_EQ(hash_string("abc"), hash_bytes("abc", 3));
    EXPECT(hash_pair(1, 2) != hash_pair(2, 1));
}
