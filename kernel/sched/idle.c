/*
 * What a CPU does when no thread wants it: take a waiting one from another CPU, zero free frames
 * for later, else wait for an interrupt.
 *
 * Interrupts are off from the last look at the run queue until the waiting instruction turns them
 * on, so a wake in between is not lost: its reschedule interrupt ends the wait.
 */
#include <arch/cpu.h>
#include <kern/preempt.h>
#include <kmem/frames.h>
#include <sched/rcu.h>
#include <sched/sched.h>

#include "run_queue.h"

#define ZERO_BATCH 1 /* frames zeroed between two looks for work: a few microseconds */

static bool has_work(void)
{
    return preempt_requested() || READ_ONCE(this_cpu_ptr(run_queue)->nr_running) != 0;
}

static void idle_wait(void)
{
    u64 self = 1ull << cpu_id();

    irq_disable();
    if (has_work()) {
        irq_enable();
        return;
    }
    fetch_or(&sched_idle_cpus, self);
    rcu_idle_enter();
    if (has_work())
        irq_enable(); /* given a thread after the first look */
    else
        cpu_idle_wait();
    irq_disable();
    rcu_idle_exit();
    fetch_and(&sched_idle_cpus, ~self);
    irq_enable();
}

/* One turn of a CPU's idle thread. Preemption is on: an interrupt that makes a thread runnable
 * switches to it. */
void idle_once(void)
{
    if (!has_work() && !balance_pull() && page_zero_pool_fill(ZERO_BATCH) == 0)
        idle_wait();
    if (has_work())
        schedule();
}
