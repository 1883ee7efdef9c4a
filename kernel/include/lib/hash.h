/* Hash functions for tables: fast and well mixed, not secret. */
#pragma once

#include <lib/types.h>

/* A bijection of 64-bit values in which every input bit reaches every output bit. */
static inline u64 hash_u64(u64 value)
{
    value ^= value >> 32;
    value *= 0xd6e8feb86659fd93UL;
    value ^= value >> 32;
    value *= 0xd6e8feb86659fd93UL;
    value ^= value >> 32;
    return value;
}

static inline u64 hash_pointer(const void *pointer)
{
    return hash_u64((u64)(uintptr_t)pointer);
}

/* Two values, in order. */
static inline u64 hash_pair(u64 first, u64 second)
{
    return hash_u64(hash_u64(first) + second);
}

/* FNV-1a over bytes, then mixed, so that the low bits may be used. */
static inline u64 hash_bytes(const void *bytes, size_t len)
{
    const u8 *byte = bytes;
    u64 hash = 0xcbf29ce484222325UL;

    while (len-- > 0)
        hash = (hash ^ *byte++) * 0x100000001b3UL;
    return hash_u64(hash);
}

static inline u64 hash_string(const char *text)
{
    u64 hash = 0xcbf29ce484222325UL;

    while (*text != '\0')
        hash = (hash ^ (u8)*text++) * 0x100000001b3UL;
    return hash_u64(hash);
}
