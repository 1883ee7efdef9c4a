/*
 * Threads: their first run, the switch between them, their FS and GS bases.
 *
 * The bases live in the processor while a thread runs (user mode changes them itself with FSGSBASE)
 * and in struct arch_thread otherwise. While in the kernel the user's GS base is in KERNEL_GS_BASE.
 */
#include "thread.h"
#include "asm.h"
#include "cpu_features.h"
#include "debug_registers.h"
#include "descriptor_tables.h"
#include "fpu.h"
#include "instructions.h"

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/percpu.h>
#include <arch/upcall.h>
#include <arch/user.h>
#include <lib/string.h>

_Static_assert(offsetof(struct trap_frame, rbp) == FRAME_RBP, "asm.h");
_Static_assert(offsetof(struct trap_frame, rbx) == FRAME_RBX, "asm.h");
_Static_assert(offsetof(struct trap_frame, r11) == FRAME_R11, "asm.h");
_Static_assert(offsetof(struct trap_frame, r10) == FRAME_R10, "asm.h");
_Static_assert(offsetof(struct trap_frame, rax) == FRAME_RAX, "asm.h");
_Static_assert(offsetof(struct trap_frame, rcx) == FRAME_RCX, "asm.h");
_Static_assert(offsetof(struct trap_frame, rdx) == FRAME_RDX, "asm.h");
_Static_assert(offsetof(struct trap_frame, orig_rax) == FRAME_ORIG_RAX, "asm.h");
_Static_assert(offsetof(struct trap_frame, error_code) == FRAME_ERROR_CODE, "asm.h");
_Static_assert(offsetof(struct trap_frame, rip) == FRAME_RIP, "asm.h");
_Static_assert(offsetof(struct trap_frame, cs) == FRAME_CS, "asm.h");
_Static_assert(offsetof(struct trap_frame, ss) == FRAME_SS, "asm.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "asm.h");
_Static_assert(offsetof(struct cpu_area, kernel_stack_top) == CPU_AREA_KERNEL_STACK, "asm.h");
_Static_assert(offsetof(struct cpu_area, user_stack) == CPU_AREA_USER_STACK, "asm.h");
_Static_assert(offsetof(struct cpu_area, preempt_count) == CPU_AREA_PREEMPT_COUNT, "asm.h");
_Static_assert(offsetof(struct cpu_area, current) == CPU_AREA_CURRENT, "asm.h");
_Static_assert(offsetof(struct cpu_area, rcu_seen) == 48, "percpu.h");
_Static_assert(offsetof(struct arch_thread, flags) == THREAD_FLAGS, "asm.h");
_Static_assert(offsetof(struct arch_thread, user_cycles) == THREAD_USER_CYCLES, "asm.h");
_Static_assert(offsetof(struct arch_upcalls, syscall) == UPCALL_SYSCALL, "asm.h");
_Static_assert(offsetof(struct cpu_area, interrupt_depth) == 40, "percpu.h");
_Static_assert(offsetof(struct cpu_area, lock_owner) == 44, "percpu.h");

static void (*start_hook)(void); /* (I) after sched_init */

void arch_thread_set_start_hook(void (*hook)(void))
{
    start_hook = hook;
}

void arch_thread_return_fully(struct arch_thread *thread)
{
    __atomic_fetch_or(&thread->flags, ARCH_THREAD_FULL_RETURN, __ATOMIC_RELAXED);
}

/* ---- bases ---- */

static u64 fs_base_read(void)
{
    u64 base;

    if (!cpu_features.fsgsbase)
        return msr_read(MSR_FS_BASE);
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static void fs_base_write(u64 base)
{
    if (cpu_features.fsgsbase)
        __asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
    else
        msr_write(MSR_FS_BASE, base);
}

void arch_thread_save_bases(struct arch_thread *thread)
{
    /* Without FSGSBASE user mode changes them through the kernel only (or to 0, by a selector). */
    if (!cpu_features.fsgsbase)
        return;
    thread->fs_base = fs_base_read();
    thread->gs_base = msr_read(MSR_KERNEL_GS_BASE);
}

static void load_bases(const struct arch_thread *thread)
{
    fs_base_write(thread->fs_base);
    msr_write(MSR_KERNEL_GS_BASE, thread->gs_base);
}

/* ---- the switch ---- */

static void set_kernel_stack(u64 top)
{
    __asm__ volatile("movq %0, %%gs:16" : : "r"(top) : "memory");
    descriptor_tables_set_stack(top);
}

/* The FPU state lies above the part of the stack that is used as such. */
static u64 stack_top(void *stack)
{
    return (u64)stack + KERNEL_STACK_SIZE - align_up(arch_fpu_size(), _Alignof(struct fpu_state));
}

/* ---- reading the time-stamp counter in user mode ---- */

static void time_stamp_load(const struct arch_thread *thread)
{
    u64 cr4 = cr4_read() & ~(u64)CR4_TSD;

    cr4_write(cr4 | (thread->flags & ARCH_THREAD_NO_TIME_STAMP ? CR4_TSD : 0));
}

void arch_time_stamp_allow(bool allow)
{
    struct arch_thread *self = arch_thread_current();
    irqflags_t flags = irq_save();

    if (allow)
        __atomic_fetch_and(&self->flags, ~ARCH_THREAD_NO_TIME_STAMP, __ATOMIC_RELAXED);
    else
        __atomic_fetch_or(&self->flags, ARCH_THREAD_NO_TIME_STAMP, __ATOMIC_RELAXED);
    time_stamp_load(self);
    irq_restore(flags);
}

bool arch_time_stamp_is_allowed(void)
{
    return !(arch_thread_current()->flags & ARCH_THREAD_NO_TIME_STAMP);
}

/* Registers for which few threads have a value of their own. */
#define HAS_OWN_VALUES (ARCH_THREAD_NO_TIME_STAMP | ARCH_THREAD_WATCHES)

static __noinline void load_own_values(const struct arch_thread *next)
{
    time_stamp_load(next);
    debug_registers_load(next);
}

void arch_context_switch(struct arch_thread *prev, struct arch_thread *next, void *next_stack)
{
    if (prev->fpu) {
        fpu_save(prev->fpu);
        arch_thread_save_bases(prev);
    }
    set_kernel_stack(stack_top(next_stack));
    if (unlikely((prev->flags | next->flags) & HAS_OWN_VALUES))
        load_own_values(next);
    if (next->fpu) {
        load_bases(next);
        fpu_restore(next->fpu);
    }
    context_switch(&prev->stack_pointer, next->stack_pointer);
}

/* ---- first run ---- */

void arch_thread_init_kernel(struct arch_thread *arch, void *stack, void (*entry)(void *),
                             void *argument)
{
    /* Below the place of the user frame: the thread may become a user thread. */
    struct switch_frame *frame = (struct switch_frame *)arch_user_frame(stack) - 1;

    *frame = (struct switch_frame){
        .r12 = (u64)entry, .r13 = (u64)argument, .rip = (u64)thread_first_kernel};
    arch->stack_pointer = (u64)frame;
}

/* Registers and bases of @parent, for @arch. */
static void copy_state(struct arch_thread *arch, const struct arch_thread *parent)
{
    if (parent == arch_thread_current()) {
        irqflags_t flags = irq_save();

        fpu_save(parent->fpu);
        arch_thread_save_bases(arch_thread_current());
        irq_restore(flags);
    }
    memcpy(arch->fpu, parent->fpu, arch_fpu_size());
    arch->fs_base = parent->fs_base;
    arch->gs_base = parent->gs_base;
    __atomic_fetch_or(&arch->flags, parent->flags & ARCH_THREAD_NO_TIME_STAMP, __ATOMIC_RELAXED);
}

void thread_start_kernel(void (*entry)(void *), void *argument)
{
    if (start_hook)
        start_hook();
    irq_enable();
    entry(argument);
    if (!arch_thread_current()->fpu)
        arch_panic(NULL, "a kernel thread returned from its entry function");
    return_to_user(arch_frame_current());
}

void arch_thread_become_user(struct arch_thread *arch)
{
    void *fpu = arch_frame_current() + 1;

    fpu_state_init(fpu);
    arch->fpu = fpu;
}

void arch_thread_init_user(struct arch_thread *arch, void *stack, const struct trap_frame *frame,
                           const struct arch_thread *parent)
{
    struct trap_frame *user = arch_user_frame(stack);
    struct switch_frame *first = (struct switch_frame *)user - 1;

    arch->fpu = (void *)stack_top(stack);
    if (parent)
        copy_state(arch, parent);
    else
        fpu_state_init(arch->fpu);
    *user = *frame;
    *first = (struct switch_frame){.rip = (u64)thread_first_user};
    arch->stack_pointer = (u64)first;
}

void arch_enter_user(void)
{
    struct trap_frame *frame = arch_frame_current();

    return_to_user(frame);
    trap_resume_user(frame);
}

void thread_start_user(struct trap_frame *frame)
{
    if (start_hook)
        start_hook();
    irq_enable();
    return_to_user(frame);
}

void arch_fpu_save_current(void)
{
    struct arch_thread *thread = arch_thread_current();
    irqflags_t flags = irq_save();

    if (thread->fpu)
        fpu_save(thread->fpu);
    irq_restore(flags);
}

/* ---- user registers ---- */

struct trap_frame *arch_user_frame(void *stack)
{
    return (struct trap_frame *)stack_top(stack) - 1;
}

void arch_start_user_program(struct arch_thread *arch, struct trap_frame *frame, vaddr_t entry,
                             vaddr_t stack_pointer)
{
    irqflags_t flags;

    arch_thread_return_fully(arch);
    memset(frame, 0, sizeof(*frame));
    frame->rip = entry;
    frame->rsp = stack_pointer;
    frame->orig_rax = TRAP_FRAME_NO_SYSCALL;
    frame_force_user(frame);
    debug_registers_reset(arch);
    flags = irq_save();
    arch->fs_base = 0;
    arch->gs_base = 0;
    fpu_state_init(arch->fpu);
    if (arch == arch_thread_current()) {
        load_bases(arch);
        fpu_restore(arch->fpu);
    }
    irq_restore(flags);
}

void arch_frame_set_result(struct trap_frame *frame, long result)
{
    frame->rax = (u64)result;
}

long arch_frame_result(const struct trap_frame *frame)
{
    return (long)frame->rax;
}

void arch_frame_set_stack(struct trap_frame *frame, vaddr_t stack_pointer)
{
    frame->rsp = stack_pointer;
}

vaddr_t arch_frame_pc(const struct trap_frame *frame)
{
    return frame->rip;
}

void arch_frame_set_pc(struct trap_frame *frame, vaddr_t pc)
{
    frame->rip = pc;
}

vaddr_t arch_frame_stack(const struct trap_frame *frame)
{
    return frame->rsp;
}

bool arch_frame_is_user(const struct trap_frame *frame)
{
    return frame->cs & 3;
}

/* ---- thread pointer and arch_prctl(2) ---- */

static void set_base(struct arch_thread *arch, u64 *base, vaddr_t addr)
{
    irqflags_t flags = irq_save();

    if (arch == arch_thread_current())
        arch_thread_save_bases(arch);
    *base = addr;
    if (arch == arch_thread_current())
        load_bases(arch);
    irq_restore(flags);
}

int arch_set_thread_pointer(struct arch_thread *arch, vaddr_t tls)
{
    if (tls >= USER_END) /* also keeps addresses out of MSRs that would fault in the kernel */
        return -EPERM;
    set_base(arch, &arch->fs_base, tls);
    return 0;
}

static u64 base_of_current(bool fs)
{
    struct arch_thread *arch = arch_thread_current();
    irqflags_t flags = irq_save();
    u64 base;

    arch_thread_save_bases(arch);
    base = fs ? arch->fs_base : arch->gs_base;
    irq_restore(flags);
    return base;
}

enum {
    ARCH_SET_GS = 0x1001,
    ARCH_SET_FS,
    ARCH_GET_FS,
    ARCH_GET_GS,
    ARCH_GET_CPUID = 0x1011,
    ARCH_SET_CPUID,
    ARCH_GET_XCOMP_SUPP = 0x1021,
    ARCH_GET_XCOMP_PERM,
};

long arch_prctl_call(int code, unsigned long addr)
{
    struct arch_thread *arch = arch_thread_current();

    switch (code) {
    case ARCH_SET_FS:
        return arch_set_thread_pointer(arch, addr);
    case ARCH_SET_GS:
        if (addr >= USER_END)
            return -EPERM;
        set_base(arch, &arch->gs_base, addr);
        return 0;
    case ARCH_GET_FS:
        return put_user(base_of_current(true), (u64 __user *)addr);
    case ARCH_GET_GS:
        return put_user(base_of_current(false), (u64 __user *)addr);
    case ARCH_GET_CPUID:
        return 1; /* the instruction is allowed, always */
    case ARCH_SET_CPUID:
        return -ENODEV;
    case ARCH_GET_XCOMP_SUPP:
    case ARCH_GET_XCOMP_PERM:
        return put_user(cpu_features.xcr0, (u64 __user *)addr);
    default:
        return -EINVAL;
    }
}
