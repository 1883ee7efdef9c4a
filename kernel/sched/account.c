/*
 * CPU time: of each thread, split into user and kernel mode, and of each CPU; load average; the
 * tick.
 *
 * A running thread is in a period that began at arch.counted_until, when it was switched in; being
 * switched out closes it and adds its length to run_cycles. Readers on other CPUs add the open
 * period; they read until counted_until is the same before and after and not 0 (being changed).
 * How much of the sum was user mode is counted where that is entered and left (arch); the rest was
 * the kernel. Counts are of the time-stamp counter: they become nanoseconds when they are asked
 * for, and a CPU's sums are made from its threads' when those are switched out. Time in interrupts
 * is the interrupted thread's; what the idle thread spends is the CPU's idle time.
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

/* What @thread has spent on the CPU of @queue since it was switched in. @user, @kernel: its counts
 */
static void credit_cpu(struct run_queue *queue, const struct thread *thread, u64 user, u64 kernel)
{
    u64 *mode = thread->nice > 0 ? &queue->nice_cycles : &queue->user_cycles;

    *mode += user - queue->start_user;
    if (thread != queue->idle)
        queue->system_cycles += kernel - queue->start_kernel;
}

void account_switch(struct run_queue *queue, struct thread *previous, struct thread *next)
{
    struct arch_thread *arch = &previous->arch;
    u64 now = arch_cycles();
    u64 cycles = now - arch->counted_until;

    u64 user = (u64)arch->user_cycles;
    u64 next_user = (u64)next->arch.user_cycles;

    WRITE_ONCE(arch->counted_until, 0);
    store_release(&arch->run_cycles, arch->run_cycles + cycles);
    store_release(&arch->counted_until, now);
    store_release(&previous->is_running, 0);
    credit_cpu(queue, previous, user, arch->run_cycles - user);
    queue->start_user = next_user;
    queue->start_kernel = next->arch.run_cycles - next_user;
    WRITE_ONCE(next->arch.counted_until, now);
    store_release(&next->is_running, 1);
}

/* The counts of @thread with the open period. */
static void read_cycles(const struct thread *thread, u64 *user, u64 *kernel)
{
    const struct arch_thread *arch = &thread->arch;
    u64 now, start, total, open = 0;
    s64 in_user;

    /* A writer stopped in the middle (its virtual CPU lost the host's) must not hang the reader. */
    for (unsigned tries = 0; tries < 1000; tries++) {
        start = load_acquire(&arch->counted_until);
        total = load_acquire(&arch->run_cycles);
        in_user = load_acquire(&arch->user_cycles);
        now = arch_cycles();
        open = 0;
        if (load_acquire(&thread->is_running))
            open = now - start;
        if (start == READ_ONCE(arch->counted_until) && (start != 0 || open == 0))
            break;
        open = 0;
        cpu_relax();
    }
    if ((s64)open < 0)
        open = 0;
    if (in_user < 0)
        in_user += (s64)now;
    total += open;
    *user = min((u64)max(in_user, (s64)0), total);
    *kernel = total - *user;
}

void thread_cpu_times(const struct thread *thread, u64 *user_ns, u64 *system_ns)
{
    u64 user, kernel;

    read_cycles(thread, &user, &kernel);
    *user_ns = arch_cycles_to_ns(user);
    *system_ns = arch_cycles_to_ns(kernel);
}

u64 thread_cpu_cycles(const struct thread *thread)
{
    u64 user, kernel;

    read_cycles(thread, &user, &kernel);
    return user + kernel;
}

u64 account_cpu_ns(const struct thread *thread)
{
    return arch_cycles_to_ns(thread_cpu_cycles(thread));
}

void sched_cpu_stat_get(unsigned cpu, struct sched_cpu_stat *stat)
{
    struct run_queue *queue = per_cpu_ptr(run_queue, cpu);
    irqflags_t flags = spin_lock_irqsave(&queue->lock);
    struct run_queue sums = *queue;
    u64 user, kernel;

    read_cycles(queue->current, &user, &kernel);
    credit_cpu(&sums, queue->current, user, kernel);
    stat->user_ns = arch_cycles_to_ns(sums.user_cycles);
    stat->nice_ns = arch_cycles_to_ns(sums.nice_cycles);
    stat->system_ns = arch_cycles_to_ns(sums.system_cycles);
    stat->idle_ns = arch_cycles_to_ns(thread_cpu_cycles(queue->idle));
    stat->switches = queue->switches;
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
static bool deadline_reached(struct thread *thread)
{
    if (thread->cpu_deadline == TIME_NEVER || account_cpu_ns(thread) < thread->cpu_deadline)
        return false;
    thread->cpu_deadline = TIME_NEVER;
    return true;
}

void account_set_deadline_event(struct run_queue *queue, const struct thread *thread, u64 now)
{
    u64 used;

    queue->deadline_event = TIME_NEVER;
    if (likely(thread->cpu_deadline == TIME_NEVER))
        return;
    used = account_cpu_ns(thread);
    queue->deadline_event = now + (thread->cpu_deadline > used ? thread->cpu_deadline - used : 0);
}

void sched_cpu_deadline_changed(void)
{
    irqflags_t flags = irq_save();
    struct run_queue *queue = this_cpu_ptr(run_queue);

    account_set_deadline_event(queue, current_thread(), arch_clock_ns());
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
    limit = queue->current != queue->idle && deadline_reached(queue->current);
    if (limit || now >= queue->deadline_event)
        account_set_deadline_event(queue, queue->current, now);
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
