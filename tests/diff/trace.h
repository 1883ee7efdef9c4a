/*
 * trace.h: what the kernel was seen to do, line by line. Every line counts into control->sum; with
 * control->verbose it is printed too.
 */
#ifndef TESTS_DIFF_TRACE_H
#define TESTS_DIFF_TRACE_H

#include "scene.h"

void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* trace_result: what a call answered: errno's name for -1, a place of the window for an address. */
void trace_result(long value);

/* hash_bytes: @len bytes (a multiple of 8, aligned so) on top of @sum. */
unsigned long hash_bytes(unsigned long sum, const void *bytes, size_t len);
unsigned long hash_word(unsigned long sum, unsigned long word);

/* place_text: an address by its place in the window, "3" or "3+0x10", or "elsewhere". */
const char *place_text(unsigned long address, char text[32]);

#endif
