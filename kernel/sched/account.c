/*
 * CPU time: of each thread, split into user and kernel mode, and of each CPU; load average; the
 * tick.
 *
 * A running thread is in a period that began at period_start and is spent in one mode. Only the
 * thread itself closes it, at every crossing of the user boundary and every switch, adding its
 * length to user_ns or system_ns. Readers on other CPUs add the open period; they read until
 * period_start is the same before and after and not 0 (being changed). Time in interrupts is the
 * interrupted thread's.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <lib/bits.h>
#include <sched/rcu.h>
#include <sched/sched.h>

#include "run_queue.h"

#define BALANCE_INTERVAL 4000000ull    /* ns */
#define LOAD_INTERVAL    5000000000ull /* ns between two samples of the load */
#define LOAD_FRACTION    2048u         /* fixed point of /proc/loadavg */

/* Close the open period of @thread at @now; the next one is spent in @in_user. Interrupts off. */
static inline void close_period(struct thread *thread, u64 now, bool next_in_user)
{
    struct run_queue *queue = this_cpu_ptr(run_queue);
    u64 ns = now - thread->period_start;

    WRITE_ONCE(thread->period_start, 0);
    compiler_barrier(); /* stores are seen in this order by other CPUs, too: both are releases */
    if (thread->in_user) {
        store_release(&thread->user_ns, thread->user_ns + ns);
        if (thread->nice > 0)
            queue->nice_ns += ns;
        else
            queue->user_ns += ns;
    } else {
        store_release(&thread->system_ns, thread->system_ns + ns);
        queue->system_ns += ns;
    }
    store_release(&thread->in_user, (u32)next_in_user);
    store_release(&thread->period_start, now);
}

void sched_account_kernel_enter(void)
{
    close_period(current_thread(), arch_clock_ns(), false);
}

void sched_account_kernel_exit(void)
{
    close_period(current_thread(), arch_clock_ns(), true);
    rcu_quiescent();
}

void account_switch(struct run_queue *queue, struct thread *previous, struct thread *next, u64 now)
{
    if (previous == queue->idle) {
        queue->idle_ns += now - previous->period_start;
        previous->period_start = now;
    } else {
        close_period(previous, now, false);
    }
    store_release(&previous->is_running, 0);
    WRITE_ONCE(next->period_start, now);
    store_release(&next->is_running, 1);
}

void thread_cpu_times(const struct thread *thread, u64 *user_ns, u64 *system_ns)
{
    u64 start, ns = 0;
    bool in_user;

    /* A writer stopped in the middle (its virtual CPU lost the host's) must not hang the reader. */
    for (unsigned tries = 0; tries < 1000; tries++) {
        start = load_acquire(&thread->period_start);
        *user_ns = load_acquire(&thread->user_ns);
        *system_ns = load_acquire(&thread->system_ns);
        in_user = load_acquire(&thread->in_user);
        ns = 0;
        if (load_acquire(&thread->is_running))
            ns = arch_clock_ns() - start;
        if (start == READ_ONCE(thread->period_start) && (start != 0 || ns == 0))
            break;
        ns = 0;
        cpu_relax();
    }
    if ((s64)ns < 0)
        ns = 0;
    if (in_user)
        *user_ns += ns;
    else
        *system_ns += ns;
}

void sched_cpu_stat_get(unsigned cpu, struct sched_cpu_stat *stat)
{
    struct run_queue *queue = per_cpu_ptr(run_queue, cpu);
    irqflags_t flags = spin_lock_irqsave(&queue->lock);
    u64 open = arch_clock_ns() - READ_ONCE(queue->current->period_start);

    if ((s64)open < 0)
        open = 0;
    stat->user_ns = READ_ONCE(queue->user_ns);
    stat->nice_ns = READ_ONCE(queue->nice_ns);
    stat->system_ns = READ_ONCE(queue->system_ns);
    stat->idle_ns = READ_ONCE(queue->idle_ns);
    stat->switches = queue->switches;
    if (queue->current == queue->idle)
        stat->idle_ns += open;
    else if (READ_ONCE(queue->current->in_user))
        stat->user_ns += open;
    else
        stat->system_ns += open;
    spin_unlock_irqrestore(&queue->lock, flags);
}

unsigned sched_runnable_count(void)
{
    u64 mask = sched_online_cpus();
    unsigned nr = 0;

    for (; mask != 0; mask &= mask - 1)
        nr += READ_ONCE(per_cpu_ptr(run_queue, lowest_bit(mask))->nr_running);
    return nr;
}

