/*
 * Machine state in core dumps: the registers of a stopped user thread as elf(5) readers expect
 * them.
 */
#pragma once

#include <arch/thread.h>

#define ARCH_CORE_MACHINE      62 /* EM_X86_64 */
#define ARCH_CORE_NR_REGISTERS 27 /* struct user_regs_struct */
#define ARCH_CORE_FP_SIZE      512

/*
 * arch_core_registers, arch_core_fp_state: of the thread with @arch whose kernel stack starts at
 * @stack.
 * => the thread is the current one, or asleep in the kernel
 * => @state: arch_fpu_size() bytes, 64-byte aligned; the first ARCH_CORE_FP_SIZE of it are the
 * legacy format (NT_FPREGSET), the whole is NT_X86_XSTATE when the result is true
 */
void arch_core_registers(struct arch_thread *arch, void *stack,
                         u64 registers[ARCH_CORE_NR_REGISTERS]);
bool arch_core_fp_state(struct arch_thread *arch, void *state);
