/*
 * Timers: one queue per CPU, and the one-shot hardware event that serves it.
 *
 * A timer is on the queue of the CPU that armed it last, and timer.cpu changes only under the lock
 * of the queue it names. While its function runs it stays with that CPU's queue, so that one look
 * at queue.running tells whether it runs anywhere; the CPU that runs it looks at its queue again
 * after.
 *
 * The hardware is only ever programmed to an earlier moment; an event that turned out unnecessary
 * fires and finds nothing due, which is cheaper than reprogramming at every context switch.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/percpu.h>
#include <kern/printk.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <sched/sched.h>
#include <time/time.h>

#include "timer_internal.h"
#include "timer_queue.h"

struct cpu_timers {
    struct spinlock lock;
    struct timer_queue queue; /* (lock) */
    struct timer *running;    /* (lock) whose function this CPU is in; never dereferenced */
    u64 programmed;           /* own CPU: when the hardware fires; ~0: never */
};
static DEFINE_PER_CPU(struct cpu_timers, cpu_timers);

void timer_init(struct timer *timer, void (*function)(struct timer *timer))
{
    rb_node_init(&timer->node);
    timer->function = function;
    timer->cpu = cpu_id();
    timer->armed = 0;
}

bool timer_is_armed(const struct timer *timer)
{
    return READ_ONCE(timer->armed);
}

static void program(struct cpu_timers *timers, u64 deadline)
{
    if (deadline < timers->programmed) {
        timers->programmed = deadline;
        arch_timer_set(deadline);
    }
}

void time_reprogram(void)
{
    struct cpu_timers *timers = this_cpu_ptr(cpu_timers);

    program(timers, min(READ_ONCE(timers->queue.next_deadline), sched_next_event()));
}

/* Lock the queue the timer names. => interrupts off */
static struct cpu_timers *lock_timers_of(const struct timer *timer)
{
    for (;;) {
        u32 cpu = READ_ONCE(timer->cpu);
        struct cpu_timers *timers = per_cpu_ptr(cpu_timers, cpu);

        spin_lock(&timers->lock);
        if (likely(READ_ONCE(timer->cpu) == cpu))
            return timers;
        spin_unlock(&timers->lock);
    }
}

void timer_set(struct timer *timer, u64 deadline)
{
    irqflags_t flags = irq_save();
    struct cpu_timers *here = this_cpu_ptr(cpu_timers);
    struct cpu_timers *timers;

    for (;;) {
        timers = lock_timers_of(timer);
        if (timer->armed)
            timer_queue_remove(&timers->queue, timer);
        if (timers == here || timers->running == timer)
            break;
        WRITE_ONCE(timer->cpu, cpu_id());
        spin_unlock(&timers->lock);
    }
    timer->deadline = deadline;
    if (timer_queue_insert(&timers->queue, timer) && timers == here)
        program(timers, deadline);
    spin_unlock_irqrestore(&timers->lock, flags);
}

/* Take it off its queue. => *@running: its function runs now, on that queue's CPU */
static bool disarm(struct timer *timer, bool *running)
{
    irqflags_t flags = irq_save();
    struct cpu_timers *timers = lock_timers_of(timer);
    bool armed = timer->armed;

    if (armed)
        timer_queue_remove(&timers->queue, timer);
    *running = timers->running == timer;
    spin_unlock_irqrestore(&timers->lock, flags);
    return armed;
}

bool timer_try_cancel(struct timer *timer)
{
    bool running;

    return disarm(timer, &running);
}

bool timer_cancel(struct timer *timer)
{
    bool running;
    bool armed = disarm(timer, &running);

    while (unlikely(running)) { /* it may arm itself again until it returns */
        cpu_relax();
        armed |= disarm(timer, &running);
    }
    return armed;
}

static void run_due_timers(struct cpu_timers *timers, u64 now)
{
    struct timer *timer;

    spin_lock(&timers->lock);
    while ((timer = timer_queue_take_due(&timers->queue, now)) != NULL) {
        timers->running = timer;
        spin_unlock(&timers->lock);
        timer->function(timer);
        spin_lock(&timers->lock);
        timers->running = NULL;
    }
    spin_unlock(&timers->lock);
}

void time_tick(void)
{
    struct cpu_timers *timers = this_cpu_ptr(cpu_timers);
    u64 now = arch_clock_ns();

    timers->programmed = ~0ull;
    if (timers->queue.next_deadline <= now)
        run_due_timers(timers, now);
    sched_tick(now);
    time_reprogram();
}

static const struct sched_time_operations sched_operations = {
    .reprogram = time_reprogram,
    .schedule_until = timed_schedule,
};

void time_init(void)
{
    for (unsigned cpu = 0; cpu < cpu_possible_count(); cpu++) {
        struct cpu_timers *timers = per_cpu_ptr(cpu_timers, cpu);

        spin_lock_init(&timers->lock, LOCK_RANK_TIMER);
        timer_queue_init(&timers->queue);
        timers->programmed = ~0ull;
    }
    realtime_init();
    printk_set_clock(time_monotonic_ns);
    sched_set_time_operations(&sched_operations);
}