/*
 * The load: runnable and uninterruptibly sleeping threads, sampled every five seconds, averaged
 * exponentially over 1, 5 and 15 minutes. Whoever comes by after a sample is due takes it; samples
 * that nobody came by for (the machine was quiet) are made up with the present count.
 */
static struct {
    struct spinlock lock;
    u64 next_sample; /* (lock; read by anyone) */
    u64 averages[3]; /* (lock) fixed point */
} load = {.lock = SPINLOCK_INIT(LOCK_RANK_RCU), .next_sample = LOAD_INTERVAL};

static u64 count_load(void)
{
    u64 mask = sched_online_cpus();
    s64 nr = sched_runnable_count();

    for (; mask != 0; mask &= mask - 1)
        nr += READ_ONCE(per_cpu_ptr(run_queue, lowest_bit(mask))->nr_uninterruptible);
    return nr > 0 ? (u64)nr : 0;
}

static void sample_load_locked(u64 now)
{
    static const u64 decay[3] = {1884, 2014, 2037}; /* 2048 * e^(-5 s / 1, 5, 15 min) */
    u64 active = count_load() * LOAD_FRACTION;

    while (load.next_sample <= now) {
        for (unsigned i = 0; i < ARRAY_SIZE(decay); i++) {
            u64 sum = load.averages[i] * decay[i] + active * (LOAD_FRACTION - decay[i]);

            /* Rounding up while the load rises lets it reach the count. */
            if (active >= load.averages[i])
                sum += LOAD_FRACTION - 1;
            load.averages[i] = sum / LOAD_FRACTION;
        }
        load.next_sample += LOAD_INTERVAL;
    }
}

static void sample_load(u64 now)
{
    irqflags_t flags;

    if (now < READ_ONCE(load.next_sample))
        return;
    flags = spin_lock_irqsave(&load.lock);
    sample_load_locked(now);
    spin_unlock_irqrestore(&load.lock, flags);
}

void sched_load_average(u64 averages[3])
{
    sample_load(arch_clock_ns());
    for (unsigned i = 0; i < ARRAY_SIZE(load.averages); i++)
        averages[i] = READ_ONCE(load.averages[i]);
}

/* The CPU-time limit of the running thread. => true: reached */
static bool deadline_reached(struct thread *thread, u64 now)
{
    u64 used = thread->user_ns + thread->system_ns + (now - thread->period_start);

    if (thread->cpu_deadline == TIME_NEVER || used < thread->cpu_deadline)
        return false;
    thread->cpu_deadline = TIME_NEVER;
    return true;
}

void sched_cpu_deadline_changed(void)
{
    irqflags_t flags = irq_save();
    struct run_queue *queue = this_cpu_ptr(run_queue);
    struct thread *thread = current_thread();
    u64 now = arch_clock_ns();
    u64 used = thread->user_ns + thread->system_ns + (now - thread->period_start);

    queue->deadline_event = TIME_NEVER;
    if (thread->cpu_deadline != TIME_NEVER)
        queue->deadline_event =
            now + (thread->cpu_deadline > used ? thread->cpu_deadline - used : 0);
    run_queue_reprogram(queue);
    irq_restore(flags);
}

void sched_tick(u64 now)
{
    struct run_queue *queue = this_cpu_ptr(run_queue);
    struct thread *moved = NULL;
    bool limit;

    spin_lock(&queue->lock);
    run_queue_charge(queue, now);
    if (now >= queue->slice_end) {
        queue->slice_end = now + BALANCE_INTERVAL; /* until the switch sets it anew */
        preempt_request();
    }
    if (now >= queue->balance_event || now - queue->last_balance >= BALANCE_INTERVAL) {
        queue->last_balance = now;
        queue->balance_event = TIME_NEVER;
        moved = balance_pick_push(queue);
    }
    limit = queue->current != queue->idle && deadline_reached(queue->current, now);
    if (limit || now >= queue->deadline_event) {
        queue->deadline_event = TIME_NEVER;
        if (queue->current->cpu_deadline != TIME_NEVER)
            queue->deadline_event =
                now + (queue->current->cpu_deadline - queue->current->user_ns -
                       queue->current->system_ns - (now - queue->current->period_start));
    }
    spin_unlock(&queue->lock);
    if (moved != NULL)
        thread_arrive(moved, JOIN_MOVED, irq_save());
    if (limit && sched_cpu_deadline_hook != NULL)
        sched_cpu_deadline_hook(current_thread());
    sample_load(now);
}

u64 sched_next_event(void)
{
    return run_queue_next_event(this_cpu_ptr(run_queue));
}
