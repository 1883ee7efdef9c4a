/*
 * Which CPU a thread runs on.
 *
 * Waking another CPU is dear: an interrupt, and in a virtual machine the host must find a processor
 * for it. The usual waker is about to sleep itself (a pipe, a reply, a parent that waits for its
 * child). So a woken or new thread waits on its waker's CPU if nobody else does; if the waker still
 * runs after a little while (WAKE_PATIENCE), the thread is given to an idle CPU. A second one goes
 * to an idle CPU at once; a bit in sched_idle_cpus is taken by whoever uses it, so two wakes do not
 * choose the same. Balancing: a CPU that becomes idle takes a waiting thread from the longest
 * queue; a CPU with two more threads than another gives one away at its tick.
 */
#include <kern/panic.h>
#include <lib/bits.h>
#include <sched/sched.h>

#include "run_queue.h"

u64 sched_idle_cpus;

static bool claim_idle(unsigned cpu)
{
    return fetch_and(&sched_idle_cpus, ~(1ull << cpu)) >> cpu & 1;
}

static unsigned least_loaded(u64 mask)
{
    unsigned best = lowest_bit(mask);
    unsigned least = ~0u;

    while (mask != 0) {
        unsigned cpu = lowest_bit(mask);
        unsigned nr = READ_ONCE(per_cpu_ptr(run_queue, cpu)->nr_running);

        mask &= mask - 1;
        if (nr < least) {
            least = nr;
            best = cpu;
        }
    }
    return best;
}

/* The allowed CPU that runs the least important thread, if that is less important than @thread. */
static unsigned choose_for_realtime(const struct thread *thread, u64 mask, unsigned previous)
{
    unsigned best = previous;
    s32 lowest = (mask >> previous & 1) ? READ_ONCE(per_cpu_ptr(run_queue, previous)->running_rank)
                                        : REALTIME_PRIORITY_MAX + 1;

    if (lowest < thread->priority)
        return previous;
    while (mask != 0) {
        unsigned cpu = lowest_bit(mask);
        s32 rank = READ_ONCE(per_cpu_ptr(run_queue, cpu)->running_rank);

        mask &= mask - 1;
        if (rank < lowest) {
            lowest = rank;
            best = cpu;
        }
    }
    return best;
}

/*
 * cpu_choose: where @thread, last on @previous, shall run next.
 * => no lock needed: a hint, corrected by later balancing; always an allowed CPU that is up
 */
unsigned cpu_choose(const struct thread *thread, unsigned previous)
{
    u64 mask = thread->allowed_cpus & READ_ONCE(sched_online_mask);
    u64 idle = READ_ONCE(sched_idle_cpus) & mask;

    if (idle != 0) {
        if (idle >> previous & 1 && claim_idle(previous))
            return previous;
        while (idle != 0) {
            unsigned cpu = lowest_bit(idle);

            if (claim_idle(cpu))
                return cpu;
            idle &= idle - 1;
        }
    }
    if (policy_is_realtime(thread->policy))
        return choose_for_realtime(thread, mask, previous);
    return mask >> previous & 1 ? previous : least_loaded(mask);
}

/* cpu_choose_woken: the same for a thread that becomes runnable because of the running one.
 * Interrupts off. */
unsigned cpu_choose_woken(const struct thread *thread, unsigned previous)
{
    const struct run_queue *here = this_cpu_ptr(run_queue);

    if (!policy_is_realtime(thread->policy) && thread_is_allowed(thread, here->cpu) &&
        READ_ONCE(here->nr_running) <= 1 && READ_ONCE(here->running_rank) <= 0)
        return here->cpu;
    return cpu_choose(thread, previous);
}

/* A thread that waits in @queue and may run on @cpu; not the most urgent fair one, if there are
 * more. */
static struct thread *find_movable(struct run_queue *queue, unsigned cpu)
{
    struct thread *thread;

    for (struct rb_node *node = rb_last(&queue->fair.threads); node != NULL; node = rb_prev(node)) {
        thread = rb_entry(node, struct thread, run_node);
        if (thread_is_allowed(thread, cpu))
            return thread;
    }
    for (int priority = REALTIME_PRIORITY_MAX; priority > 0; priority--) {
        list_for_each_entry (thread, &queue->realtime.lists[priority], run_link) {
            if (thread_is_allowed(thread, cpu))
                return thread;
        }
    }
    return NULL;
}

/* The CPU with most threads, at least two. */
static unsigned find_busiest(unsigned self)
{
    u64 mask = READ_ONCE(sched_online_mask) & ~(1ull << self);
    unsigned busiest = self;
    unsigned most = 1;

    while (mask != 0) {
        unsigned cpu = lowest_bit(mask);
        unsigned nr = READ_ONCE(per_cpu_ptr(run_queue, cpu)->nr_running);

        mask &= mask - 1;
        if (nr > most) {
            most = nr;
            busiest = cpu;
        }
    }
    return busiest;
}

/* balance_pull: from the idle loop, interrupts on. => true: a thread came over */
bool balance_pull(void)
{
    irqflags_t flags = irq_save();
    unsigned self = cpu_id();
    unsigned busiest = find_busiest(self);
    struct thread *thread = NULL;
    struct run_queue *queue;

    if (busiest == self) {
        irq_restore(flags);
        return false;
    }
    queue = per_cpu_ptr(run_queue, busiest);
    spin_lock(&queue->lock);
    if (queue->nr_running > 1)
        thread = find_movable(queue, self);
    if (thread != NULL) {
        run_queue_leave(queue, thread);
        thread_depart(queue, thread, self);
    }
    spin_unlock(&queue->lock);
    if (thread != NULL)
        thread_arrive(thread, JOIN_MOVED, flags);
    else
        irq_restore(flags);
    return thread != NULL;
}

/*
 * balance_pick_push: a waiting thread that a CPU with at least two threads less should have,
 * departed.
 * => queue lock held; the caller lets it arrive after unlocking. NULL: all is well
 */
struct thread *balance_pick_push(struct run_queue *queue)
{
    u64 mask = READ_ONCE(sched_online_mask) & ~(1ull << queue->cpu);
    struct thread *thread;
    unsigned target;

    ASSERT_HELD(&queue->lock);
    if (mask == 0 || queue->nr_running < 2)
        return NULL;
    target = least_loaded(mask);
    if (READ_ONCE(per_cpu_ptr(run_queue, target)->nr_running) + 2 > queue->nr_running)
        return NULL;
    thread = find_movable(queue, target);
    if (thread == NULL)
        return NULL;
    run_queue_leave(queue, thread);
    thread_depart(queue, thread, target);
    return thread;
}
