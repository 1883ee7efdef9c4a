/*
 * The signal frame: built on the user stack, and taken apart by rt_sigreturn. Layout:
 * <abi/sigcontext.h>.
 *
 * Nothing in a frame is believed: sigreturn takes user selectors only, flags that user mode may
 * set, and vector state without reserved bits. An address that is not canonical faults in iretq,
 * which counts as a fault of user mode (trap.c).
 */
#include <arch/signal.h>

#include "asm.h"
#include "cpu_features.h"
#include "exception_table.h"
#include "fpu.h"
#include "thread.h"
#include "user_access.h"

#include <abi/errno.h>
#include <abi/sigcontext.h>
#include <arch/cpu.h>
#include <arch/pkey.h>
#include <arch/user.h>
#include <lib/string.h>

#define RED_ZONE 128

/* AC RF OF DF TF SF ZF AF PF CF: what user mode may have in its flags beside IF. */
#define RFLAGS_USER 0x50DD5UL

/* Restart codes of <sched/wait.h>: -ERESTARTSYS .. -ERESTART_RESTARTBLOCK. */
#define RESTART_FIRST       512
#define RESTART_LAST        516
#define SYS_RESTART_SYSCALL 219
#define SYSCALL_INSTRUCTION 2 /* bytes */

/* ---- vector state ---- */

static size_t fp_frame_size(void)
{
    return cpu_features.xstate_size + (cpu_features.xsave ? sizeof(u32) : 0);
}

static int push_fpu(struct arch_thread *thread, u64 at)
{
    irqflags_t flags;

    if (cpu_features.xsave)
        return fpu_save_user((void __user *)at);
    flags = irq_save();
    fpu_save_whole(thread->fpu);
    irq_restore(flags);
    /* Should the thread be preempted here, the same registers are saved to the same place again. */
    return copy_to_user((void __user *)at, thread->fpu, cpu_features.xstate_size);
}

/* How many bytes of state there are at @at: the legacy area only, unless both magics are right. */
static int fp_state_size(u64 at, u32 *size)
{
    const struct fpu_state *user = (const struct fpu_state *)at;
    u32 magic1, extended_size, state_size, magic2;

    *size = ABI_FP_LEGACY_SIZE;
    if (!cpu_features.xsave)
        return 0;
    if (!user_range_ok((void __user *)at, cpu_features.xstate_size + sizeof(magic2)))
        return -EFAULT;
    user_access_begin();
    USER_LOAD_32(magic1, &user->software.magic1, fault);
    USER_LOAD_32(extended_size, &user->software.extended_size, fault);
    USER_LOAD_32(state_size, &user->software.state_size, fault);
    if (magic1 == ABI_FP_XSTATE_MAGIC1 && state_size >= sizeof(struct fpu_state) &&
        state_size <= cpu_features.xstate_size && state_size <= extended_size) {
        USER_LOAD_32(magic2, (const u32 *)(at + state_size), fault);
        if (magic2 == ABI_FP_XSTATE_MAGIC2)
            *size = state_size;
    }
    user_access_end();
    return 0;
fault:
    user_access_end();
    return -EFAULT;
}

/* Bring in the pages of [at, at + size), one byte each. */
static int touch(u64 at, u32 size)
{
    char byte;

    for (u64 page = align_down(at, PAGE_SIZE); page < at + size; page += PAGE_SIZE) {
        if (get_user(byte, (char __user *)max(page, at)))
            return -EFAULT;
    }
    return 0;
}

/*
 * Copy the state at @at over the thread's and load it. Interrupts are off, so that no switch saves
 * the registers over what is being copied. => false: a page is missing, or the state is not
 * loadable
 */
static bool load_fpu(struct fpu_state *state, u64 at, u32 size, bool *missing)
{
    irqflags_t flags = irq_save();
    bool good;

    *missing = copy_from_user_nofault(state, (void __user *)at, size);
    good = !*missing && fpu_state_sanitise(state, size == ABI_FP_LEGACY_SIZE);
    if (good)
        fpu_restore(state);
    else
        fpu_save_whole(state); /* the registers still hold the old state */
    irq_restore(flags);
    return good;
}

static void load_initial_fpu(struct arch_thread *thread)
{
    irqflags_t flags = irq_save();

    fpu_state_init(thread->fpu);
    fpu_restore(thread->fpu);
    irq_restore(flags);
}

/* State of another size: by way of the thread's own place for it. */
static __noinline int pop_other_fpu(struct arch_thread *thread, u64 at)
{
    bool missing;
    u32 size;

    if (fp_state_size(at, &size))
        return -EFAULT;
    while (!load_fpu(thread->fpu, at, size, &missing)) {
        if (!missing || touch(at, size))
            return -EFAULT;
    }
    return 0;
}

