/*
 * Threads, between the C files and trap_entry.S.
 */
#pragma once

#include "asm.h"

#include <arch/percpu.h>
#include <arch/thread.h>
#include <arch/trap_frame.h>

/* The running thread's machine state: struct thread begins with it. NULL before there are threads.
 */
static inline struct arch_thread *arch_thread_current(void)
{
    return arch_current();
}

/* Write the bases that are live in the processor back to @thread, the running one. */
void arch_thread_save_bases(struct arch_thread *thread);

/* Run what must be done before user mode, and leave with interrupts off. */
void return_to_user(struct trap_frame *frame);

/* A valid user frame: selectors and flags as user mode must have them. */
static inline void frame_force_user(struct trap_frame *frame)
{
    frame->cs = USER_CS;
    frame->ss = USER_SS;
    frame->rflags |= RFLAGS_IF | RFLAGS_FIXED;
}

/* The words context_switch pops: at the stack pointer of a thread that is not running. */
struct switch_frame {
    u64 r15, r14, r13, r12, rbx, rbp;
    u64 rip;
};

/* Called from trap_entry.S. */
void thread_start_kernel(void (*entry)(void *), void *argument);
void thread_start_user(struct trap_frame *frame);
__noreturn void trap_resume_user(struct trap_frame *frame); /* interrupts off */
void context_switch(u64 *save_stack_pointer, u64 stack_pointer);
__noreturn void stack_switch_call(u64 stack_top, void (*function)(void *), void *argument);
extern const char thread_first_kernel[], thread_first_user[];
