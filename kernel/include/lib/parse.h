/*
 * Reading numbers from text (command line, /proc writes, sysctl). Strict: no silent wrap-around,
 * and the whole text must be a number; one trailing newline is allowed, as echo writes it.
 */
#pragma once

#include <lib/types.h>

/*
 * parse_u64: @text in @base (2..36; 0 = by prefix: 0x, 0, else decimal).
 * => -EINVAL when it is no number, -ERANGE when it does not fit; *value is then unchanged
 */
__must_check int parse_u64(const char *text, unsigned int base, u64 *value);
__must_check int parse_s64(const char *text, unsigned int base, s64 *value);
__must_check int parse_u32(const char *text, unsigned int base, u32 *value);
__must_check int parse_s32(const char *text, unsigned int base, s32 *value);

/* A size in bytes: decimal, 0x or 0 prefix, with one suffix K, M, G, T (either case) or none. */
__must_check int parse_size(const char *text, u64 *value);

/*
 * parse_u64_prefix: the number at *cursor, which is advanced past its last digit.
 * => for lists such as "1-3,7"; -EINVAL, -ERANGE: *cursor and *value unchanged
 */
__must_check int parse_u64_prefix(const char **cursor, unsigned int base, u64 *value);

/* y, Y, 1, on / n, N, 0, off. */
__must_check int parse_bool(const char *text, bool *value);
