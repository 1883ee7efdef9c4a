/*
 * Interrupt vectors, from 32 on: who is behind each.
 */
#include "ipi.h"
#include "lapic.h"
#include "trap.h"

#include <arch/percpu.h>
#include <arch/upcall.h>

void interrupt_handle(unsigned long vector)
{
    arch_interrupt_enter();
    switch (vector) {
    case VECTOR_TIMER:
        lapic_eoi();
        if (arch_upcalls.tick)
            arch_upcalls.tick();
        break;
    case VECTOR_RESCHEDULE:
        lapic_eoi();
        arch_preempt_request();
        break;
    case VECTOR_CALL:
        lapic_eoi();
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
