/*
 * Classic BPF over a small record of 32-bit words: a checked program always ends, reads nothing but
 * the record and its own 16 words of memory, and touches nothing else.
 */
#pragma once

#include <abi/filter.h>

/*
 * bpf_check: may @program run over records of @size bytes?
 * => true only when every jump is forward and inside, every load inside the record and aligned to
 * 4, every word of memory written before it is read, no constant divides by zero or shifts out, and
 * the last instruction returns; @scratch is room for @length values that mean nothing afterwards
 */
bool bpf_check(const struct abi_sock_filter *program, unsigned length, u32 size, u16 *scratch);

/* bpf_run: what the checked @program returns for @record, @size bytes. => 0 when it divides by zero
 */
u32 bpf_run(const struct abi_sock_filter *program, const u32 *record, u32 size);
