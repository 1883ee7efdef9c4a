/*
 * The processor of the fake machine: the interrupt flag of the fake CPU that is current. Nothing
 * interrupts; the flag is there so that code and tests can check it.
 */
#pragma once

#include <lib/types.h>

#define ARCH_MAX_CPUS 16

typedef unsigned long irqflags_t;

struct fake_cpu {
    bool interrupts_off;
    unsigned preempt_count; /* as x86: bit 31 clear when a switch is wanted */
    unsigned interrupt_depth;
    u64 rcu_seen;
    void *current;
};
extern struct fake_cpu fake_cpus[ARCH_MAX_CPUS];
extern unsigned fake_cpu; /* the current one */

__noreturn void fake_fatal(const char *format, ...) __printf(1, 2);

static inline irqflags_t irq_save(void)
{
    irqflags_t flags = !fake_cpus[fake_cpu].interrupts_off;

    fake_cpus[fake_cpu].interrupts_off = true;
    return flags;
}

static inline void irq_restore(irqflags_t flags)
{
    fake_cpus[fake_cpu].interrupts_off = !flags;
}

static inline void irq_enable(void)
{
    fake_cpus[fake_cpu].interrupts_off = false;
}

static inline void irq_disable(void)
{
    fake_cpus[fake_cpu].interrupts_off = true;
}

static inline bool irq_enabled(void)
{
    return !fake_cpus[fake_cpu].interrupts_off;
}

/* One thread of the host plays all CPUs: whoever spins would spin for ever. */
static inline void cpu_relax(void)
{
    fake_fatal("a busy wait that cannot end: deadlock");
}

static inline void cpu_idle_wait(void)
{
    irq_enable();
}

static inline __noreturn void cpu_halt_forever(void)
{
    fake_fatal("the CPU was halted");
}
