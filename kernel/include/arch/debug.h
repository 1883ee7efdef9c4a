/*
 * What a panic needs from the machine: the first console, the registers, the chain of callers.
 */
#pragma once

#include <lib/types.h>

struct arch_thread;
struct trap_frame;

/* The serial port (and the debug port of an emulator), polled: works from the first instruction in
 * C.
 */
void arch_early_console_write(const char *text, size_t len);

/* Print the registers of @frame through @line, one call per line. */
void arch_print_registers(const struct trap_frame *frame, void (*line)(const char *text));

/*
 * arch_stack_walk: return addresses, innermost first, until the chain ends or @visit returns false.
 * => from @frame (its rip first), or from the caller when NULL; never faults
 */
void arch_stack_walk(const struct trap_frame *frame, bool (*visit)(void *context, u64 address),
                     void *context);
/* The same, of a thread that has run and is not running; it stays so meanwhile. */
void arch_stack_walk_thread(const struct arch_thread *thread,
                            bool (*visit)(void *context, u64 address), void *context);
