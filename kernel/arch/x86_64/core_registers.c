/*
 * The registers of a thread in the layouts of core dumps: struct user_regs_struct, FXSAVE, XSAVE.
 */
#include <arch/core_dump.h>

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/trap_frame.h>
#include <lib/string.h>

#include "cpu_features.h"
#include "fpu.h"
#include "instructions.h"
#include "thread.h"

#define XSTATE_X87 1UL
#define XSTATE_SSE 2UL

void arch_core_registers(struct arch_thread *arch, void *stack,
                         u64 registers[ARCH_CORE_NR_REGISTERS])
{
    const struct trap_frame *frame = arch_user_frame(stack);

    if (arch == arch_thread_current()) {
        irqflags_t flags = irq_save();

        arch_thread_save_bases(arch);
        irq_restore(flags);
    }
    memcpy(registers, frame, offsetof(struct trap_frame, error_code)); /* r15 ... orig_rax */
    registers[16] = frame->rip;
    registers[17] = frame->cs;
    registers[18] = frame->rflags;
    registers[19] = frame->rsp;
    registers[20] = frame->ss;
    registers[21] = arch->fs_base;
    registers[22] = arch->gs_base;
    memset(&registers[23], 0, 4 * sizeof(u64)); /* ds, es, fs, gs */
}

/* XSAVEOPT leaves out what is in its initial state; old readers do not look at the mask. */
static void complete_legacy(struct fpu_state *state)
{
    if (!(state->xstate_bv & XSTATE_X87)) {
        memset(state, 0, offsetof(struct fpu_state, mxcsr));
        memset(state->registers, 0, sizeof(state->registers));
        state->control = FCW_DEFAULT;
    }
    if (!(state->xstate_bv & XSTATE_SSE))
        memset(state->xmm, 0, sizeof(state->xmm));
}

bool arch_core_fp_state(struct arch_thread *arch, void *state)
{
    struct fpu_state *copy = state;

    if (arch == arch_thread_current())
        arch_fpu_save_current();
    memcpy(copy, arch->fpu, arch_fpu_size());
    if (!cpu_features.xsave)
        return false;
    complete_legacy(copy);
    /* Readers find the mask of components in the first of the words left to software. */
    memset(&copy->software, 0, sizeof(copy->software));
    memcpy(&copy->software, &cpu_features.xcr0, sizeof(cpu_features.xcr0));
    return true;
}
