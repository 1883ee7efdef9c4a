/*
 * The slow paths of preemption.
 */
#include <kern/preempt.h>

#include <arch/cpu.h>
#include <kern/panic.h>

static void (*preempt_hook)(void); /* (I) after sched_init */

void preempt_set_hook(void (*schedule)(void))
{
    preempt_hook = schedule;
}

void preempt_run_hook(void)
{
    if (preempt_hook && irq_enabled())
        preempt_hook();
}

void might_sleep_check(const char *file, int line)
{
    if (preempt_depth() != 0 || in_interrupt())
        panic("%s:%d: sleeping is not allowed here (preemption depth %u, %sinterrupt)", file, line,
              preempt_depth(), in_interrupt() ? "" : "no ");
}
