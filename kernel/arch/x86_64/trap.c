/*
 * Traps, sorted: interrupts, exceptions of user mode (the thread gets a signal), exceptions of the
 * kernel (a fixup or a panic), and what must not happen.
 */
#include "trap.h"
#include "asm.h"
#include "debug_registers.h"
#include "exception_table.h"
#include "instructions.h"
#include "ipi.h"
#include "thread.h"

#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/percpu.h>
#include <arch/upcall.h>
#include <lib/string.h>

struct arch_upcalls arch_upcalls;

static const char *const exception_names[32] = {
    "division error",
    "debug",
    "NMI",
    "breakpoint",
    "overflow",
    "bound",
    "invalid opcode",
    "device not available",
    "double fault",
    "coprocessor overrun",
    "invalid TSS",
    "segment not present",
    "stack segment",
    "general protection",
    "page fault",
    "reserved",
    "x87 error",
    "alignment check",
    "machine check",
    "SIMD error",
    "virtualization",
    "control protection",
};

/* si_code values of <abi/signal.h> that only the processor knows to tell apart. */
enum {
    CODE_KERNEL = 0x80,
    CODE_FPE_INTDIV = 1,
    CODE_FPE_FLTDIV = 3,
    CODE_FPE_FLTOVF,
    CODE_FPE_FLTUND,
    CODE_FPE_FLTRES,
    CODE_FPE_FLTINV,
    CODE_ILL_ILLOPN = 2,
    CODE_BUS_ADRALN = 1,
};

/* The first unmasked exception of x87 (status, control) or SSE (mxcsr), as si_code of SIGFPE. */
static int fpu_code(unsigned long vector)
{
    u16 status, control;
    u32 mxcsr, raised;

    if (vector == TRAP_NR_FPU) {
        __asm__ volatile("fnstsw %0" : "=m"(status));
        __asm__ volatile("fnstcw %0" : "=m"(control));
        __asm__ volatile("fnclex");
        raised = status & ~control & 0x3F;
    } else {
        __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
        raised = ~(mxcsr >> 7) & mxcsr & 0x3F;
    }
    if (raised & 1)
        return CODE_FPE_FLTINV;
    if (raised & 4)
        return CODE_FPE_FLTDIV;
    if (raised & 8)
        return CODE_FPE_FLTOVF;
    if (raised & (2 | 16)) /* denormal operands count as underflow */
        return CODE_FPE_FLTUND;
    return raised & 32 ? CODE_FPE_FLTRES : CODE_KERNEL;
}

/* => interrupts off; they are on afterwards */
static void user_exception(struct trap_frame *frame, unsigned long vector)
{
    void (*trap)(struct trap_frame *, enum trap_kind, int, vaddr_t) = arch_upcalls.user_trap;
    struct arch_thread *thread = arch_thread_current();

    if (!trap)
        arch_panic(frame, "user mode: %s", exception_names[vector]);
    thread->fault_vector = (u32)vector;
    thread->fault_error = (u32)frame->error_code;
    if (vector == TRAP_NR_DEBUG)
        debug_registers_trapped(thread, frame);
    irq_enable();
    switch (vector) {
    case TRAP_NR_DIVIDE:
        trap(frame, TRAP_DIVIDE, CODE_FPE_INTDIV, frame->rip);
        break;
    case TRAP_NR_DEBUG:
        trap(frame, TRAP_DEBUG, debug_registers_code(thread), frame->rip);
        break;
    case TRAP_NR_BREAKPOINT:
        trap(frame, TRAP_BREAKPOINT, CODE_KERNEL, 0);
        break;
    case TRAP_NR_OPCODE:
    case TRAP_NR_DEVICE:
        trap(frame, TRAP_ILLEGAL, CODE_ILL_ILLOPN, frame->rip);
        break;
    case TRAP_NR_STACK:
        trap(frame, TRAP_STACK, CODE_KERNEL, 0);
        break;
    case TRAP_NR_FPU:
    case TRAP_NR_SIMD:
        trap(frame, TRAP_FPU, fpu_code(vector), frame->rip);
        break;
    case TRAP_NR_ALIGNMENT:
        trap(frame, TRAP_ALIGNMENT, CODE_BUS_ADRALN, 0);
        break;
    default: /* overflow, bound, general protection, segments */
        trap(frame, TRAP_PROTECTION, CODE_KERNEL, 0);
        break;
    }
}

