/*
 * The run queue of a CPU: threads join and leave it, move to another, and compete for the CPU.
 *
 * A thread that changes CPU departs under the lock of the old queue and arrives under the lock of
 * the new one; in between it is MOVING, in no queue, its virtual runtime relative to the clock of
 * the queue it left. Whoever made it MOVING makes it arrive.
 */
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/sched.h>

#include "run_queue.h"

DEFINE_PER_CPU(struct run_queue, run_queue);

void run_queue_init(struct run_queue *queue, unsigned cpu, struct thread *idle)
{
    spin_lock_init(&queue->lock, LOCK_RANK_RUNQUEUE);
    queue->cpu = cpu;
    queue->current = idle;
    queue->idle = idle;
    queue->running_rank = -1;
    queue->slice_end = TIME_NEVER;
    queue->deadline_event = TIME_NEVER;
    queue->balance_event = TIME_NEVER;
    fair_queue_init(&queue->fair);
    realtime_queue_init(&queue->realtime);
}

struct run_queue *thread_queue_lock(struct thread *thread, irqflags_t *flags)
{
    for (;;) {
        unsigned cpu = READ_ONCE(thread->cpu);
        struct run_queue *queue = per_cpu_ptr(run_queue, cpu);

        *flags = spin_lock_irqsave(&queue->lock);
        if (likely(READ_ONCE(thread->cpu) == cpu))
            return queue;
        spin_unlock_irqrestore(&queue->lock, *flags);
    }
}

void run_queue_unlock(struct run_queue *queue, irqflags_t flags)
{
    bool kick = queue->kick_wanted;

    queue->kick_wanted = false;
    preempt_disable();
    spin_unlock(&queue->lock);
    if (kick)
        arch_send_reschedule(queue->cpu);
    irq_restore(flags);
    preempt_enable();
}

/* Put a runnable thread that is not running where it waits. */
void queue_put_waiting(struct run_queue *queue, struct thread *thread, bool at_head)
{
    if (policy_is_realtime(thread->policy))
        realtime_put(&queue->realtime, thread, at_head);
    else
        fair_put(&queue->fair, thread);
}

void run_queue_charge(struct run_queue *queue, u64 now)
{
    struct thread *running = queue->current;
    u64 ns = now - running->charged_until;

    /* A wake may have charged it since the caller looked at the clock. Less than nothing would be
     * centuries for a thread whose weight divides it. */
    if (unlikely((s64)ns < 0))
        return;
    running->charged_until = now;
    if (running == queue->idle)
        return;
    if (!policy_is_realtime(running->policy)) {
        fair_charge(&queue->fair, running, ns);
        return;
    }
    realtime_charge(&queue->realtime, now, ns);
    if (running->policy == SCHED_RR)
        running->slice_used += ns;
}

void run_queue_reschedule(struct run_queue *queue)
{
    if (queue->cpu == cpu_id()) {
        preempt_request();
    } else if (!queue->kicked) {
        queue->kicked = true;
        queue->kick_wanted = true;
    }
}

static u64 realtime_slice_end(struct run_queue *queue, u64 now)
{
    struct thread *running = queue->current;
    u64 end = TIME_NEVER;

    if (queue->fair.first != NULL)
        end = realtime_spent_at(&queue->realtime, now);
    if (running->policy == SCHED_RR &&
        realtime_best_priority(&queue->realtime) >= running->priority)
        end = min(end, now + ROUND_ROBIN_QUANTUM - min(running->slice_used, ROUND_ROBIN_QUANTUM));
    return end;
}

/* A real-time thread waits for a fair one only until its period is over. */
static u64 fair_slice_end(struct run_queue *queue, u64 now)
{
    u64 end = TIME_NEVER;

    if (queue->fair.first != NULL)
        end = now + fair_slice(&queue->fair, queue->current);
    if (unlikely(realtime_best_priority(&queue->realtime) != 0))
        end = min(end, realtime_renewed_at(&queue->realtime));
    return end;
}

void run_queue_update_slice(struct run_queue *queue, u64 now)
{
    struct thread *running = queue->current;

    if (running == queue->idle)
        queue->slice_end = TIME_NEVER;
    else if (policy_is_realtime(running->policy))
        queue->slice_end = realtime_slice_end(queue, now);
    else
        queue->slice_end = fair_slice_end(queue, now);
}

