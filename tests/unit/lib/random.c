/* ChaCha20 by the vector of RFC 8439 2.3.2, and the properties of the generator. */
#include <lib/random.h>
#include <lib/string.h>

#include "unit.h"

TEST(chacha20_block_of_the_rfc)
{
    static const u8 expected[64] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
        0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
        0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
        0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
        0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
    };
    static const u32 nonce[3] = {0x09000000, 0x4a000000, 0x00000000};
    u8 key_bytes[32];
    u32 key[8];
    u8 output[64];
    u8 i;

    for (i = 0; i < 32; i++)
        key_bytes[i] = i;
    memcpy(key, key_bytes, 32);
    chacha20_block(key, 1, nonce, output);
    EXPECT_EQ(memcmp(output, expected, 64), 0);
}

TEST(same_seed_same_bytes_however_they_are_cut)
{
    struct random_generator a;
    struct random_generator b;
    u8 whole[1000];
    u8 parts[1000];
    size_t at = 0;

    random_init(&a, "seed", 4);
    random_init(&b, "seed", 4);
    random_bytes(&a, whole, sizeof(whole));
    while (at < sizeof(parts)) {
        size_t part = min(1 + unit_random_below(100), sizeof(parts) - at);

        random_bytes(&b, parts + at, part);
        at += part;
    }
    EXPECT_EQ(memcmp(whole, parts, sizeof(whole)), 0);
}

TEST(different_seeds_and_stirring_change_the_bytes)
{
    struct random_generator a;
    struct random_generator b;

    random_init(&a, "seed", 4);
    random_init(&b, "seed\0", 5);
    EXPECT(random_u64(&a) != random_u64(&b));
    random_init(&a, "seed", 4);
    random_init(&b, "seed", 4);
    random_stir(&b, "", 0);
    EXPECT(random_u64(&a) != random_u64(&b));
}

TEST(a_stream_has_a_key_of_its_own)
{
    struct random_generator a;
    struct random_generator b;
    struct random_stream stream;
    u8 first[RANDOM_BLOCK], second[RANDOM_BLOCK], expected[RANDOM_BLOCK];
    u32 key[8];
    const u32 nonce[3] = {0};

    random_init(&a, "seed", 4);
    random_init(&b, "seed", 4);
    random_stream_begin(&stream, &a);
    random_bytes(&b, key, sizeof(key));
    random_stream_block(&stream, first);
    random_stream_block(&stream, second);
    chacha20_block(key, 0, nonce, expected);
    EXPECT(memcmp(first, expected, sizeof(first)) == 0);
    chacha20_block(key, 1, nonce, expected);
    EXPECT(memcmp(second, expected, sizeof(second)) == 0);
    EXPECT_EQ(random_u64(&a), random_u64(&b));
}

TEST(below_is_within_bounds_and_even)
{
    struct random_generator generator;
    u64 counts[10] = {0};
    int i;

    random_init(&generator, "x", 1);
    for (i = 0; i < 10000; i++)
        counts[random_below(&generator, 10)]++;
    for (i = 0; i < 10; i++)
        EXPECT(counts[i] > 850 && counts[i] < 1150);
    EXPECT_EQ(random_below(&generator, 1), 0);
}
