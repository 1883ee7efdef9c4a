/*
 * The order of timers, against a plain array; and periodic timers that are late.
 */
#include "unit.h"

#include <time/time.h>

#include "../../../kernel/time/timer_queue.h"

#define NR_TIMERS 64

TEST(timers_come_out_in_order)
{
    static const u64 deadlines[] = {50, 10, 30, 10, 20};
    static const int order[] = {1, 3, 4, 2, 0}; /* equal deadlines: as inserted */
    struct timer timers[5];
    struct timer_queue queue;

    timer_queue_init(&queue);
    EXPECT(queue.next_deadline == ~0ull);
    for (int i = 0; i < 5; i++) {
        timers[i].deadline = deadlines[i];
        EXPECT_EQ(timer_queue_insert(&queue, &timers[i]), i < 2);
    }
    EXPECT_EQ(queue.next_deadline, 10);
    EXPECT(timer_queue_take_due(&queue, 9) == NULL);
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(timer_queue_take_due(&queue, 50) - timers, order[i]);
    EXPECT(timer_queue_take_due(&queue, ~0ull) == NULL);
    EXPECT(queue.next_deadline == ~0ull);
}

TEST(random_operations_agree_with_an_array)
{
    struct timer timers[NR_TIMERS] = {0};
    struct timer_queue queue;
    u64 now = 0;

    timer_queue_init(&queue);
    for (int step = 0; step < 50000; step++) {
        struct timer *timer = &timers[unit_random_below(NR_TIMERS)];
        u64 next = ~0ull;

        if (timer->armed) {
            timer_queue_remove(&queue, timer);
        } else {
            timer->deadline = now + unit_random_below(1000);
            timer_queue_insert(&queue, timer);
        }
        now += unit_random_below(20);
        while ((timer = timer_queue_take_due(&queue, now)) != NULL) {
            EXPECT(timer->deadline <= now);
            EXPECT(!timer->armed);
        }
        for (int i = 0; i < NR_TIMERS; i++) {
            if (!timers[i].armed)
                continue;
            EXPECT(timers[i].deadline > now);
            next = min(next, timers[i].deadline);
        }
        EXPECT(queue.next_deadline == next);
        EXPECT(rb_check(&queue.timers));
    }
}
