/*
 * The real-time queue: one list per priority, a bitmap of those that are not empty.
 *
 * The highest priority runs; within one, the list is in the order of POSIX's FIFO rules: who became
 * runnable or used up a time slice goes to the tail, who was preempted to the head.
 */
#include <lib/bits.h>
#include <sched/sched.h>

#include "run_queue.h"

void realtime_queue_init(struct realtime_queue *queue)
{
    queue->bitmap[0] = 0;
    queue->bitmap[1] = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(queue->lists); i++)
        list_init(&queue->lists[i]);
}

void realtime_put(struct realtime_queue *queue, struct thread *thread, bool at_head)
{
    struct list_head *list = &queue->lists[thread->priority];

    if (at_head)
        list_add(&thread->run_link, list);
    else
        list_add_tail(&thread->run_link, list);
    queue->bitmap[thread->priority / 64] |= BIT(thread->priority % 64);
}

void realtime_remove(struct realtime_queue *queue, struct thread *thread)
{
    list_remove(&thread->run_link);
    if (list_is_empty(&queue->lists[thread->priority]))
        queue->bitmap[thread->priority / 64] &= ~BIT(thread->priority % 64);
}

int realtime_best_priority(const struct realtime_queue *queue)
{
    if (queue->bitmap[1] != 0)
        return 64 + (int)highest_bit(queue->bitmap[1]);
    return queue->bitmap[0] != 0 ? (int)highest_bit(queue->bitmap[0]) : 0;
}

struct thread *realtime_first(const struct realtime_queue *queue)
{
    int priority = realtime_best_priority(queue);

    if (priority == 0)
        return NULL;
    return list_first_entry(&queue->lists[priority], struct thread, run_link);
}

struct thread *realtime_take_first(struct realtime_queue *queue)
{
    struct thread *thread = realtime_first(queue);

    if (thread != NULL)
        realtime_remove(queue, thread);
    return thread;
}
