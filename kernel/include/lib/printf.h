/*
 * Formatting text, with the C meaning of the conversions
 *
 *   % d i u o x X c s p      flags - + space # 0, width and precision (also *), hh h l ll z j t
 *
 * %p prints 0x and the address in hexadecimal ((nil) is not special: 0x0). No floating point, no
 * %n. A NULL string prints as (null). u64 is unsigned long: %lu.
 */
#pragma once

#include <lib/types.h>

/* Returns the length the whole text would have; at most @size bytes are written, terminated when
 * @size > 0. */
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments) __printf(3, 0);
int snprintf(char *buffer, size_t size, const char *format, ...) __printf(3, 4);

/* Returns the number of characters that were written, the terminator not counted. */
size_t vscnprintf(char *buffer, size_t size, const char *format, va_list arguments) __printf(3, 0);
size_t scnprintf(char *buffer, size_t size, const char *format, ...) __printf(3, 4);
