/*
 * The registers of interrupted code, as the entry code pushes them on the kernel stack.
 *
 * For arch itself, tracers, core dumps and panic; other rooms use the accessors in <arch/thread.h>.
 */
#pragma once

#include <arch/percpu.h>
#include <lib/types.h>

struct trap_frame {
    u64 r15, r14, r13, r12;
    u64 rbp, rbx;
    u64 r11, r10, r9, r8;
    u64 rax; /* on the way out: the result */
    u64 rcx, rdx, rsi, rdi;
    u64 orig_rax;                 /* system call number, or ~0 when this is no system call */
    u64 error_code;               /* of the exception, else 0 */
    u64 rip, cs, rflags, rsp, ss; /* pushed by the processor */
};

#define TRAP_FRAME_NO_SYSCALL (~0ul)

/* The user registers of the running thread: at the top of its kernel stack. */
static inline struct trap_frame *arch_frame_current(void)
{
    return (struct trap_frame *)arch_kernel_stack_top() - 1;
}
