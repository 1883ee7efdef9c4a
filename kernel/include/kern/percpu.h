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

#define DEFINE_PER_CPU(type, name)  __section(PERCPU_SECTION) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __section(PERCPU_SECTION) __typeof__(type) name

/* The copy of @variable at @offset. The compiler must not know that it is not @variable itself. */
#define per_cpu_at(variable, offset)                                                               \
    ({                                                                                             \
        char *template_;                                                                           \
        __asm__("" : "=r"(template_) : "0"(&(variable)));                                          \
        (__typeof__(variable) *)(template_ + (offset));                                            \
    })
#define per_cpu_ptr(variable, cpu) per_cpu_at(variable, arch_percpu_offset[cpu])
#define this_cpu_ptr(variable)     per_cpu_at(variable, arch_this_cpu_offset())
#define per_cpu(variable, cpu)     (*per_cpu_ptr(variable, cpu))
#define this_cpu(variable)         (*this_cpu_ptr(variable))
