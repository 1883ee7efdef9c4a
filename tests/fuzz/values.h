/*
 * Values for system call arguments, from a seed: plausible ones, edges, and nonsense, by the kinds
 * of kernel/include/syscall/arguments.def.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum kind {
#define SYSCALL_ARGUMENT(name, type) KIND_##name,
#include "syscall/arguments.def"
#undef SYSCALL_ARGUMENT
};

/* The calling process prepares what values refer to: memory, descriptors, names. => in its
 * directory */
void values_prepare(uint64_t seed);

/* Fresh contents for the memory that pointers name; before each call. */
void values_refill(void);

uint64_t values_random(void);
uint64_t values_below(uint64_t bound);
uint64_t values_make(enum kind kind);
