/*
 * The random generator (see random.h). The block function is ChaCha20 of RFC 8439. A refill makes
 * 256 bytes with the present key; the first 32 become the next key and are wiped from the buffer,
 * and so are bytes once they are handed out.
 */
#include <lib/random.h>
#include <lib/string.h>

static inline u32 rotate_left(u32 value, unsigned int bits)
{
    return value << bits | value >> (32 - bits);
}

static __always_inline void quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
    *a += *b;
    *d = rotate_left(*d ^ *a, 16);
    *c += *d;
    *b = rotate_left(*b ^ *c, 12);
    *a += *b;
    *d = rotate_left(*d ^ *a, 8);
    *c += *d;
    *b = rotate_left(*b ^ *c, 7);
}

/* Inlined with constant places, so that the words live in registers as far as there are any. */
static __always_inline void double_round(u32 state[16])
{
    quarter_round(&state[0], &state[4], &state[8], &state[12]);
    quarter_round(&state[1], &state[5], &state[9], &state[13]);
    quarter_round(&state[2], &state[6], &state[10], &state[14]);
    quarter_round(&state[3], &state[7], &state[11], &state[15]);
    quarter_round(&state[0], &state[5], &state[10], &state[15]);
    quarter_round(&state[1], &state[6], &state[11], &state[12]);
    quarter_round(&state[2], &state[7], &state[8], &state[13]);
    quarter_round(&state[3], &state[4], &state[9], &state[14]);
}

void chacha20_block(const u32 key[8], u32 counter, const u32 nonce[3], u8 output[64])
{
    u32 start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0], key[1],
                     key[2],     key[3],     key[4],     key[5],     key[6], key[7],
                     counter,    nonce[0],   nonce[1],   nonce[2]};
    u32 state[16];
    int i;

    for (i = 0; i < 16; i++)
        state[i] = start[i];
    for (i = 0; i < 10; i++)
        double_round(state);
    for (i = 0; i < 16; i++)
        state[i] += start[i];
    memcpy(output, state, sizeof(state)); /* little-endian, as the machine is */
    memzero_secret(start, sizeof(start));
    memzero_secret(state, sizeof(state));
}

static void refill(struct random_generator *generator)
{
    static const u32 nonce[3];
    u32 block;

    for (block = 0; block < sizeof(generator->buffer) / 64; block++)
        chacha20_block(generator->key, block, nonce, &generator->buffer[block * 64]);
    memcpy(generator->key, generator->buffer, sizeof(generator->key));
    memset(generator->buffer, 0, sizeof(generator->key));
    generator->used = sizeof(generator->key);
}

void random_init(struct random_generator *generator, const void *seed, size_t len)
{
    memset(generator, 0, sizeof(*generator));
    random_stir(generator, seed, len);
}

void random_stir(struct random_generator *generator, const void *entropy, size_t len)
{
    const u8 *bytes = entropy;
    u32 chunk[8];
    int i;

    /* The last chunk, maybe empty, carries the length, so that no two inputs stir alike. */
    for (;;) {
        size_t part = min(len, sizeof(chunk) - 4);

        memset(chunk, 0, sizeof(chunk));
        memcpy(chunk, bytes, part);
        chunk[7] = (u32)part + 1;
        for (i = 0; i < 8; i++)
            generator->key[i] ^= chunk[i];
        refill(generator);
        if (len == part)
            break;
        bytes += part;
        len -= part;
    }
    memzero_secret(chunk, sizeof(chunk));
}

void random_bytes(struct random_generator *generator, void *bytes, size_t len)
{
    u8 *out = bytes;

    while (len > 0) {
        size_t part;

        if (generator->used == sizeof(generator->buffer))
            refill(generator);
        part = min(len, sizeof(generator->buffer) - generator->used);
        memcpy(out, &generator->buffer[generator->used], part);
        memset(&generator->buffer[generator->used], 0, part);
        generator->used += (u32)part;
        out += part;
        len -= part;
    }
}

void random_stream_begin(struct random_stream *stream, struct random_generator *generator)
{
    random_bytes(generator, stream->key, sizeof(stream->key));
    stream->counter = 0;
}

void random_stream_block(struct random_stream *stream, u8 block[RANDOM_BLOCK])
{
    static const u32 nonce[3];

    chacha20_block(stream->key, stream->counter++, nonce, block);
}

u64 random_u64(struct random_generator *generator)
{
    u64 value;

    random_bytes(generator, &value, sizeof(value));
    return value;
}

u64 random_below(struct random_generator *generator, u64 bound)
{
    /* Values below 2^64 mod bound are rejected: what is left divides evenly. */
    u64 rejected = (0 - bound) % bound;
    u64 value;

    do {
        value = random_u64(generator);
    } while (value < rejected);
    return value % bound;
}
