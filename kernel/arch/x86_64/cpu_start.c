/*
 * The registers that every CPU sets the same way. (AMD APM 2, 6.1: syscall.)
 */
#include "cpu_start.h"
#include "asm.h"
#include "cpu_features.h"
#include "descriptor_tables.h"
#include "instructions.h"
#include "lapic.h"

#include <lib/types.h>

extern const char syscall_entry[], syscall_entry_compat[];

static void set_syscall_entry(void)
{
    msr_write(MSR_SYSENTER_CS, 0); /* the instruction faults: nothing 32-bit is supported */
    /* sysret takes SS from the upper selector + 8 and CS from it + 16, both with privilege 3. */
    msr_write(MSR_STAR, (u64)(USER_CS32 & ~3) << 48 | 3UL << 48 | (u64)KERNEL_CS << 32);
    msr_write(MSR_LSTAR, (u64)syscall_entry);
    msr_write(MSR_CSTAR, (u64)syscall_entry_compat);
    msr_write(MSR_FMASK, RFLAGS_TF | RFLAGS_DF | RFLAGS_IF | RFLAGS_IOPL | RFLAGS_AC | RFLAGS_NT |
                             RFLAGS_CF | 0x8D4); /* the arithmetic flags too */
}

void cpu_start(unsigned cpu)
{
    cpu_features_enable();
    descriptor_tables_load(cpu);
    set_syscall_entry();
    msr_write(MSR_KERNEL_GS_BASE, 0);
    if (cpu_features.rdtscp)
        msr_write(MSR_TSC_AUX, cpu); /* getcpu in the vDSO: node << 12 | cpu */
    lapic_init_cpu();
}
