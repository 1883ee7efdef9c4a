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
#include "fpu.h"
#include "thread.h"

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
        return fpu_save_user((void __user *)at) ||
                       put_user(ABI_FP_XSTATE_MAGIC2, (u32 __user *)(at + cpu_features.xstate_size))
                   ? -EFAULT
                   : 0;
    flags = irq_save();
    fpu_save_whole(thread->fpu);
    irq_restore(flags);
    /* Should the thread be preempted here, the same registers are saved to the same place again. */
    return copy_to_user((void __user *)at, thread->fpu, cpu_features.xstate_size);
}

/* How many bytes of state there are at @at: the legacy area only, unless both magics are right. */
static int fp_state_size(u64 at, u32 *size)
{
    struct abi_fp_software software;
    u32 magic2;

    *size = ABI_FP_LEGACY_SIZE;
    if (!cpu_features.xsave)
        return 0;
    if (copy_from_user(&software, (void __user *)(at + ABI_FP_SOFTWARE_OFFSET), sizeof(software)))
        return -EFAULT;
    if (software.magic1 != ABI_FP_XSTATE_MAGIC1 || software.state_size < sizeof(struct fpu_state) ||
        software.state_size > cpu_features.xstate_size ||
        software.state_size > software.extended_size)
        return 0;
    if (get_user(magic2, (u32 __user *)(at + software.state_size)))
        return -EFAULT;
    if (magic2 == ABI_FP_XSTATE_MAGIC2)
        *size = software.state_size;
    return 0;
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

static int pop_fpu(struct arch_thread *thread, u64 at)
{
    bool missing;
    u32 size;

    if (at == 0) {
        load_initial_fpu(thread);
        return 0;
    }
    if (fp_state_size(at, &size))
        return -EFAULT;
    if (cpu_features.xsave && size == cpu_features.xstate_size) {
        if (fpu_restore_user((const void __user *)at) == 0)
            return 0;
        load_initial_fpu(thread); /* not half of what the program wrote */
        return -EFAULT;
    }
    while (!load_fpu(thread->fpu, at, size, &missing)) {
        if (!missing || touch(at, size))
            return -EFAULT;
    }
    return 0;
}

/* ---- the frame ---- */

/*
 * The registers that frame and context both have, one by one: assigned as a whole they would go
 * through a copy, since the two might overlap for all the compiler knows (80 instructions).
 */
#define FOR_EACH_REGISTER(copy)                                                                    \
    copy(r8) copy(r9) copy(r10) copy(r11) copy(r12) copy(r13) copy(r14) copy(r15) copy(rdi)        \
        copy(rsi) copy(rbp) copy(rbx) copy(rdx) copy(rax) copy(rcx) copy(rsp) copy(rip)

#define SAVE_REGISTER(name)    context->name = frame->name;
#define RESTORE_REGISTER(name) frame->name = context->name;

static void save_registers(struct abi_sigcontext *context, const struct trap_frame *frame)
{
    const struct arch_thread *thread = arch_thread_current();

    FOR_EACH_REGISTER(SAVE_REGISTER)
    context->rflags = frame->rflags;
    context->cs = (u16)frame->cs;
    context->ss = (u16)frame->ss;
    context->error_code = thread->fault_error;
    context->trap_number = thread->fault_vector;
    context->cr2 = thread->fault_address;
}

static bool is_inside(const struct abi_stack *stack, u64 pointer)
{
    return !(stack->flags & SS_DISABLE) && pointer > stack->sp &&
           pointer - stack->sp <= stack->size;
}

/* Where frame and vector state go. => false: they would leave the alternate stack */
static bool place(const struct trap_frame *frame, const struct arch_signal_request *request,
                  u64 *frame_at, u64 *fpu_at)
{
    const struct abi_stack *alternate = request->alt_stack;
    bool on_alternate = request->stack_top || is_inside(alternate, frame->rsp);
    u64 top = request->stack_top ? request->stack_top : frame->rsp - RED_ZONE;

    *fpu_at = align_down(top - fp_frame_size(), 64);
    *frame_at = align_down(*fpu_at - sizeof(struct abi_signal_frame), 16) - 8;
    return !on_alternate || is_inside(alternate, *frame_at);
}

int arch_signal_push(struct trap_frame *frame, const struct arch_signal_request *request)
{
    struct abi_signal_frame image = {.restorer = request->restorer};
    u64 frame_at, fpu_at;

    if (!place(frame, request, &frame_at, &fpu_at) || !request->restorer)
        return -EFAULT;
    image.ucontext.flags = ABI_UC_SIGCONTEXT_SS | ABI_UC_STRICT_RESTORE_SS |
                           (cpu_features.xsave ? ABI_UC_FP_XSTATE : 0);
    memcpy(&image.ucontext.stack, request->alt_stack, sizeof(image.ucontext.stack));
    save_registers(&image.ucontext.context, frame);
    image.ucontext.context.fp_state = fpu_at;
    image.ucontext.context.old_mask = request->blocked;
    image.ucontext.mask = request->blocked;
    memcpy(&image.info, request->info, sizeof(image.info));
    if (push_fpu(arch_thread_current(), fpu_at) ||
        copy_to_user((void __user *)frame_at, &image, sizeof(image)))
        return -EFAULT;

    frame->rdi = (u64)request->signal;
    frame->rsi = frame_at + offsetof(struct abi_signal_frame, info);
    frame->rdx = frame_at + offsetof(struct abi_signal_frame, ucontext);
    frame->rax = 0;
    frame->rsp = frame_at;
    frame->rip = request->handler;
    frame->rflags &= ~(u64)(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    frame_force_user(frame);
    arch_pkey_reset();
    return 0;
}

static bool selectors_are_user(const struct abi_sigcontext *context)
{
    u16 cs = context->cs | 3;

    return (cs == USER_CS || cs == USER_CS32) && (context->ss | 3) == USER_SS;
}

static void restore_registers(struct trap_frame *frame, const struct abi_sigcontext *context)
{
    FOR_EACH_REGISTER(RESTORE_REGISTER)
    frame->rflags = (context->rflags & RFLAGS_USER) | RFLAGS_IF | RFLAGS_FIXED;
    frame->cs = context->cs | 3;
    frame->ss = context->ss | 3;
    frame->orig_rax = TRAP_FRAME_NO_SYSCALL;
    frame->error_code = 0;
}

int arch_signal_pop(struct trap_frame *frame, u64 *blocked, void *alt_stack)
{
    /* The handler's return popped the restorer's address. */
    u64 at = frame->rsp - sizeof(u64) + offsetof(struct abi_signal_frame, ucontext);
    struct abi_ucontext ucontext __uncleared;

    if (copy_from_user(&ucontext, (void __user *)at, sizeof(ucontext)))
        return -EFAULT;
    if (!selectors_are_user(&ucontext.context))
        return -EFAULT;
    if (pop_fpu(arch_thread_current(), ucontext.context.fp_state))
        return -EFAULT;
    restore_registers(frame, &ucontext.context);
    arch_thread_return_fully(arch_thread_current());
    *blocked = ucontext.mask;
    memcpy(alt_stack, &ucontext.stack, sizeof(ucontext.stack));
    return 0;
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
