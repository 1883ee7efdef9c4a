/*
 * Interrupt vectors, from 32 on: who is behind each.
 */
#include "ipi.h"
#include "lapic.h"
#include "trap.h"

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/upcall.h>

/* Own CPU. A flush is counted as the call it came by, too. */
static __section(PERCPU_SECTION) u64 counts[NR_ARCH_INTERRUPTS];

u64 arch_interrupt_count(enum arch_interrupt kind, unsigned cpu)
{
    const u64 *taken = (const void *)((char *)counts + arch_percpu_offset[cpu]);
    u64 flushes = __atomic_load_n(&taken[ARCH_INTERRUPT_FLUSH], __ATOMIC_RELAXED);
    u64 count = __atomic_load_n(&taken[kind], __ATOMIC_RELAXED);

    return kind == ARCH_INTERRUPT_CALL ? count - flushes : count;
}

void interrupt_count_flush(void)
{
    arch_percpu_count(counts, ARCH_INTERRUPT_FLUSH);
}

void interrupt_handle(unsigned long vector)
{
    arch_interrupt_enter();
    switch (vector) {
    case VECTOR_TIMER:
        lapic_eoi();
        arch_percpu_count(counts, ARCH_INTERRUPT_TIMER);
        if (arch_upcalls.tick)
            arch_upcalls.tick();
        break;
    case VECTOR_RESCHEDULE:
        lapic_eoi();
        arch_percpu_count(counts, ARCH_INTERRUPT_RESCHEDULE);
        arch_preempt_request();
        break;
    case VECTOR_CALL:
        lapic_eoi();
        arch_percpu_count(counts, ARCH_INTERRUPT_CALL);
        ipi_receive_call();
        break;
    case VECTOR_SPURIOUS: /* the one interrupt that is not to be acknowledged */
        break;
    default:
        /* Handled first: a level-triggered line would raise again at once. */
        if (arch_upcalls.interrupt && vector < VECTOR_LINES + NR_LINES)
            arch_upcalls.interrupt((unsigned)vector - VECTOR_LINES);
        lapic_eoi();
        break;
    }
    arch_interrupt_exit();
}
