/*
 * Registers of traced threads. What a tracer writes is believed no more than what a program writes
 * into a signal frame: user selectors, flags that user mode may change, bases in user memory.
 */
#include <abi/errno.h>
#include <arch/memory.h>
#include <arch/trace.h>
#include <arch/trap_frame.h>
#include <lib/string.h>

#include "asm.h"
#include "cpu_features.h"
#include "fpu.h"

/* AC RF OF DF TF SF ZF AF PF CF. */
#define RFLAGS_USER 0x50DD5UL

/* Their order in struct user_regs_struct; before RIP it is that of a trap frame. */
enum {
    REGISTER_RIP = 16,
    REGISTER_CS,
    REGISTER_RFLAGS,
    REGISTER_RSP,
    REGISTER_SS,
    REGISTER_FS_BASE,
    REGISTER_GS_BASE
};

static bool is_user_selector(u64 selector)
{
    return selector <= 0xffff && (selector & 3) == 3;
}

int arch_trace_set_registers(struct arch_thread *arch, void *stack,
                             const u64 registers[ARCH_CORE_NR_REGISTERS])
{
    struct trap_frame *frame = arch_user_frame(stack);

    if (!is_user_selector(registers[REGISTER_CS]) || !is_user_selector(registers[REGISTER_SS]) ||
        registers[REGISTER_FS_BASE] >= USER_END || registers[REGISTER_GS_BASE] >= USER_END)
        return -EIO;
    if (registers[REGISTER_CS] != USER_CS || registers[REGISTER_SS] != USER_SS)
        return -EIO; /* the only segments of code and stack there are */
    memcpy(frame, registers, offsetof(struct trap_frame, error_code)); /* r15 ... orig_rax */
    frame->rip = registers[REGISTER_RIP];
    frame->rflags = (registers[REGISTER_RFLAGS] & RFLAGS_USER) | (frame->rflags & ~RFLAGS_USER);
    frame->rsp = registers[REGISTER_RSP];
    arch->fs_base = registers[REGISTER_FS_BASE];
    arch->gs_base = registers[REGISTER_GS_BASE];
    arch_thread_return_fully(arch);
    return 0;
}

int arch_trace_set_fp_state(struct arch_thread *arch, const void *state, size_t size, void *scratch)
{
    struct fpu_state *copy = scratch;

    memcpy(copy, arch->fpu, arch_fpu_size());
    memcpy(copy, state, size);
    if (size == ARCH_CORE_FP_SIZE)
        copy->xstate_bv |= XSTATE_LEGACY; /* the other parts stay as they are */
    if (!fpu_state_sanitise(copy, false))
        return -EINVAL;
    memcpy(arch->fpu, scratch, arch_fpu_size());
    return 0;
}

void arch_trace_single_step(struct trap_frame *frame, bool on)
{
    if (on)
        frame->rflags |= RFLAGS_TF;
    else
        frame->rflags &= ~(u64)RFLAGS_TF;
}

long arch_syscall_number(const struct trap_frame *frame)
{
    return (s32)frame->orig_rax;
}

void arch_syscall_arguments(const struct trap_frame *frame, unsigned long args[6])
{
    args[0] = frame->rdi;
    args[1] = frame->rsi;
    args[2] = frame->rdx;
    args[3] = frame->r10;
    args[4] = frame->r8;
    args[5] = frame->r9;
}
