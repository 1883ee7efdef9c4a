/* Per-CPU data of the fake machine: copies of the section, chosen by the current fake CPU. */
#pragma once

#include <arch/cpu.h>
#include <lib/types.h>

/* A name that is a C identifier, so that the linker tells where the section begins and ends. */
#define PERCPU_SECTION "percpu"

#define PREEMPT_NO_REQUEST 0x80000000u

extern u64 arch_percpu_offset[];

static inline u64 arch_this_cpu_offset(void)
{
    return arch_percpu_offset[fake_cpu];
}

static inline unsigned cpu_id(void)
{
    return fake_cpu;
}

static inline u32 arch_lock_owner(void)
{
    return fake_cpu + 1;
}

static inline void *arch_current(void)
{
    return fake_cpus[fake_cpu].current;
}

static inline void arch_set_current(void *current)
{
    fake_cpus[fake_cpu].current = current;
}

static inline void arch_preempt_disable(void)
{
    fake_cpus[fake_cpu].preempt_count++;
}

static inline bool arch_preempt_enable_and_test(void)
{
    return --fake_cpus[fake_cpu].preempt_count == 0;
}

static inline unsigned arch_preempt_count(void)
{
    return fake_cpus[fake_cpu].preempt_count;
}

static inline unsigned arch_preempt_depth(void)
{
    return fake_cpus[fake_cpu].preempt_count & ~PREEMPT_NO_REQUEST;
}

static inline bool arch_preempt_requested(void)
{
    return !(fake_cpus[fake_cpu].preempt_count & PREEMPT_NO_REQUEST);
}

static inline void arch_preempt_request(void)
{
    fake_cpus[fake_cpu].preempt_count &= ~PREEMPT_NO_REQUEST;
}

static inline void arch_preempt_clear_request(void)
{
    fake_cpus[fake_cpu].preempt_count |= PREEMPT_NO_REQUEST;
}

static inline void arch_interrupt_enter(void)
{
    fake_cpus[fake_cpu].interrupt_depth++;
}

static inline void arch_interrupt_exit(void)
{
    fake_cpus[fake_cpu].interrupt_depth--;
}

static inline unsigned arch_interrupt_depth(void)
{
    return fake_cpus[fake_cpu].interrupt_depth;
}

static inline u64 arch_rcu_seen(void)
{
    return fake_cpus[fake_cpu].rcu_seen;
}

static inline void arch_set_rcu_seen(u64 period)
{
    fake_cpus[fake_cpu].rcu_seen = period;
}