static int pop_fpu(struct arch_thread *thread, u64 at)
{
    int result = FPU_NOT_WHOLE;

    if (at == 0) {
        load_initial_fpu(thread);
        return 0;
    }
    if (cpu_features.xsave)
        result = fpu_restore_user((const void __user *)at);
    if (result == FPU_NOT_WHOLE)
        return pop_other_fpu(thread, at);
    if (result != 0)
        load_initial_fpu(thread); /* not half of what the program wrote */
    return result;
}

/* ---- the frame ---- */

/* The registers that frame and context both have. */
#define FOR_EACH_REGISTER(copy)                                                                    \
    copy(r8) copy(r9) copy(r10) copy(r11) copy(r12) copy(r13) copy(r14) copy(r15) copy(rdi)        \
        copy(rsi) copy(rbp) copy(rbx) copy(rdx) copy(rax) copy(rcx) copy(rsp) copy(rip)

/* The words of the information, and those behind it. */
#define FOR_EACH_INFO_WORD(copy) copy(0) copy(1) copy(2) copy(3) copy(4) copy(5)
#define FOR_EACH_ZERO_WORD(copy)                                                                   \
    copy(0) copy(1) copy(2) copy(3) copy(4) copy(5) copy(6) copy(7) copy(8) copy(9)

#define SAVE_INFO(i)                                                                               \
    USER_STORE_64(((const u64 *)request->info)[i], &((u64 *)&to->info.info)[i], fault);
#define SAVE_ZERO(i) USER_STORE_64(0, &to->info.zero[i], fault);

#define SAVE_REGISTER(name)    USER_STORE_64(frame->name, &context->name, fault);
#define RESTORE_REGISTER(name) USER_LOAD_64(frame->name, &context->name, fault);

static bool is_inside(const struct abi_stack *stack, u64 pointer)
{
    return !(stack->flags & SS_DISABLE) && pointer > stack->sp &&
           pointer - stack->sp <= stack->size;
}

/* Where frame and vector state go. => false: they would leave the alternate stack */
static bool place(const struct trap_frame *frame, const struct arch_signal_request *request,
                  u64 *frame_at, u64 *fpu_at)
{
    const struct abi_stack *alternate = request->alternate;
    bool on_alternate = request->stack_top || is_inside(alternate, frame->rsp);
    u64 top = request->stack_top ? request->stack_top : frame->rsp - RED_ZONE;

    *fpu_at = align_down(top - fp_frame_size(), 64);
    *frame_at = align_down(*fpu_at - sizeof(struct abi_signal_frame), 16) - 8;
    return !on_alternate || is_inside(alternate, *frame_at);
}

/* cs, gs, fs, ss are one word of the context. */
static u64 selector_word(u64 cs, u64 ss)
{
    return (u16)cs | ss << 48;
}

/*
 * The frame, a word at a time where it belongs: to build it on the kernel's
 * stack first cost 400 instructions. The words that nobody defined stay what they are.
 */
static int write_frame(struct abi_signal_frame *to, const struct trap_frame *frame,
                       const struct arch_signal_request *request, u64 fpu_at)
{
    const struct arch_thread *thread = arch_thread_current();
    struct abi_ucontext *ucontext = &to->ucontext;
    struct abi_sigcontext *context = &ucontext->context;
    const struct abi_stack *stack = request->alternate;
    const struct abi_sigaction *action = request->action;

    user_access_begin();
    USER_STORE_64(action->restorer, &to->restorer, fault);
    USER_STORE_64(ABI_UC_SIGCONTEXT_SS | ABI_UC_STRICT_RESTORE_SS |
                      (cpu_features.xsave ? ABI_UC_FP_XSTATE : 0),
                  &ucontext->flags, fault);
    USER_STORE_64(0, &ucontext->link, fault);
    USER_STORE_64(stack->sp, &ucontext->stack.sp, fault);
    USER_STORE_64((u32)stack->flags, (u64 *)&ucontext->stack.flags, fault);
    USER_STORE_64(stack->size, &ucontext->stack.size, fault);
    FOR_EACH_REGISTER(SAVE_REGISTER)
    USER_STORE_64(frame->rflags, &context->rflags, fault);
    USER_STORE_64(selector_word(frame->cs, frame->ss), (u64 *)&context->cs, fault);
    USER_STORE_64(thread->fault_error, &context->error_code, fault);
    USER_STORE_64(thread->fault_vector, &context->trap_number, fault);
    USER_STORE_64(request->blocked, &context->old_mask, fault);
    USER_STORE_64(thread->fault_address, &context->cr2, fault);
    USER_STORE_64(fpu_at, &context->fp_state, fault);
    USER_STORE_64(request->blocked, &ucontext->mask, fault);
    if (action->flags & SA_SIGINFO) {
        FOR_EACH_INFO_WORD(SAVE_INFO)
        FOR_EACH_ZERO_WORD(SAVE_ZERO)
    }
    user_access_end();
    return 0;
fault:
    user_access_end();
    return -EFAULT;
}

