/*
 * The signal frame: machine state of the interrupted user code on the user stack, and back.
 */
#pragma once

#include <abi/signal.h>
#include <lib/types.h>

struct trap_frame;

struct arch_signal_request {
    const struct abi_siginfo *info;     /* of the signal */
    const struct abi_sigaction *action; /* without SA_RESTORER the frame cannot return: SIGSEGV */
    const struct abi_stack *alternate;  /* for uc_stack */
    vaddr_t stack_top; /* stack to build on: alternate stack's top, or 0: continue below the current
                          one */
    u64 blocked;       /* mask to restore at sigreturn: uc_sigmask */
};

/*
 * arch_signal_push: build the frame and point @frame at the handler.
 * => -EFAULT: the stack cannot be written (caller forces SIGSEGV)
 */
int arch_signal_push(struct trap_frame *frame,
                     const struct arch_signal_request *request) __must_check;

/*
 * arch_signal_pop: rt_sigreturn: restore registers, FPU state; returns the saved mask and alternate
 * stack.
 * => -EFAULT for a frame that is not readable or would leave user mode with forbidden state (caller
 * forces SIGSEGV). *@blocked is the frame's then, too, unless not even that could be read
 */
int arch_signal_pop(struct trap_frame *frame, u64 *blocked,
                    struct abi_stack *alternate) __must_check;

/*
 * System call restart (see signal(7)): is @frame inside a system call whose result is an internal
 * restart code, and make it run again / return -EINTR / run restart_syscall.
 */
bool arch_syscall_interrupted(const struct trap_frame *frame, long *code);
void arch_syscall_restart(struct trap_frame *frame);
void arch_syscall_restart_block(struct trap_frame *frame);

size_t arch_minimum_signal_stack(void); /* AT_MINSIGSTKSZ */
