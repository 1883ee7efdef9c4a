/*
 * Making threads runnable: the first run, the wake, the poke for a signal.
 *
 * The waker orders its change of the condition before its look at the state; the sleeper orders its
 * change of the state before its look at the condition (thread_set_state). So one of the two sees
 * the other: the sleeper does not sleep, or the waker finds it. A waker that sees a sleeping state
 * decides under the run-queue lock, so of two wakers one wins.
 */
#include <arch/smp.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/sched.h>

#include "run_queue.h"

static u64 threads_started;

bool thread_wake_states(struct thread *thread, unsigned states)
{
    struct run_queue *queue;
    irqflags_t flags;
    unsigned cpu;
    bool woken;
    u32 state;

    memory_barrier();
    if (!(states & THREAD_STATE_MASK(READ_ONCE(thread->state))))
        return false;
    queue = thread_queue_lock(thread, &flags);
    state = READ_ONCE(thread->state);
    if (!(states & THREAD_STATE_MASK(state))) {
        spin_unlock_irqrestore(&queue->lock, flags);
        return false;
    }
    if (thread->on_run_queue != THREAD_OFF_QUEUE) { /* not yet asleep, or on its way */
        /* It may run, and change its mind by itself: what it is then (DEAD, even) stays. */
        woken = try_cmpxchg(&thread->state, &state, (u32)THREAD_RUNNABLE);
        spin_unlock_irqrestore(&queue->lock, flags);
        return woken;
    }
    if (thread->state == THREAD_UNINTERRUPTIBLE || thread->state == THREAD_KILLABLE)
        queue->nr_uninterruptible--;
    WRITE_ONCE(thread->state, THREAD_RUNNABLE);
    cpu = cpu_choose_woken(thread, queue->cpu);
    if (cpu == queue->cpu) {
        run_queue_join(queue, thread, JOIN_WOKEN);
        run_queue_unlock(queue, flags);
    } else {
        thread_depart(queue, thread, cpu);
        spin_unlock(&queue->lock);
        thread_arrive(thread, JOIN_WOKEN, flags);
    }
    return true;
}

void thread_start(struct thread *thread)
{
    irqflags_t flags;
    struct run_queue *queue = thread_queue_lock(thread, &flags); /* somebody may set its policy */

    ASSERT(thread->state == THREAD_NEW);
    fetch_add(&threads_started, 1);
    thread->on_run_queue = THREAD_MOVING;
    WRITE_ONCE(thread->cpu, cpu_choose_woken(thread, cpu_id()));
    store_release(&thread->state, THREAD_RUNNABLE);
    spin_unlock(&queue->lock);
    thread_arrive(thread, JOIN_NEW, flags);
}

u64 sched_threads_started(void)
{
    return READ_ONCE(threads_started);
}

void thread_signal_wake(struct thread *thread, bool fatal)
{
    unsigned states = THREAD_STATE_MASK(THREAD_INTERRUPTIBLE);
    unsigned cpu;

    if (fatal)
        states |= THREAD_STATE_MASK(THREAD_KILLABLE) | THREAD_STATE_MASK(THREAD_STOPPED);
    if (thread_wake_states(thread, states))
        return;
    preempt_disable();
    cpu = READ_ONCE(thread->cpu);
    if (cpu != cpu_id() && load_acquire(&thread->on_cpu))
        arch_send_reschedule(cpu); /* its way back to user mode finds the flag */
    preempt_enable();
}
