/*
 * Grace periods and their callbacks.
 *
 * A grace period has a number. Every CPU notes the current number when it is quiescent: when it
 * switches threads, or takes a system call. A CPU that idles outside interrupts needs no note. The
 * RCU thread starts a period, looks at the CPUs every millisecond, pokes those that are late (a
 * reschedule interrupt makes them switch or re-enter user mode) and then runs the callbacks that
 * had been queued before it started.
 *
 * Callbacks are pushed on a per-CPU stack without a lock and taken off all at once.
 */
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/preempt.h>
#include <lib/bits.h>
#include <sched/rcu.h>
#include <sched/sched.h>
#include <sched/wait.h>

#define RCU_BATCH_DELAY 2000000ull /* ns that callbacks gather before a period starts */
#define RCU_POLL        1000000ull /* ns between two looks */
#define RCU_LATE        3          /* looks after which a CPU is poked */

struct rcu_cpu {
    u32 idle;                   /* own CPU writes */
    struct rcu_head *callbacks; /* (a) newest first */
};
static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpu);
u64 rcu_period;

static struct {
    struct thread *thread; /* (I) after rcu_start */
    u32 urgent;            /* (a) threads that wait for a callback: do not gather */
} rcu;

void rcu_idle_enter(void)
{
    store_release(&this_cpu_ptr(rcu_cpu)->idle, 1);
}

void rcu_idle_exit(void)
{
    struct rcu_cpu *self = this_cpu_ptr(rcu_cpu);

    if (!self->idle)
        return;
    WRITE_ONCE(self->idle, 0);
    memory_barrier(); /* before any read of protected data */
}

static void push_callback(unsigned cpu, struct rcu_head *head)
{
    struct rcu_head **first = &per_cpu_ptr(rcu_cpu, cpu)->callbacks;
    struct rcu_head *next = READ_ONCE(*first);

    do {
        head->next = next;
    } while (!try_cmpxchg(first, &next, head));
}

static void wake_rcu_thread(void)
{
    if (rcu.thread != NULL)
        thread_wake_states(rcu.thread, THREAD_STATE_MASK(THREAD_INTERRUPTIBLE));
}

void rcu_call(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
    head->function = function;
    preempt_disable();
    push_callback(cpu_id(), head);
    preempt_enable_no_resched();
    wake_rcu_thread();
}

/* All callbacks of all CPUs, each CPU's in the order they were queued. */
static struct rcu_head *collect_callbacks(void)
{
    struct rcu_head *all = NULL;

    for (u64 mask = sched_online_cpus(); mask != 0; mask &= mask - 1) {
        struct rcu_head *head = xchg(&per_cpu_ptr(rcu_cpu, lowest_bit(mask))->callbacks, NULL);

        while (head != NULL) { /* newest first becomes oldest first */
            struct rcu_head *next = head->next;

            head->next = all;
            all = head;
            head = next;
        }
    }
    return all;
}

static bool have_callbacks(void)
{
    for (u64 mask = sched_online_cpus(); mask != 0; mask &= mask - 1) {
        if (READ_ONCE(per_cpu_ptr(rcu_cpu, lowest_bit(mask))->callbacks) != NULL)
            return true;
    }
    return false;
}

/*
 * An idle CPU in an interrupt handler counts as a reader: it raised its interrupt depth with a full
 * barrier before it read anything, so either we see the depth or it sees what was published before
 * the period began.
 */
static bool cpu_is_quiescent(unsigned cpu)
{
    struct rcu_cpu *other = per_cpu_ptr(rcu_cpu, cpu);

    if (arch_rcu_seen_of(cpu) == rcu_period)
        return true;
    return load_acquire(&other->idle) && arch_interrupt_depth_of(cpu) == 0;
}

static u64 late_cpus(u64 mask)
{
    u64 late = 0;

    for (; mask != 0; mask &= mask - 1) {
        if (!cpu_is_quiescent(lowest_bit(mask)))
            late |= mask & -mask;
    }
    return late;
}

static void poke_cpus(u64 mask)
{
    for (; mask != 0; mask &= mask - 1)
        arch_send_reschedule(lowest_bit(mask));
}

static void sleep_ns(u64 ns)
{
    thread_set_state(THREAD_UNINTERRUPTIBLE);
    schedule_until(arch_clock_ns() + ns);
    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
}

static void wait_grace_period(void)
{
    irqflags_t flags;
    u64 late;

    store_release(&rcu_period, rcu_period + 1);
    memory_barrier();
    flags = irq_save();
    rcu_quiescent();
    irq_restore(flags);
    late = late_cpus(sched_online_cpus());
    for (unsigned looks = 0; late != 0; looks++) {
        if (looks >= RCU_LATE || READ_ONCE(rcu.urgent))
            poke_cpus(late);
        sleep_ns(RCU_POLL);
        late = late_cpus(late);
    }
}

static void run_callbacks(struct rcu_head *head)
{
    while (head != NULL) {
        struct rcu_head *next = head->next;

        head->function(head);
        head = next;
    }
}

/* Until there are callbacks. Interruptible, so that this thread is not part of the load. */
static void wait_for_callbacks(void)
{
    for (;;) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (have_callbacks())
            break;
        schedule();
    }
    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
}

static void gather(void)
{
    if (READ_ONCE(rcu.urgent))
        return;
    thread_set_state(THREAD_UNINTERRUPTIBLE);
    schedule_until(arch_clock_ns() + RCU_BATCH_DELAY);
    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
}

static void rcu_main(void *argument __unused)
{
    for (;;) {
        struct rcu_head *batch;

        wait_for_callbacks();
        gather();
        batch = collect_callbacks();
        wait_grace_period();
        run_callbacks(batch);
    }
}

void rcu_start(void)
{
    struct thread *thread = thread_create_kernel("rcu", rcu_main, NULL);

    if (IS_ERR(thread))
        panic("no memory for the RCU thread");
    sched_set_nice(thread, NICE_MIN); /* what programs leave behind they may not outrun */
    store_release(&rcu.thread, thread);
    wake_rcu_thread();
}

struct rcu_waiter {
    struct rcu_head head;
    struct completion *done;
    u32 *remaining; /* (a) */
};

static void signal_waiter(struct rcu_head *head)
{
    struct rcu_waiter *waiter = container_of(head, struct rcu_waiter, head);

    if (fetch_sub(waiter->remaining, 1) == 1)
        completion_signal(waiter->done);
}

/* A callback behind all that are queued on each CPU of @mask, and wait for them all. */
static void wait_for_cpus(u64 mask)
{
    struct rcu_waiter waiters[ARCH_MAX_CPUS];
    struct completion done;
    u32 remaining = popcount(mask);

    might_sleep();
    completion_init(&done);
    fetch_add(&rcu.urgent, 1);
    for (; mask != 0; mask &= mask - 1) {
        struct rcu_waiter *waiter = &waiters[lowest_bit(mask)];

        waiter->done = &done;
        waiter->remaining = &remaining;
        waiter->head.function = signal_waiter;
        push_callback(lowest_bit(mask), &waiter->head);
    }
    thread_wake(rcu.thread);
    completion_wait(&done);
    fetch_sub(&rcu.urgent, 1);
}

void rcu_synchronize(void)
{
    wait_for_cpus(1); /* any one callback takes a whole grace period */
}

void rcu_barrier(void)
{
    wait_for_cpus(sched_online_cpus());
}
