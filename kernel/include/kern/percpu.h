/*
 * Per-CPU data: one copy of the .percpu section for each CPU.
 *
 * => this_cpu(x) is stable only while preemption is off (preempt_disable, a spin lock, interrupts
 * off)
 */
#pragma once

#include <arch/percpu.h>
#include <arch/smp.h>
#include <lib/types.h>

#define DEFINE_PER_CPU(type, name)  __section(".percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __section(".percpu") __typeof__(type) name

#define per_cpu_ptr(variable, cpu)                                                                 \
    ((__typeof__(variable) *)((char *)&(variable) + arch_percpu_offset[cpu]))
#define this_cpu_ptr(variable)                                                                     \
    ((__typeof__(variable) *)((char *)&(variable) + arch_this_cpu_offset()))
#define per_cpu(variable, cpu) (*per_cpu_ptr(variable, cpu))
#define this_cpu(variable)     (*this_cpu_ptr(variable))
