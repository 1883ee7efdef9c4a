/*
 * The four calls that go up from the machine, and the hooks around the way back to user mode.
 *
 * arch calls them; the room named provides them. All run on the kernel stack of the current thread.
 */
#pragma once

#include <lib/types.h>

struct trap_frame;

/* Serves a system call: its six arguments, of which it may want fewer. */
typedef long (*arch_syscall_function)(unsigned long, unsigned long, unsigned long, unsigned long,
                                      unsigned long, unsigned long);

enum fault_access { FAULT_READ = 0, FAULT_WRITE = 1, FAULT_EXEC = 2 };

/* What went wrong in user mode (or in a user-memory access), in machine-independent words. */
enum trap_kind {
    TRAP_DIVIDE,     /* SIGFPE FPE_INTDIV */
    TRAP_FPU,        /* SIGFPE, code from arch */
    TRAP_BREAKPOINT, /* SIGTRAP */
    TRAP_DEBUG,      /* SIGTRAP, code from arch: a single step, debug registers */
    TRAP_ILLEGAL,    /* SIGILL ILL_ILLOPN */
    TRAP_PROTECTION, /* SIGSEGV SI_KERNEL, address 0 */
    TRAP_STACK,      /* SIGBUS SI_KERNEL */
    TRAP_ALIGNMENT,  /* SIGBUS BUS_ADRALN */
};

/* Each upcall table is registered once at boot by the room that serves it. */
struct arch_upcalls {
    /*
     * A page fault at @addr. => returns 0 when resolved; -EFAULT when not (arch then uses the
     * exception table for kernel accesses, or has already had a signal queued for user mode).
     * Interrupts are on. @user: the access was made in user mode.
     */
    int (*page_fault)(struct trap_frame *frame, vaddr_t addr, enum fault_access access, bool user);
    /* A synchronous exception of user mode; queues the signal. @code: si_code detail, @addr:
     * si_addr. */
    void (*user_trap)(struct trap_frame *frame, enum trap_kind kind, int code, vaddr_t addr);
    /* A device interrupt on @line (global interrupt number); interrupts off. */
    void (*interrupt)(unsigned line);
    /* The system call that the current frame asks for, with its arguments (<arch/syscall.h>); the
     * result goes to user mode as is. Called with interrupts off, when the CPU holds no reference
     * yet; returns with them on. */
    long (*syscall)(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long,
                    unsigned long);
    /* The one-shot timer of this CPU fired, interrupts off. */
    void (*tick)(void);
    /* Before a return to user mode, interrupts on, while the thread has a flag of
     * ARCH_THREAD_RETURN_WORK (signals) or a switch is wanted. */
    void (*user_return)(struct trap_frame *frame);
    /* A reschedule IPI or the end of an interrupt in kernel mode with preemption allowed. */
    void (*preempt)(void);
};
extern struct arch_upcalls arch_upcalls;

/* Messages of the machine, before and without any other service. Provided by kern. */
void arch_log(const char *format, ...) __printf(1, 2); /* an information line for the kernel log */
void arch_warn(const char *format, ...) __printf(1, 2);
__noreturn void arch_panic(const struct trap_frame *frame, const char *format, ...) __printf(2, 3);

/* Interrupt lines: enable, disable. @level: level-triggered, else edge. -EINVAL for a line that
 * does not exist. */
int arch_irq_enable(unsigned line, bool level) __must_check;
void arch_irq_disable(unsigned line);

/*
 * arch_msi_allocate: a line for a message-signalled interrupt (edge-triggered, always enabled), and
 * what the device is to write where.
 * => -ENOSPC
 */
int arch_msi_allocate(unsigned *line, u64 *address, u32 *data) __must_check;
