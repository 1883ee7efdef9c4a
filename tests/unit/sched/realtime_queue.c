/*
 * The real-time queue: priorities, and the order within one (sched(7)).
 */
#include "unit.h"

#include <sched/thread.h>

#include "../../../kernel/sched/run_queue.h"

static void make_thread(struct thread *thread, int priority)
{
    *thread = (struct thread){.policy = SCHED_FIFO, .priority = priority};
    list_init(&thread->run_link);
}

TEST(the_highest_priority_comes_first)
{
    static const int priorities[] = {1, 99, 50, 63, 64, 65};
    static const int order[] = {99, 65, 64, 63, 50, 1};
    struct thread threads[6];
    struct realtime_queue queue;

    realtime_queue_init(&queue);
    EXPECT(realtime_first(&queue) == NULL);
    EXPECT_EQ(realtime_best_priority(&queue), 0);
    for (int i = 0; i < 6; i++) {
        make_thread(&threads[i], priorities[i]);
        realtime_put(&queue, &threads[i], false);
    }
    for (int i = 0; i < 6; i++) {
        EXPECT_EQ(realtime_best_priority(&queue), order[i]);
        EXPECT_EQ(realtime_take_first(&queue)->priority, order[i]);
    }
    EXPECT(realtime_take_first(&queue) == NULL);
}

TEST(within_a_priority_first_in_first_out_but_the_preempted_go_to_the_head)
{
    struct thread a, b, preempted;
    struct realtime_queue queue;

    realtime_queue_init(&queue);
    make_thread(&a, 10);
    make_thread(&b, 10);
    make_thread(&preempted, 10);
    realtime_put(&queue, &a, false);
    realtime_put(&queue, &b, false);
    realtime_put(&queue, &preempted, true);
    EXPECT(realtime_take_first(&queue) == &preempted);
    EXPECT(realtime_take_first(&queue) == &a);
    EXPECT(realtime_take_first(&queue) == &b);
}

TEST(removing_from_the_middle)
{
    struct thread a, b;
    struct realtime_queue queue;

    realtime_queue_init(&queue);
    make_thread(&a, 64);
    make_thread(&b, 64);
    realtime_put(&queue, &a, false);
    realtime_put(&queue, &b, false);
    realtime_remove(&queue, &a);
    EXPECT(realtime_first(&queue) == &b);
    realtime_remove(&queue, &b);
    EXPECT_EQ(realtime_best_priority(&queue), 0);
}
