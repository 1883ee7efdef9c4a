/*
 * The switch: choosing the next thread of this CPU and changing to it.
 *
 * The run-queue lock is taken on the stack of the thread that leaves and released on the stack of
 * the one that comes (finish_switch); see thread.h 3. The preemption depth is per CPU and is 1,
 * from that lock alone, whenever stacks change. A thread that has set a sleeping state but is
 * preempted before it calls schedule() stays runnable: only schedule() itself takes a thread off
 * the queue.
 */
#include <arch/mmu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/rcu.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <sched/work.h>

#include "run_queue.h"

const struct sched_time_operations *sched_time;
u64 sched_online_mask;
void (*sched_cpu_deadline_hook)(struct thread *thread);

static struct thread idle_threads[ARCH_MAX_CPUS];

/* How the running thread comes to give up the CPU. */
enum switch_reason { SWITCH_SLEEP, SWITCH_PREEMPTED, SWITCH_YIELD };

void sched_set_time_operations(const struct sched_time_operations *operations)
{
    sched_time = operations;
}

void sched_set_cpu_deadline_hook(void (*hook)(struct thread *thread))
{
    sched_cpu_deadline_hook = hook;
}

u64 sched_online_cpus(void)
{
    return READ_ONCE(sched_online_mask);
}

static void reap_after_grace_period(struct rcu_head *head)
{
    struct thread *thread = container_of(head, struct thread, rcu);

    thread->reap(thread);
}

/*
 * finish_switch: on the stack of the new thread, the old one's registers are saved.
 * => run-queue lock held, released here; interrupts off
 * From the store to on_cpu on, whoever waits for it may free the old thread, so it is not touched
 * after; unless it has a reaper or is on its way to another CPU, which makes it ours.
 */
static void finish_switch(void)
{
    struct run_queue *queue = this_cpu_ptr(run_queue);
    struct thread *last = queue->switch_out;
    bool reap = last->state == THREAD_DEAD && last->reap != NULL;
    bool moving = last->on_run_queue == THREAD_MOVING;

    store_release(&last->on_cpu, 0);
    spin_unlock(&queue->lock);
    if (unlikely(moving))
        thread_arrive(last, JOIN_MOVED, irq_save());
    if (unlikely(reap))
        rcu_call(&last->rcu, reap_after_grace_period);
}

/* First thing on a new thread's stack. */
static void start_hook(void)
{
    finish_switch();
    irq_enable();
}

static struct thread *take_next(struct run_queue *queue, u64 now)
{
    struct thread *next = NULL;

    if (likely(queue->fair.first == NULL || !realtime_is_spent(&queue->realtime, now)))
        next = realtime_take_first(&queue->realtime);
    if (next == NULL)
        next = fair_take_first(&queue->fair);
    return next != NULL ? next : queue->idle;
}

/* The running thread stays runnable: put it where it waits for its next turn. */
static void put_back(struct run_queue *queue, struct thread *thread, enum switch_reason reason)
{
    bool at_head = reason != SWITCH_YIELD;

    if (unlikely(!thread_is_allowed(thread, queue->cpu))) {
        run_queue_leave(queue, thread);
        thread_depart(queue, thread, cpu_choose(thread, queue->cpu));
        return;
    }
    if (thread->policy == SCHED_RR && thread->slice_used >= ROUND_ROBIN_QUANTUM) {
        thread->slice_used = 0;
        at_head = false;
    }
    queue_put_waiting(queue, thread, at_head);
}

static void fall_asleep(struct run_queue *queue, struct thread *thread)
{
    run_queue_leave(queue, thread);
    if (thread->state == THREAD_UNINTERRUPTIBLE || thread->state == THREAD_KILLABLE)
        queue->nr_uninterruptible++;
}

/* The idle thread may be switched out from inside the interrupt that ended its wait. */
static void leave_idle(struct run_queue *queue)
{
    rcu_idle_exit();
    if (READ_ONCE(sched_idle_cpus) >> queue->cpu & 1)
        fetch_and(&sched_idle_cpus, ~(1ull << queue->cpu));
}

/* Choose who runs after @previous, which is put back or falls asleep. */
static struct thread *replace_running(struct run_queue *queue, struct thread *previous,
                                      enum switch_reason reason, u64 now)
{
    struct thread *next;

    if (previous == queue->idle) {
        leave_idle(queue);
        return take_next(queue, now);
    }
    if (reason == SWITCH_SLEEP && previous->state != THREAD_RUNNABLE) {
        previous->voluntary_switches++;
        if (!thread_signal_interrupts(previous, previous->state)) {
            fall_asleep(queue, previous);
            return take_next(queue, now);
        }
        WRITE_ONCE(previous->state, THREAD_RUNNABLE);
    }
    if (reason == SWITCH_YIELD && !policy_is_realtime(previous->policy) &&
        fair_yields(&queue->fair, previous)) {
        next = take_next(queue, now);
        put_back(queue, previous, reason);
        return next != queue->idle ? next : take_next(queue, now);
    }
    put_back(queue, previous, reason);
    return take_next(queue, now);
}

