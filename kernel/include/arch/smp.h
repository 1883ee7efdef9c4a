/*
 * Other processors: starting them and interrupting them.
 */
#pragma once

#include <arch/cpu.h>
#include <arch/percpu.h> /* cpu_id() */
#include <lib/types.h>

unsigned cpu_count(void); /* CPUs that are up: they are 0..cpu_count()-1 */
unsigned
cpu_possible_count(void); /* CPUs the firmware lists (at most ARCH_MAX_CPUS); from boot on */

/* Start the CPUs the firmware lists; each runs @entry(cpu) on its idle stack and never returns. */
void arch_smp_start(void (*entry)(unsigned cpu));

/* Make @cpu take a reschedule upcall soon. Callable with interrupts off. */
void arch_send_reschedule(unsigned cpu);

/*
 * arch_call_on_cpus: run fn(argument) on every CPU of @mask (bit n = CPU n), this one included, in
 * interrupt context, and wait.
 * => interrupts on; no lock held that an interrupt handler takes
 */
void arch_call_on_cpus(u64 mask, void (*fn)(void *), void *argument);

/* Interrupts that are no device's. A call that drops translations counts as a flush. */
enum arch_interrupt {
    ARCH_INTERRUPT_TIMER,
    ARCH_INTERRUPT_RESCHEDULE,
    ARCH_INTERRUPT_CALL,
    ARCH_INTERRUPT_FLUSH,
    NR_ARCH_INTERRUPTS
};
u64 arch_interrupt_count(enum arch_interrupt kind, unsigned cpu); /* that @cpu took */

/* Stop all other CPUs at once (panic). */
void arch_stop_other_cpus(void);
