/*
 * The processor as the rest of the kernel sees it: interrupt state, waiting, identity.
 *
 * Everything here is an instruction or two. The fake machine of the unit tests has its own copy.
 */
#pragma once

#include <lib/types.h>

#define ARCH_MAX_CPUS 16

typedef unsigned long irqflags_t;

static inline irqflags_t irq_save(void)
{
    irqflags_t flags;

    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void irq_restore(irqflags_t flags)
{
    if (flags & 0x200)
        __asm__ volatile("sti" : : : "memory");
}

static inline void irq_enable(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline bool irq_enabled(void)
{
    irqflags_t flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return flags & 0x200;
}

/* A hint inside a busy-wait loop. */
static inline void cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Enable interrupts and wait for one, atomically: an interrupt between the two is not lost. */
static inline void cpu_idle_wait(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

/* Stop this CPU for good. */
static inline __noreturn void cpu_halt_forever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt" : : : "memory");
}
