/*
 * Preemption: a per-CPU depth. Zero, and interrupts on, means the scheduler may take this CPU away.
 *
 * sched registers its entry point with preempt_set_hook; before that nothing is preempted.
 */
#pragma once

#include <lib/types.h>

void preempt_disable(void);
void preempt_enable(void); /* reschedules when the depth reaches zero and a switch is wanted */
void preempt_enable_no_resched(void);
unsigned preempt_depth(void);

/* A switch is wanted on this CPU. Set by the scheduler and its IPI. */
void preempt_request(void);
bool preempt_requested(void);
void preempt_clear_request(void);
void preempt_set_hook(void (*schedule)(void));

/* Interrupt nesting on this CPU, kept by arch's entry code. */
void interrupt_enter(void);
void interrupt_exit(void);
bool in_interrupt(void);

/* Assert that the caller may sleep: depth zero, no spin lock, not in an interrupt. Debug builds check. */
void might_sleep(void);
