/*
 * The fair queue: each thread gets CPU time in proportion to its weight.
 *
 * A thread's virtual runtime grows with the time it runs, slower the greater its weight; the thread
 * with the least runs next. One step of nice is a factor of 1.25 in weight, nice 0 weighs 1024.
 * @clock follows the least virtual runtime and never goes back: a thread that slept is placed a
 * little before it (a bounded bonus), a new one a slice behind it, so neither can hoard time.
 * Virtual runtimes are compared by difference, so the wrap-around is harmless.
 */
#include <sched/sched.h>

#include "run_queue.h"

#define FAIR_PERIOD       12000000ull /* ns in which every runnable thread should have run once */
#define FAIR_SLICE_MIN    1500000ull
#define FAIR_WAKEUP_LEAD  1500000ull /* virtual ns a woken thread must be ahead by to preempt */
#define FAIR_SLEEP_BONUS  (FAIR_PERIOD / 2)
#define FAIR_WEIGHT_NICE0 1024u
#define FAIR_WEIGHT_IDLE  3u

/* 1024 * 1.25^-nice, for nice -20..19: the ratios sched(7) and getpriority(2) users see on Linux.
 */
static const u32 nice_weights[40] = {
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904,
    3906,  3121,  2501,  1991,  1586,  1277,  1024,  820,   655,   526,   423,  335,  272,  215,
    172,   137,   110,   87,    70,    56,    45,    36,    29,    23,    18,   15,
};

void fair_queue_init(struct fair_queue *queue)
{
    rb_root_init(&queue->threads);
    queue->first = NULL;
    queue->clock = 0;
    queue->weight = 0;
    queue->nr = 0;
}

u32 fair_weight(int policy, int nice)
{
    return policy == SCHED_IDLE ? FAIR_WEIGHT_IDLE : nice_weights[nice + 20];
}

static u64 scale_by_weight(u64 ns, u32 weight)
{
    return weight == FAIR_WEIGHT_NICE0 ? ns : ns * FAIR_WEIGHT_NICE0 / weight;
}

/* Is virtual time @a before @b? The clocks may wrap. */
static bool is_before(u64 a, u64 b)
{
    return (s64)(a - b) < 0;
}

static void insert_waiting(struct fair_queue *queue, struct thread *thread)
{
    struct rb_node **link = &queue->threads.node;
    struct rb_node *parent = NULL;
    bool leftmost = true;

    while (*link != NULL) {
        struct thread *other = rb_entry(*link, struct thread, run_node);

        parent = *link;
        if (is_before(thread->virtual_runtime, other->virtual_runtime)) {
            link = &parent->left;
        } else {
            link = &parent->right;
            leftmost = false;
        }
    }
    rb_insert(&queue->threads, &thread->run_node, parent, link);
    if (leftmost)
        queue->first = &thread->run_node;
}

static void remove_waiting(struct fair_queue *queue, struct thread *thread)
{
    struct rb_node *node = &thread->run_node;

    /* The leftmost has no left child: what follows it is right below it or right above. */
    if (queue->first == node)
        queue->first = node->right != NULL ? rb_next(node) : rb_parent(node);
    rb_erase(&queue->threads, &thread->run_node);
}

void fair_join(struct fair_queue *queue, struct thread *thread)
{
    queue->nr++;
    queue->weight += thread->weight;
    insert_waiting(queue, thread);
}

void fair_leave(struct fair_queue *queue, struct thread *thread, bool running)
{
    queue->nr--;
    queue->weight -= thread->weight;
    if (!running)
        remove_waiting(queue, thread);
}

struct thread *fair_first(const struct fair_queue *queue)
{
    return rb_entry_or_null(queue->first, struct thread, run_node);
}

struct thread *fair_take_first(struct fair_queue *queue)
{
    struct thread *thread = fair_first(queue);

    if (thread != NULL)
        remove_waiting(queue, thread);
    return thread;
}

void fair_put(struct fair_queue *queue, struct thread *thread)
{
    insert_waiting(queue, thread);
}

void fair_charge(struct fair_queue *queue, struct thread *running, u64 ns)
{
    struct thread *first = fair_first(queue);
    u64 least;

    running->virtual_runtime += scale_by_weight(ns, running->weight);
    least = running->virtual_runtime;
    if (first != NULL && is_before(first->virtual_runtime, least))
        least = first->virtual_runtime;
    if (is_before(queue->clock, least))
        queue->clock = least;
}

void fair_place_woken(struct fair_queue *queue, struct thread *thread)
{
    u64 earliest = queue->clock - FAIR_SLEEP_BONUS;

    if (is_before(thread->virtual_runtime, earliest))
        thread->virtual_runtime = earliest;
}

void fair_place_new(struct fair_queue *queue, struct thread *thread)
{
    thread->virtual_runtime = queue->clock;
    if (queue->nr > 0)
        thread->virtual_runtime += scale_by_weight(fair_slice(queue, thread), thread->weight);
}

u64 fair_slice(const struct fair_queue *queue, const struct thread *thread)
{
    u64 period = max((u64)FAIR_PERIOD, queue->nr * FAIR_SLICE_MIN);
    u64 total = max(queue->weight, (u64)thread->weight);

    return max(period * thread->weight / total, (u64)FAIR_SLICE_MIN);
}

bool fair_preempts(const struct thread *running, const struct thread *woken)
{
    if (running->policy == SCHED_IDLE && woken->policy != SCHED_IDLE)
        return true;
    if (woken->policy != SCHED_OTHER)
        return false;
    return is_before(woken->virtual_runtime + scale_by_weight(FAIR_WAKEUP_LEAD, woken->weight),
                     running->virtual_runtime);
}

bool fair_yields(const struct fair_queue *queue, const struct thread *yielding)
{
    const struct thread *first = fair_first(queue);

    if (first == NULL)
        return false;
    return !is_before(yielding->virtual_runtime +
                          scale_by_weight(FAIR_WAKEUP_LEAD, yielding->weight),
                      first->virtual_runtime);
}
