/*
 * Memory and strings: the functions of the C library that the kernel uses, with their C meaning,
 * and the questions about one character. memcpy, memmove, memset and memcmp are weak symbols: the
 * architecture may supply faster ones.
 */
#pragma once

#include <lib/types.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *memory, int byte, size_t len);

/* Freestanding code has to ask for it: of a length that the compiler knows they become moves. Not
 * where the functions are defined, or have other names. */
#ifndef STRING_FUNCTIONS_AS_THEY_ARE
#define memcpy(...)  __builtin_memcpy(__VA_ARGS__)
#define memmove(...) __builtin_memmove(__VA_ARGS__)
#define memset(...)  __builtin_memset(__VA_ARGS__)
#define memcmp(...)  __builtin_memcmp(__VA_ARGS__)
#endif

/* memset to 0 that the compiler may not remove: for keys and secrets. */
void memzero_secret(void *memory, size_t len);

/* The first byte that differs from @byte; NULL when all are equal to it. */
void *memchr_inverse(const void *memory, int byte, size_t len);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
int strcasecmp(const char *a, const char *b);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);
char *strstr(const char *text, const char *part);
size_t strspn(const char *text, const char *accept);
size_t strcspn(const char *text, const char *reject);

/* Copy with truncation; @to is terminated when @size > 0. Returns strlen(@from). */
size_t strlcpy(char *to, const char *from, size_t size);

/* Append with truncation; @size is that of the whole buffer. Returns the length it tried to make.
 */
size_t strlcat(char *to, const char *from, size_t size);

/* Cut the next field off *cursor at any byte of @delimiters; NULL when *cursor was NULL. */
char *strsep(char **cursor, const char *delimiters);

static inline bool string_is_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* When @text begins with @prefix, what follows it; else NULL. */
const char *string_skip_prefix(const char *text, const char *prefix);

static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool char_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool char_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool char_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool char_is_alpha(char c)
{
    return char_is_upper(c) || char_is_lower(c);
}

static inline bool char_is_print(char c)
{
    return c >= ' ' && c <= '~';
}

static inline char char_to_lower(char c)
{
    return char_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

static inline char char_to_upper(char c)
{
    return char_is_lower(c) ? (char)(c - ('a' - 'A')) : c;
}
