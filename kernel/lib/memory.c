/*
 * Blocks of memory (see string.h). The four functions that compilers call by themselves are weak:
 * an architecture with string instructions replaces them. Here they go by words where both sides
 * allow it. The compiler must not recognise the loops as what they implement.
 */
#define STRING_FUNCTIONS_AS_THEY_ARE
#include <lib/string.h>

#ifdef __clang__
#define NOT_A_CALL_TO_ITSELF __attribute__((no_builtin("memcpy", "memmove", "memset", "memcmp")))
#else
#define NOT_A_CALL_TO_ITSELF __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

/* A word at any address. */
struct unaligned_word {
    u64 value;
} __packed __attribute__((may_alias));

struct unaligned_half {
    u32 value;
} __packed __attribute__((may_alias));

static u32 half_load(const u8 *from)
{
    return ((const struct unaligned_half *)from)->value;
}

static u64 word_load(const u8 *from)
{
    return ((const struct unaligned_word *)from)->value;
}

static void word_store(u8 *to, u64 value)
{
    ((struct unaligned_word *)to)->value = value;
}

NOT_A_CALL_TO_ITSELF __weak void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    u8 *out = to;
    const u8 *in = from;

    for (; len >= 8; len -= 8, in += 8, out += 8)
        word_store(out, word_load(in));
    while (len-- > 0)
        *out++ = *in++;
    return to;
}

NOT_A_CALL_TO_ITSELF __weak void *memmove(void *to, const void *from, size_t len)
{
    u8 *out = to;
    const u8 *in = from;

    if ((uintptr_t)out - (uintptr_t)in >= len) {
        /* @to does not begin inside the source: forward is safe, a word is read before written. */
        for (; len >= 8; len -= 8, in += 8, out += 8)
            word_store(out, word_load(in));
        while (len-- > 0)
            *out++ = *in++;
        return to;
    }
    for (; len >= 8; len -= 8)
        word_store(out + len - 8, word_load(in + len - 8));
    while (len-- > 0)
        out[len] = in[len];
    return to;
}

NOT_A_CALL_TO_ITSELF __weak void *memset(void *to, int byte, size_t len)
{
    u8 *out = to;
    u64 word = (u8)byte * 0x0101010101010101UL;

    for (; len >= 8; len -= 8, out += 8)
        word_store(out, word);
    while (len-- > 0)
        *out++ = (u8)byte;
    return to;
}

NOT_A_CALL_TO_ITSELF __weak int memcmp(const void *a, const void *b, size_t len)
{
    const u8 *x = a;
    const u8 *y = b;

    for (; len >= 8 && word_load(x) == word_load(y); len -= 8, x += 8, y += 8)
        continue;
    if (len >= 4 && half_load(x) == half_load(y)) {
        len -= 4;
        x += 4;
        y += 4;
    }
    for (; len > 0; len--, x++, y++) {
        if (*x != *y)
            return *x - *y;
    }
    return 0;
}

void *memchr(const void *memory, int byte, size_t len)
{
    const u8 *at = memory;

    for (; len > 0; len--, at++) {
        if (*at == (u8)byte)
            return (void *)(uintptr_t)at;
    }
    return NULL;
}

void *memchr_inverse(const void *memory, int byte, size_t len)
{
    const u8 *at = memory;
    u64 word = (u8)byte * 0x0101010101010101UL;

    for (; len >= 8 && word_load(at) == word; len -= 8, at += 8)
        continue;
    for (; len > 0; len--, at++) {
        if (*at != (u8)byte)
            return (void *)(uintptr_t)at;
    }
    return NULL;
}

void memzero_secret(void *memory, size_t len)
{
    memset(memory, 0, len);
    __asm__ volatile("" : : "r"(memory) : "memory");
}