int arch_signal_push(struct trap_frame *frame, const struct arch_signal_request *request)
{
    struct abi_signal_frame *user;
    u64 frame_at, fpu_at;

    if (!place(frame, request, &frame_at, &fpu_at) || !(request->action->flags & SA_RESTORER))
        return -EFAULT;
    user = (struct abi_signal_frame *)frame_at;
    if (!user_range_ok((void __user *)frame_at, fpu_at + fp_frame_size() - frame_at) ||
        push_fpu(arch_thread_current(), fpu_at) || write_frame(user, frame, request, fpu_at))
        return -EFAULT;

    frame->rdi = (u64)request->info->signo;
    frame->rsi = frame_at + offsetof(struct abi_signal_frame, info);
    frame->rdx = frame_at + offsetof(struct abi_signal_frame, ucontext);
    frame->rax = 0;
    frame->rsp = frame_at;
    frame->rip = request->action->handler;
    frame->rflags &= ~(u64)(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    frame_force_user(frame);
    arch_pkey_reset();
    return 0;
}

static bool selectors_are_user(u64 word)
{
    u16 cs = word | 3, ss = word >> 48 | 3;

    return (cs == USER_CS || cs == USER_CS32) && ss == USER_SS;
}

/*
 * Registers and what comes with them. First the first and the last word, because then all its pages
 * are there: the frame is changed as a whole or not at all. (On x86-64 nothing depends on the
 * flags.)
 * => -EFAULT, also for selectors that user mode may not have
 */
static int read_frame(struct trap_frame *frame, const struct abi_ucontext *from, u64 *fp_state,
                      u64 *blocked, struct abi_stack *stack)
{
    const struct abi_sigcontext *context = &from->context;
    u64 selectors, rflags, mask;

    user_access_begin();
    USER_LOAD_64(rflags, &from->flags, fault);
    USER_LOAD_64(mask, &from->mask, fault);
    *blocked = mask;
    USER_LOAD_64(selectors, (const u64 *)&context->cs, fault);
    if (!selectors_are_user(selectors))
        goto fault;
    USER_LOAD_64(*fp_state, &context->fp_state, fault);
    USER_LOAD_64(stack->sp, &from->stack.sp, fault);
    USER_LOAD_64(*(u64 *)&stack->flags, (const u64 *)&from->stack.flags, fault);
    USER_LOAD_64(stack->size, &from->stack.size, fault);
    USER_LOAD_64(rflags, &context->rflags, fault);
    FOR_EACH_REGISTER(RESTORE_REGISTER)
    user_access_end();
    frame->rflags = (rflags & RFLAGS_USER) | RFLAGS_IF | RFLAGS_FIXED;
    frame->cs = (u16)selectors | 3;
    frame->ss = selectors >> 48 | 3;
    return 0;
fault:
    user_access_end();
    return -EFAULT;
}

int arch_signal_pop(struct trap_frame *frame, u64 *blocked, struct abi_stack *alternate)
{
    /* The handler's return popped the restorer's address. */
    u64 at = frame->rsp - sizeof(u64) + offsetof(struct abi_signal_frame, ucontext);
    const struct abi_ucontext *user = (const struct abi_ucontext *)at;
    u64 fp_state __uncleared;

    if (!user_range_ok((void __user *)at, sizeof(*user)) ||
        read_frame(frame, user, &fp_state, blocked, alternate))
        return -EFAULT;
    frame->orig_rax = TRAP_FRAME_NO_SYSCALL;
    frame->error_code = 0;
    arch_thread_return_fully(arch_thread_current());
    return pop_fpu(arch_thread_current(), fp_state);
}

/* ---- system call restart ---- */

bool arch_syscall_interrupted(const struct trap_frame *frame, long *code)
{
    long result = (long)frame->rax;

    if (frame->orig_rax == TRAP_FRAME_NO_SYSCALL || result > -RESTART_FIRST ||
        result < -RESTART_LAST)
        return false;
    *code = result;
    return true;
}

void arch_syscall_restart(struct trap_frame *frame)
{
    frame->rax = frame->orig_rax;
    frame->rip -= SYSCALL_INSTRUCTION;
}

void arch_syscall_restart_block(struct trap_frame *frame)
{
    frame->rax = SYS_RESTART_SYSCALL;
    frame->rip -= SYSCALL_INSTRUCTION;
}

size_t arch_minimum_signal_stack(void)
{
    size_t alignment = 15 + 63; /* at worst, of frame and vector state */

    return align_up(sizeof(struct abi_signal_frame) + fp_frame_size() + alignment, 16UL);
}
