/*
 * A set of timers ordered by deadline, the first one at hand. No locks: the owner's.
 */
#pragma once

#include <time/time.h>

struct timer_queue {
    struct rb_root timers;
    struct rb_node *first; /* leftmost, or NULL */
    u64 next_deadline;     /* of @first; ~0: none. Read without the lock as a hint */
};

void timer_queue_init(struct timer_queue *queue);
/* => true: @timer is now the first. Timers of one deadline keep the order in which they were
 * inserted. */
bool timer_queue_insert(struct timer_queue *queue, struct timer *timer);
void timer_queue_remove(struct timer_queue *queue, struct timer *timer);
struct timer *timer_queue_take_due(struct timer_queue *queue, u64 now); /* NULL: none is due */
