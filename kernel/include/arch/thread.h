/*
 * Machine state of a thread: what the context switch saves, user registers, FPU, thread pointer.
 *
 * A thread that has a user side keeps its user registers in a struct trap_frame at the top of its
 * kernel stack while it is in the kernel. <arch/trap_frame.h> defines struct trap_frame (all
 * general registers, rip, cs, rflags, rsp, ss, orig_rax, error code) for arch, ptrace-like readers
 * and core dumps; other rooms use the accessors here.
 */
#pragma once

#include <lib/types.h>

/* The deepest way that the system tests find takes a third of it. */
#define KERNEL_STACK_SIZE 8192UL

struct trap_frame;
struct arch_debug_registers;

/* struct thread begins with it: arch_current() (<arch/percpu.h>) points to both. */
struct arch_thread {
    u64 stack_pointer; /* saved kernel stack pointer while not running */
    u64 fs_base;       /* user FS and GS bases (thread pointer) */
    u64 gs_base;
    void *fpu; /* user FPU/vector state, arch_fpu_size() bytes at the top of the stack; NULL: kernel
                  thread */
    u64 fault_address; /* own thread: address, exception number and error code of the last fault in
                        */
    u32 fault_vector;  /*   user mode, for the signal frame */
    u32 fault_error;
    u32 flags;        /* (a) bits of <sched/thread.h>, ARCH_THREAD_* */
    u32 debug_status; /* own thread, and its tracer: why it raised the last debug exception */
    struct arch_debug_registers *debug; /* its tracer's; NULL: never watched */

    /*
     * Time-stamp counts (arch_cycles). @run_cycles: on a CPU, up to @counted_until, when it was
     * switched in; sched writes both, and counted_until is 0 while they change. @user_cycles: what
     * of that was in user mode. One addition at each crossing keeps it: on the way to user mode
     * the time is taken off, on the way back it is put on; so it is negative there, and only there.
     */
    u64 counted_until;
    u64 run_cycles;
    s64 user_cycles;
};

/* A bit of the upper half of arch_thread.flags makes the way back to user mode call user_return
 * first. */
/*
 * The user registers in the frame are not those of the system call that the thread is in any more:
 * all of them are to be loaded, by iret. Who changes a frame sets it (own thread, or while
 * stopped).
 */
#define ARCH_THREAD_FULL_RETURN (1u << 31)

/* The thread may not read the time-stamp counter: SIGSEGV (own thread; inherited by its children)
 */
#define ARCH_THREAD_NO_TIME_STAMP (1u << 15)

/* A slot of its debug registers is enabled (<arch/debug_registers.h>). */
#define ARCH_THREAD_WATCHES (1u << 14)

/* prctl(PR_SET_TSC) of the running thread. */
void arch_time_stamp_allow(bool allow);
bool arch_time_stamp_is_allowed(void);

void arch_thread_return_fully(struct arch_thread *thread);

struct thread;

/*
 * arch_thread_init_kernel: prepare @thread to run entry(argument) on the stack [stack, stack +
 * KERNEL_STACK_SIZE) when first switched to; the scheduler's first-run hook
 * (arch_thread_set_start_hook) runs before entry.
 */
void arch_thread_init_kernel(struct arch_thread *arch, void *stack, void (*entry)(void *),
                             void *argument);

/*
 * arch_thread_init_user: prepare a thread that "returns" to user mode with a copy of @frame.
 * => @parent's FPU state and thread pointer are copied, NULL: fresh state
 */
void arch_thread_init_user(struct arch_thread *arch, void *stack, const struct trap_frame *frame,
                           const struct arch_thread *parent);

/*
 * arch_thread_become_user: give a kernel thread (the current one) a user side: fresh FPU state.
 * => afterwards the thread fills arch_frame_current() of <arch/trap_frame.h>
 * (arch_start_user_program), and returning from its entry function goes to user mode
 */
void arch_thread_become_user(struct arch_thread *arch);

/* Called once by sched: @hook runs first on every new thread's stack (it releases the run-queue
 * lock). */
void arch_thread_set_start_hook(void (*hook)(void));

/*
 * arch_context_switch: save @prev, load @next (stack pointer, kernel stack for traps, FPU, bases).
 * => interrupts off; returns when @prev runs again, possibly on another CPU
 */
void arch_context_switch(struct arch_thread *prev, struct arch_thread *next, void *next_stack);

/* User registers of the thread whose kernel stack starts at @stack (valid while it is in the
 * kernel). */
struct trap_frame *arch_user_frame(void *stack);

/* Start a fresh program: registers as the ABI says, entry and stack pointer, FPU state and bases
 * reset. */
void arch_start_user_program(struct arch_thread *arch, struct trap_frame *frame, vaddr_t entry,
                             vaddr_t stack_pointer);

/*
 * arch_enter_user: leave the kernel for the first time, with the frame at the top of the current
 * kernel stack (arch_user_frame), through the same path as every return to user mode (upcall
 * user_return included).
 */
__noreturn void arch_enter_user(void);

/* Child side of fork and clone: system call result 0; new stack if not 0. */
void arch_frame_set_result(struct trap_frame *frame, long result);
long arch_frame_result(
    const struct trap_frame *frame); /* what is in the result register: rt_sigreturn keeps it */
void arch_frame_set_stack(struct trap_frame *frame, vaddr_t stack_pointer);
vaddr_t arch_frame_pc(const struct trap_frame *frame);
void arch_frame_set_pc(struct trap_frame *frame, vaddr_t pc);
vaddr_t arch_frame_stack(const struct trap_frame *frame);
bool arch_frame_is_user(const struct trap_frame *frame);

/* Thread pointer of clone(CLONE_SETTLS). => -EPERM/-EINVAL when not a user address, as Linux */
int arch_set_thread_pointer(struct arch_thread *arch, vaddr_t tls) __must_check;

/* The arch_prctl system call on the current thread: ARCH_SET_FS and so on. Errors as arch_prctl(2).
 */
long arch_prctl_call(int code, unsigned long addr);

/* FPU state of the running thread: write registers to memory / reload them from memory. */
size_t arch_fpu_size(void);
void arch_fpu_save_current(void);
