/*
 * Debug registers, for traps and for the switch between threads.
 */
#pragma once

#include <arch/debug_registers.h>
#include <arch/trap_frame.h>

/* debug_registers_load: those of @next instead of another thread's. => interrupts off */
void debug_registers_load(const struct arch_thread *next);

/* debug_registers_reset: the thread begins a new program and is watched no more. */
void debug_registers_reset(struct arch_thread *thread);

/*
 * debug_registers_trapped: take over from the processor why it raised a debug exception in user
 * mode, for debug_registers_code and the tracer. => interrupts off, and not yet on since the
 * exception
 */
void debug_registers_trapped(struct arch_thread *thread, struct trap_frame *frame);

/* debug_registers_code: si_code of SIGTRAP for the last of these. */
int debug_registers_code(const struct arch_thread *thread);

/* debug_registers_quiet: a debug exception of the kernel's own code is nobody's. */
void debug_registers_quiet(void);
