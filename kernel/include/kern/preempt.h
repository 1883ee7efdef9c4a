/*
 * Preemption: a per-CPU depth. Zero, and interrupts on, means the scheduler may take this CPU away.
 *
 * sched registers its entry point with preempt_set_hook; before that nothing is preempted.
 */
#pragma once

#include <arch/percpu.h>
#include <lib/types.h>

/* The hook runs when a request is found at depth zero; sched's function checks interrupts itself.
 */
void preempt_set_hook(void (*schedule)(void));
void preempt_run_hook(void); /* the slow half of preempt_enable */

static inline void preempt_disable(void)
{
    arch_preempt_disable();
}

/* Reschedules when the depth reaches zero, a switch is wanted and interrupts are on. */
static inline void preempt_enable(void)
{
    if (unlikely(arch_preempt_enable_and_test()))
        preempt_run_hook();
}

static inline void preempt_enable_no_resched(void)
{
    (void)arch_preempt_enable_and_test();
}

static inline unsigned preempt_depth(void)
{
    return arch_preempt_depth();
}

/* A switch is wanted on this CPU. Set by the scheduler and its IPI. */
static inline void preempt_request(void)
{
    arch_preempt_request();
}

static inline bool preempt_requested(void)
{
    return arch_preempt_requested();
}

static inline void preempt_clear_request(void)
{
    arch_preempt_clear_request();
}

/* Interrupt nesting on this CPU, kept by arch's entry code. */
static inline bool in_interrupt(void)
{
    return arch_interrupt_depth() != 0;
}

/* Assert that the caller may sleep: depth zero, not in an interrupt. Debug builds check. */
void might_sleep_check(const char *file, int line);
#ifdef QUIRE_DEBUG
#define might_sleep() might_sleep_check(__FILE__, __LINE__)
#else
#define might_sleep() ((void)0)
#endif
