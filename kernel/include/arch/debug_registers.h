/*
 * Hardware breakpoints and watchpoints of a thread: the processor's debug registers, numbered and
 * laid out as a tracer addresses them (u_debugreg of struct user, ptrace(2)). They stop the thread
 * in user mode only; what the kernel reads and writes on its behalf stops nobody.
 */
#pragma once

#include <arch/thread.h>

#define ARCH_NR_DEBUG_REGISTERS 8

/* What a thread has once its tracer has set one. The thread is off its CPU, or has no business with
 * its tracer any more, when it changes. */
struct arch_debug_registers {
    u64 address[4]; /* of user memory */
    u64 control;    /* as it was written */
    u64 checked;    /* as @control, of known slots: the kind and length that the address fits */
    u32 known;      /* bit N: address[N] was set or slot N enabled */
};

/* arch_debug_register: register @number (below ARCH_NR_DEBUG_REGISTERS) of a thread that is traced.
 */
u64 arch_debug_register(const struct arch_thread *arch, unsigned number);

/*
 * arch_debug_register_set: takes effect when the thread is next switched to. => arch->debug is
 * there, the caller's to free with the thread
 * => -EINVAL: not user memory, not aligned, or of a kind that there is not; -EIO: no such register.
 * Nothing changed
 */
int arch_debug_register_set(struct arch_thread *arch, unsigned number, u64 value) __must_check;
