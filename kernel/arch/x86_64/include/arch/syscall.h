/*
 * A system call as user mode made it: its number and its six arguments.
 *
 * In line, because every system call comes by. The arguments are in registers, and stay there until
 * the function that serves the call; only after a tracer they come from the frame.
 */
#pragma once

#include <arch/trap_frame.h>
#include <arch/upcall.h>

/* The upper half of the register is ignored, as on Linux. */
static inline unsigned arch_syscall_requested(const struct trap_frame *frame)
{
    return (unsigned)frame->orig_rax;
}

static inline long arch_syscall_call(const struct trap_frame *frame, arch_syscall_function function)
{
    return function(frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9);
}
