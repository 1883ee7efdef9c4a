/*
 * The order of timers: a red-black tree by deadline with its first element cached.
 */
#include <lib/atomic.h>

#include "timer_queue.h"

void timer_queue_init(struct timer_queue *queue)
{
    rb_root_init(&queue->timers);
    queue->first = NULL;
    queue->next_deadline = ~0ull;
}

static void set_first(struct timer_queue *queue, struct rb_node *first)
{
    queue->first = first;
    WRITE_ONCE(queue->next_deadline,
               first != NULL ? rb_entry(first, struct timer, node)->deadline : ~0ull);
}

bool timer_queue_insert(struct timer_queue *queue, struct timer *timer)
{
    struct rb_node **link = &queue->timers.node;
    struct rb_node *parent = NULL;
    bool is_first = true;

    while (*link != NULL) {
        parent = *link;
        if (timer->deadline < rb_entry(parent, struct timer, node)->deadline) {
            link = &parent->left;
        } else {
            link = &parent->right;
            is_first = false;
        }
    }
    rb_insert(&queue->timers, &timer->node, parent, link);
    timer->armed = 1;
    if (is_first)
        set_first(queue, &timer->node);
    return is_first;
}

void timer_queue_remove(struct timer_queue *queue, struct timer *timer)
{
    if (queue->first == &timer->node)
        set_first(queue, rb_next(&timer->node));
    rb_erase(&queue->timers, &timer->node);
    timer->armed = 0;
}

struct timer *timer_queue_take_due(struct timer_queue *queue, u64 now)
{
    struct timer *timer;

    if (queue->first == NULL || queue->next_deadline > now)
        return NULL;
    timer = rb_entry(queue->first, struct timer, node);
    timer_queue_remove(queue, timer);
    return timer;
}