static s32 thread_rank(const struct run_queue *queue, const struct thread *thread)
{
    if (thread == queue->idle)
        return -1;
    return policy_is_realtime(thread->policy) ? thread->priority : 0;
}

static void set_running(struct run_queue *queue, struct thread *next, u64 now)
{
    queue->current = next;
    WRITE_ONCE(queue->running_rank, thread_rank(queue, next));
    next->charged_until = now;
    run_queue_update_slice(queue, now);
    if (queue->nr_running <= 1)
        queue->balance_event = TIME_NEVER;
    queue->deadline_event = TIME_NEVER;
    if (unlikely(next->cpu_deadline != TIME_NEVER))
        account_set_deadline_event(queue, next, now);
    run_queue_reprogram(queue);
}

/* switch_away: one pass of the scheduler. => interrupts may be on or off; depth 0 */
static void switch_away(enum switch_reason reason)
{
    irqflags_t flags = irq_save();
    struct run_queue *queue = this_cpu_ptr(run_queue);
    struct thread *previous, *next;
    u64 now, voluntary;

    spin_lock(&queue->lock);
    previous = queue->current;
    now = arch_clock_ns();
    queue->kicked = false;
    preempt_clear_request();
    rcu_quiescent();
    run_queue_charge(queue, now);
    voluntary = previous->voluntary_switches;
    next = replace_running(queue, previous, reason, now);
    set_running(queue, next, now);
    if (next == previous) {
        spin_unlock(&queue->lock);
        irq_restore(flags);
        return;
    }
    if (previous->voluntary_switches == voluntary)
        previous->involuntary_switches++;
    account_switch(queue, previous, next);
    if (previous->state != THREAD_RUNNABLE)
        WRITE_ONCE(previous->awake_since, previous->arch.run_cycles);
    if (previous->tells_switches)
        thread_set_flag(previous, THREAD_WAS_SWITCHED);
    queue->switches++;
    queue->switch_out = previous;
    next->on_cpu = 1;
    arch_set_current(next);
    arch_mmu_switch(next->mmu);
    arch_context_switch(&previous->arch, &next->arch, next->stack);
    finish_switch(); /* we are @previous again, maybe on another CPU: @queue is stale */
    irq_restore(flags);
}

void schedule(void)
{
    DEBUG_ASSERT(preempt_depth() == 0);
    do {
        switch_away(SWITCH_SLEEP);
    } while (unlikely(preempt_requested()));
}

void schedule_until(u64 deadline)
{
    if (deadline == WAIT_FOREVER)
        schedule();
    else
        sched_time->schedule_until(deadline);
}

void sched_yield_current(void)
{
    switch_away(SWITCH_YIELD);
}

/* At the end of an interrupt (interrupts off, the interrupted code had them on) or with interrupts
 * on. */
void sched_preempt(void)
{
    while (preempt_requested() && preempt_depth() == 0 && !in_interrupt())
        switch_away(SWITCH_PREEMPTED);
}

/* From preempt_enable, which may be called with interrupts off. */
static void preempt_hook(void)
{
    if (irq_enabled())
        sched_preempt();
}

static void prepare_idle_thread(unsigned cpu)
{
    static const char name[] = "idle";
    struct thread *idle = &idle_threads[cpu];

    __builtin_memcpy(idle->name, name, sizeof(name));
    idle->arch.flags = THREAD_KERNEL;
    idle->policy = SCHED_IDLE;
    idle->weight = fair_weight(SCHED_IDLE, 0);
    idle->cpu = cpu;
    idle->on_cpu = 1;
    idle->allowed_cpus = 1ull << cpu;
    idle->cpu_deadline = TIME_NEVER;
    idle->charged_until = arch_clock_ns();
    idle->arch.counted_until = arch_cycles();
    idle->is_running = 1;
    run_queue_init(per_cpu_ptr(run_queue, cpu), cpu, idle);
    arch_set_current(idle);
}

/*
 * sched_init: the code that runs becomes the idle thread of CPU 0.
 * => may use sleeping locks from here on, but not contend for them before sched_run_cpu
 */
void sched_init(void)
{
    prepare_idle_thread(0);
    arch_thread_set_start_hook(start_hook);
    preempt_set_hook(preempt_hook);
    fetch_or(&sched_online_mask, 1);
}

/* The same for the other CPUs, on their boot stacks. */
static void join_schedulers(unsigned cpu)
{
    prepare_idle_thread(cpu);
    fetch_or(&sched_online_mask, 1ull << cpu);
}

void sched_run_cpu(unsigned cpu)
{
    if (cpu != 0)
        join_schedulers(cpu);
    irq_enable();
    for (;;)
        idle_once();
}

void sched_start_services(void)
{
    sched_realtime_init();
    rcu_start();
    work_start();
}