void run_queue_reprogram(struct run_queue *queue)
{
    if (run_queue_next_event(queue) == TIME_NEVER)
        return;
    if (sched_time != NULL && sched_time->reprogram != NULL)
        sched_time->reprogram();
}

/* Should @thread, which just became runnable here, run instead of the running thread? */
static bool preempts_running(const struct run_queue *queue, const struct thread *thread)
{
    const struct thread *running = queue->current;

    if (policy_is_realtime(thread->policy))
        return thread->priority > queue->running_rank;
    return queue->running_rank <= 0 && (running == queue->idle || fair_preempts(running, thread));
}

static void enqueue(struct run_queue *queue, struct thread *thread, enum join_reason reason)
{
    WRITE_ONCE(queue->nr_running, queue->nr_running + 1);
    thread->on_run_queue = THREAD_QUEUED;
    if (policy_is_realtime(thread->policy)) {
        realtime_put(&queue->realtime, thread, false);
        return;
    }
    if (reason == JOIN_NEW)
        fair_place_new(&queue->fair, thread);
    else if (reason == JOIN_WOKEN)
        fair_place_woken(&queue->fair, thread);
    fair_join(&queue->fair, thread);
}

/*
 * run_queue_join: @thread becomes runnable on this queue's CPU, which switches to it if it should.
 * => queue lock held; thread->cpu is this CPU, the state RUNNABLE, virtual runtime absolute
 */
void run_queue_join(struct run_queue *queue, struct thread *thread, enum join_reason reason)
{
    ASSERT_HELD(&queue->lock);
    if (queue->current == queue->idle) {
        enqueue(queue, thread, reason);
        fetch_and(&sched_idle_cpus, ~(1ull << queue->cpu));
        run_queue_reschedule(queue);
        return;
    }
    run_queue_charge(queue, arch_clock_ns());
    enqueue(queue, thread, reason);
    if (preempts_running(queue, thread))
        run_queue_reschedule(queue);
    else if (queue->slice_end == TIME_NEVER)
        run_queue_update_slice(queue, queue->current->charged_until);
    if (queue->cpu == cpu_id()) {
        if (queue->balance_event == TIME_NEVER &&
            (READ_ONCE(sched_idle_cpus) & thread->allowed_cpus))
            queue->balance_event = queue->current->charged_until + WAKE_PATIENCE;
        run_queue_reprogram(queue);
    } else if (queue->slice_end != TIME_NEVER && queue->nr_running == 2) {
        run_queue_reschedule(queue); /* so that its timer is set */
    }
}

/* The thread stops being runnable here: it waits, or it is the running one on its way out. */
void run_queue_leave(struct run_queue *queue, struct thread *thread)
{
    bool running = thread == queue->current;

    ASSERT_HELD(&queue->lock);
    WRITE_ONCE(queue->nr_running, queue->nr_running - 1);
    thread->on_run_queue = THREAD_OFF_QUEUE;
    if (!policy_is_realtime(thread->policy))
        fair_leave(&queue->fair, thread, running);
    else if (!running)
        realtime_remove(&queue->realtime, thread);
}

/*
 * thread_depart: => queue lock held; @thread is on no queue (run_queue_leave was called, or it
 * slept)
 */
void thread_depart(struct run_queue *queue, struct thread *thread, unsigned cpu)
{
    ASSERT_HELD(&queue->lock);
    thread->on_run_queue = THREAD_MOVING;
    thread->virtual_runtime -= queue->fair.clock;
    WRITE_ONCE(thread->cpu, cpu);
}

/*
 * thread_arrive: => no run-queue lock held, interrupts off; @flags are restored
 * Its affinity may have changed while it was on the way: then it travels on.
 */
void thread_arrive(struct thread *thread, enum join_reason reason, irqflags_t flags)
{
    struct run_queue *queue;

    for (;;) {
        queue = per_cpu_ptr(run_queue, thread->cpu);
        spin_lock(&queue->lock);
        if (likely(thread_is_allowed(thread, queue->cpu)))
            break;
        WRITE_ONCE(thread->cpu, cpu_choose(thread, queue->cpu));
        spin_unlock(&queue->lock);
    }
    thread->virtual_runtime += queue->fair.clock;
    run_queue_join(queue, thread, reason);
    run_queue_unlock(queue, flags);
}