/* ---- crossing between user mode and the kernel ---- */

/* The running thread comes from user mode: see struct arch_thread. => interrupts off */
static inline void count_user_time_end(struct arch_thread *thread)
{
    __atomic_store_n(&thread->user_cycles, thread->user_cycles + (s64)tsc_read(), __ATOMIC_RELAXED);
}

static inline void count_user_time_begin(struct arch_thread *thread)
{
    __atomic_store_n(&thread->user_cycles, thread->user_cycles - (s64)tsc_read(), __ATOMIC_RELAXED);
}

#define UPCALL_WORK (ARCH_THREAD_RETURN_WORK & ~ARCH_THREAD_FULL_RETURN)

static inline u32 flags_of(const struct arch_thread *thread)
{
    return __atomic_load_n(&thread->flags, __ATOMIC_RELAXED);
}

static inline bool has_return_work(const struct arch_thread *thread)
{
    return flags_of(thread) & UPCALL_WORK || arch_preempt_requested();
}

/* Apart, so that a return with nothing to do saves no registers. Interrupts are off. */
static __noinline void do_return_work(struct arch_thread *thread, struct trap_frame *frame)
{
    do {
        irq_enable();
        arch_upcalls.user_return(frame);
        irq_disable();
    } while (has_return_work(thread));
}

void return_to_user(struct trap_frame *frame)
{
    struct arch_thread *thread = arch_thread_current();

    irq_disable();
    if (unlikely(has_return_work(thread)))
        do_return_work(thread, frame);
    if (flags_of(thread) & ARCH_THREAD_FULL_RETURN) /* this is one */
        __atomic_fetch_and(&thread->flags, ~ARCH_THREAD_FULL_RETURN, __ATOMIC_RELAXED);
    count_user_time_begin(thread);
}

void trap_from_user(struct trap_frame *frame, unsigned long vector)
{
    count_user_time_end(arch_thread_current());
    if (vector >= VECTOR_LINES) {
        interrupt_handle(vector);
    } else if (vector == TRAP_NR_PAGE) {
        page_fault_from_user(frame);
    } else {
        user_exception(frame, vector);
    }
    return_to_user(frame);
}

void trap_from_kernel(struct trap_frame *frame, unsigned long vector)
{
    const struct exception_entry *entry;

    if (vector >= VECTOR_LINES) {
        interrupt_handle(vector);
        /* Zero: depth zero and a switch is wanted. */
        if (arch_preempt_count() == 0 && arch_interrupt_depth() == 0 &&
            (frame->rflags & RFLAGS_IF) && arch_upcalls.preempt)
            arch_upcalls.preempt();
        return;
    }
    if (vector == TRAP_NR_PAGE) {
        page_fault_from_kernel(frame);
        return;
    }
    entry = exception_entry_find(frame->rip);
    if (!entry)
        arch_panic(frame, "exception %lu in the kernel: %s", vector,
                   exception_names[vector] ? exception_names[vector] : "reserved");
    frame->rip = entry->fixup;
}

void trap_on_own_stack(struct trap_frame *frame, unsigned long vector)
{
    switch (vector) {
    case TRAP_NR_NMI:
        if (ipi_stop_requested())
            cpu_halt_forever();
        break; /* nobody's; saying so could wait for a lock that the interrupted code holds */
    case TRAP_NR_DEBUG: /* a single step begun in user mode, or a copy from or to watched memory */
        debug_registers_quiet();
        frame->rflags &= ~(u64)RFLAGS_TF;
        break;
    case TRAP_NR_DOUBLE:
        arch_panic(frame, "double fault (kernel stack overflow?), address %#lx", cr2_read());
    default:
        arch_panic(frame, "%s", exception_names[vector]);
    }
}

/*
 * @frame was pushed by an iretq that refused to return to user mode; the five words it refused lie
 * at frame->rsp. Returns a frame that has them and the registers of @frame.
 */
struct trap_frame *iretq_failed_frame(struct trap_frame *frame)
{
    u64 vector = frame->orig_rax;
    u64 error_code = frame->error_code;
    struct trap_frame *user = (struct trap_frame *)(frame->rsp - offsetof(struct trap_frame, rip));

    memmove(user, frame, offsetof(struct trap_frame, orig_rax));
    user->orig_rax = vector;
    user->error_code = error_code;
    return user;
}
