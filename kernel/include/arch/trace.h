/*
 * Machine state of a thread that is traced (ptrace(2)): it sleeps in the kernel, off its CPU, or is
 * the running one where that is said. Reading is arch_core_registers and arch_core_fp_state.
 */
#pragma once

#include <arch/core_dump.h>

struct trap_frame;

/*
 * arch_trace_set_registers: the general registers, all or none of them.
 * => -EIO: selectors or bases that user mode may not have
 */
int arch_trace_set_registers(struct arch_thread *arch, void *stack,
                             const u64 registers[ARCH_CORE_NR_REGISTERS]) __must_check;

/*
 * arch_trace_set_fp_state: @size bytes of the format that arch_core_fp_state gives,
 * ARCH_CORE_FP_SIZE or arch_fpu_size(); @scratch: arch_fpu_size() bytes, 64-byte aligned.
 * => -EINVAL: not a state the processor takes
 */
int arch_trace_set_fp_state(struct arch_thread *arch, const void *state, size_t size,
                            void *scratch) __must_check;

/* Trap after the next instruction of user mode, or no longer. */
void arch_trace_single_step(struct trap_frame *frame, bool on);

/* The system call that @frame is in: its number (-1: none) and arguments, as they are now. */
long arch_syscall_number(const struct trap_frame *frame);
void arch_syscall_arguments(const struct trap_frame *frame, unsigned long args[6]);
