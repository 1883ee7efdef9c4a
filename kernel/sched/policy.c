/*
 * Policy, priority, nice and affinity of a thread, changed by anyone.
 *
 * A thread that waits in its queue is taken out, changed and put back, so that the queues never
 * hold a thread under a key it no longer has. A thread that is moving or asleep is only changed.
 */
#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <sched/sched.h>

#include "run_queue.h"

struct scheduling {
    int policy;
    int priority;
    int nice;
    bool reset_on_fork;
    int boost;
};

static void apply(struct thread *thread, const struct scheduling *new)
{
    bool boosted = new->boost > new->priority;

    thread->user_policy = new->policy;
    thread->user_priority = new->priority;
    thread->boost = new->boost;
    thread->policy = boosted ? SCHED_FIFO : new->policy;
    thread->priority = boosted ? new->boost : new->priority;
    thread->nice = new->nice;
    thread->reset_on_fork = new->reset_on_fork;
    thread->weight = fair_weight(new->policy, new->nice);
    thread->slice_used = 0;
}

/* The running thread keeps running until its CPU chooses again, which is now. */
static void apply_running(struct run_queue *queue, struct thread *thread,
                          const struct scheduling *new, bool was_realtime)
{
    run_queue_charge(queue, arch_clock_ns());
    run_queue_leave(queue, thread);
    apply(thread, new);
    if (was_realtime && !policy_is_realtime(thread->policy))
        thread->virtual_runtime = queue->fair.clock;
    WRITE_ONCE(queue->nr_running, queue->nr_running + 1);
    thread->on_run_queue = THREAD_QUEUED;
    if (!policy_is_realtime(thread->policy)) {
        queue->fair.nr++;
        queue->fair.weight += thread->weight;
    }
    WRITE_ONCE(queue->running_rank, policy_is_realtime(thread->policy) ? thread->priority : 0);
    run_queue_reschedule(queue);
}

static void apply_locked(struct run_queue *queue, struct thread *thread,
                         const struct scheduling *new)
{
    bool was_realtime = policy_is_realtime(thread->policy);

    if (thread == queue->current) {
        apply_running(queue, thread, new, was_realtime);
        return;
    }
    if (thread->on_run_queue == THREAD_QUEUED) {
        run_queue_leave(queue, thread);
        apply(thread, new);
        if (was_realtime)
            thread->virtual_runtime = queue->fair.clock;
        run_queue_join(queue, thread, JOIN_MOVED);
        return;
    }
    apply(thread, new);
    if (was_realtime)
        thread->virtual_runtime = thread->on_run_queue == THREAD_MOVING ? 0 : queue->fair.clock;
}

static struct scheduling current_scheduling(const struct thread *thread)
{
    return (struct scheduling){thread->user_policy, thread->user_priority, thread->nice,
                               thread->reset_on_fork, thread->boost};
}

static bool policy_accepts(int policy, int priority)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        return priority >= REALTIME_PRIORITY_MIN && priority <= REALTIME_PRIORITY_MAX;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return priority == 0;
    default:
        return false;
    }
}

int sched_set_policy(struct thread *thread, int policy, int priority, bool reset_on_fork)
{
    struct scheduling new;
    struct run_queue *queue;
    irqflags_t flags;

    if (!policy_accepts(policy, priority))
        return -EINVAL;
    queue = thread_queue_lock(thread, &flags);
    new = current_scheduling(thread);
    new.policy = policy;
    new.priority = priority;
    new.reset_on_fork = reset_on_fork;
    apply_locked(queue, thread, &new);
    run_queue_unlock(queue, flags);
    return 0;
}

/* The value is cut to -20..19, as setpriority(2) does. */
void sched_set_nice(struct thread *thread, int nice)
{
    irqflags_t flags;
    struct run_queue *queue = thread_queue_lock(thread, &flags);
    struct scheduling new = current_scheduling(thread);

    new.nice = max(min(nice, NICE_MAX), NICE_MIN);
    apply_locked(queue, thread, &new);
    run_queue_unlock(queue, flags);
}

void sched_set_boost(struct thread *thread, int priority)
{
    struct scheduling new;
    struct run_queue *queue;
    irqflags_t flags;

    if (READ_ONCE(thread->boost) == priority)
        return;
    queue = thread_queue_lock(thread, &flags);
    new = current_scheduling(thread);
    new.boost = priority;
    apply_locked(queue, thread, &new);
    run_queue_unlock(queue, flags);
}

/* A thread that runs where it may not any more has been told to go: wait until it is gone. */
static void wait_until_moved(const struct thread *thread)
{
    while (load_acquire(&thread->on_cpu) && !thread_is_allowed(thread, READ_ONCE(thread->cpu)))
        cpu_relax();
}

int sched_set_affinity(struct thread *thread, u64 mask)
{
    struct run_queue *queue;
    bool moving = false;
    irqflags_t flags;

    mask &= sched_online_cpus();
    if (mask == 0)
        return -EINVAL;
    queue = thread_queue_lock(thread, &flags);
    thread->allowed_cpus = mask;
    if (!thread_is_allowed(thread, queue->cpu)) {
        if (thread == queue->current) {
            run_queue_reschedule(queue); /* it departs when it is put back */
        } else if (thread->on_run_queue == THREAD_QUEUED) {
            run_queue_leave(queue, thread);
            thread_depart(queue, thread, cpu_choose(thread, queue->cpu));
            moving = true;
        }
    }
    if (!moving) {
        run_queue_unlock(queue, flags);
    } else {
        spin_unlock(&queue->lock);
        thread_arrive(thread, JOIN_MOVED, flags);
    }
    if (thread != current_thread())
        wait_until_moved(thread);
    return 0;
}

u64 sched_round_robin_interval(struct thread *thread)
{
    struct run_queue *queue;
    irqflags_t flags;
    u64 interval = 0;

    queue = thread_queue_lock(thread, &flags);
    if (thread->user_policy == SCHED_RR)
        interval = ROUND_ROBIN_QUANTUM;
    else if (thread->user_policy != SCHED_FIFO)
        interval = fair_slice(&queue->fair, thread);
    run_queue_unlock(queue, flags);
    return interval;
}
