/*
 * A cryptographic random generator: ChaCha20 with fast key erasure. Pure: all state is in the
 * struct, seeding and locking are the caller's. Every refill replaces the key by output that is
 * never given out, so that a captured state does not reveal what was produced before.
 */
#pragma once

#include <lib/types.h>

struct random_generator {
    u32 key[8];
    u8 buffer[256]; /* output not given out yet, from @used on */
    u32 used;
};

/* The ChaCha20 block function (RFC 8439): 64 bytes for a key, a block counter and a nonce. */
void chacha20_block(const u32 key[8], u32 counter, const u32 nonce[3], u8 output[64]);

/* Start from nothing but @seed; the same seed gives the same sequence. */
void random_init(struct random_generator *generator, const void *seed, size_t len);

/* Mix @entropy into the state; what was there before is not lost. */
void random_stir(struct random_generator *generator, const void *entropy, size_t len);

void random_bytes(struct random_generator *generator, void *bytes, size_t len);

/* Will @len bytes need new output: is now the time to stir? */
static inline bool random_is_short(const struct random_generator *generator, size_t len)
{
    return len > sizeof(generator->buffer) - generator->used;
}
u64 random_u64(struct random_generator *generator);

/*
 * Many bytes at once: a key of its own, drawn from a generator, and blocks from that, without the
 * generator. => the caller wipes it; not more than 2^32 blocks
 */
#define RANDOM_BLOCK 64
struct random_stream {
    u32 key[8];
    u32 counter;
};
void random_stream_begin(struct random_stream *stream, struct random_generator *generator);
void random_stream_block(struct random_stream *stream, u8 block[RANDOM_BLOCK]);

/* Uniform in [0, bound); bound > 0. */
u64 random_below(struct random_generator *generator, u64 bound);
