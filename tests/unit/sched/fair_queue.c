/*
 * The fair queue: shares by weight, sleepers, newcomers, preemption.
 */
#include "unit.h"

#include <sched/thread.h>

#include "../../../kernel/sched/run_queue.h"

#define MS 1000000ull

static void make_thread(struct thread *thread, int policy, int nice)
{
    *thread = (struct thread){.policy = policy, .nice = nice, .weight = fair_weight(policy, nice)};
}

static void join_new(struct fair_queue *queue, struct thread *thread)
{
    fair_place_new(queue, thread);
    fair_join(queue, thread);
}

/* Let the queue run for @total, each thread for its slice, and add up who got what. */
static void simulate(struct fair_queue *queue, struct thread *threads, u64 *got, u64 total)
{
    for (u64 time = 0; time < total;) {
        struct thread *running = fair_take_first(queue);
        u64 slice = fair_slice(queue, running);

        fair_charge(queue, running, slice);
        got[running - threads] += slice;
        time += slice;
        fair_put(queue, running);
    }
}

TEST(weights_are_linux_s)
{
    EXPECT_EQ(fair_weight(SCHED_OTHER, 0), 1024);
    EXPECT_EQ(fair_weight(SCHED_OTHER, -20), 88761);
    EXPECT_EQ(fair_weight(SCHED_OTHER, 19), 15);
    EXPECT_EQ(fair_weight(SCHED_BATCH, 5), 335);
    EXPECT_EQ(fair_weight(SCHED_IDLE, -20), 3);
}

TEST(time_is_shared_by_weight)
{
    struct thread threads[4];
    struct fair_queue queue;
    u64 got[4] = {0};

    fair_queue_init(&queue);
    for (int i = 0; i < 4; i++) {
        make_thread(&threads[i], SCHED_OTHER, i * 5 - 5);
        join_new(&queue, &threads[i]);
    }
    simulate(&queue, threads, got, 10000 * MS);
    for (int i = 1; i < 4; i++) {
        u64 expected = got[0] * threads[i].weight / threads[0].weight;

        EXPECT(got[i] > expected * 9 / 10 && got[i] < expected * 11 / 10 + 20 * MS);
    }
}

TEST(equal_threads_take_turns)
{
    struct thread threads[3];
    struct fair_queue queue;
    u64 got[3] = {0};

    fair_queue_init(&queue);
    for (int i = 0; i < 3; i++) {
        make_thread(&threads[i], SCHED_OTHER, 0);
        join_new(&queue, &threads[i]);
    }
    simulate(&queue, threads, got, 600 * MS);
    for (int i = 0; i < 3; i++)
        EXPECT(got[i] >= 190 * MS && got[i] <= 210 * MS);
}

TEST(a_sleeper_cannot_hoard_time)
{
    struct thread sleeper, worker;
    struct fair_queue queue;

    fair_queue_init(&queue);
    make_thread(&sleeper, SCHED_OTHER, 0);
    make_thread(&worker, SCHED_OTHER, 0);
    join_new(&queue, &worker);
    EXPECT(fair_take_first(&queue) == &worker);
    fair_charge(&queue, &worker, 10000 * MS);
    fair_place_woken(&queue, &sleeper); /* it slept all the time */
    fair_join(&queue, &sleeper);
    EXPECT(fair_preempts(&worker, &sleeper));
    EXPECT(worker.virtual_runtime - sleeper.virtual_runtime <= 10 * MS);
    fair_put(&queue, &worker);
    EXPECT(fair_first(&queue) == &sleeper);
}

TEST(a_short_sleep_gives_no_bonus)
{
    struct thread thread, other;
    struct fair_queue queue;
    u64 before;

    fair_queue_init(&queue);
    make_thread(&thread, SCHED_OTHER, 0);
    make_thread(&other, SCHED_OTHER, 0);
    join_new(&queue, &other);
    join_new(&queue, &thread);
    fair_leave(&queue, &thread, false);
    before = thread.virtual_runtime;
    fair_place_woken(&queue, &thread);
    EXPECT_EQ(thread.virtual_runtime, before);
}

TEST(a_newcomer_waits_for_its_turn)
{
    struct thread old, new;
    struct fair_queue queue;

    fair_queue_init(&queue);
    make_thread(&old, SCHED_OTHER, 0);
    make_thread(&new, SCHED_OTHER, 0);
    join_new(&queue, &old);
    join_new(&queue, &new);
    EXPECT(fair_first(&queue) == &old);
    EXPECT(!fair_preempts(&old, &new));
}

TEST(who_may_preempt)
{
    struct thread running, woken;

    make_thread(&running, SCHED_IDLE, 0);
    make_thread(&woken, SCHED_OTHER, 19);
    woken.virtual_runtime = running.virtual_runtime + 100 * MS;
    EXPECT(fair_preempts(&running, &woken)); /* anybody beats SCHED_IDLE */
    make_thread(&running, SCHED_OTHER, 0);
    running.virtual_runtime = 100 * MS;
    make_thread(&woken, SCHED_BATCH, 0);
    EXPECT(!fair_preempts(&running, &woken)); /* SCHED_BATCH never preempts */
    make_thread(&woken, SCHED_OTHER, 0);
    EXPECT(fair_preempts(&running, &woken));
    woken.virtual_runtime = running.virtual_runtime - 1000;
    EXPECT(!fair_preempts(&running, &woken)); /* a lead this small is not worth a switch */
}

/* Virtual time wraps around; only differences count. */
TEST(the_clock_may_wrap)
{
    struct thread threads[3];
    struct fair_queue queue;
    u64 got[3] = {0};

    fair_queue_init(&queue);
    queue.clock = -5 * MS;
    for (int i = 0; i < 3; i++) {
        make_thread(&threads[i], SCHED_OTHER, 0);
        threads[i].virtual_runtime = queue.clock;
        fair_join(&queue, &threads[i]);
    }
    simulate(&queue, threads, got, 600 * MS);
    for (int i = 0; i < 3; i++)
        EXPECT(got[i] >= 190 * MS && got[i] <= 210 * MS);
}

TEST(random_joins_and_leaves_keep_the_sums)
{
    struct thread threads[32];
    bool in_queue[32] = {false};
    struct fair_queue queue;

    fair_queue_init(&queue);
    for (int i = 0; i < 32; i++)
        make_thread(&threads[i], SCHED_OTHER, (int)unit_random_below(40) - 20);
    for (int step = 0; step < 20000; step++) {
        unsigned i = (unsigned)unit_random_below(32);
        u64 weight = 0;
        unsigned nr = 0;

        if (in_queue[i]) {
            fair_leave(&queue, &threads[i], false);
        } else {
            fair_place_woken(&queue, &threads[i]);
            fair_join(&queue, &threads[i]);
        }
        in_queue[i] = !in_queue[i];
        if (fair_first(&queue) != NULL) {
            struct thread *running = fair_take_first(&queue);

            fair_charge(&queue, running, unit_random_below(5 * MS));
            fair_put(&queue, running);
        }
        for (int k = 0; k < 32; k++) {
            nr += in_queue[k];
            weight += in_queue[k] ? threads[k].weight : 0;
            if (in_queue[k])
                EXPECT((s64)(threads[k].virtual_runtime - fair_first(&queue)->virtual_runtime) >=
                       0);
        }
        EXPECT_EQ(queue.nr, nr);
        EXPECT_EQ(queue.weight, weight);
        EXPECT(rb_check(&queue.threads));
    }
}
