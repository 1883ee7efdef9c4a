/*
 * Stress of timers on all CPUs: none fires early, twice, or after its cancel returned; sleeping
 * ends in time.
 */
#include <time/selftest.h>

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <lib/atomic.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <time/time.h>

#define NR_THREADS 8
#define NR_ROUNDS  400
#define NR_SHARED  16

static struct completion all_done;
static u32 remaining; /* (a) */

struct counted_timer {
    struct timer timer;
    u64 due;   /* own thread */
    u32 fired; /* (a) */
};

static void count_fired(struct timer *timer)
{
    struct counted_timer *counted = container_of(timer, struct counted_timer, timer);

    ASSERT(arch_clock_ns() >= counted->due);
    fetch_add(&counted->fired, 1);
}

/* A timer on this stack: cancelled before, around and after its deadline. */
static void stress_private(unsigned number)
{
    struct counted_timer counted = {.fired = 0};

    timer_init(&counted.timer, count_fired);
    for (u64 i = 0; i < NR_ROUNDS; i++) {
        u64 delay = (i * 7 + number) % 40 * 1000;
        u32 before = counted.fired;
        bool cancelled;

        counted.due = arch_clock_ns() + delay;
        timer_set(&counted.timer, counted.due);
        if (i % 3 == 0)
            sched_yield_current();
        if (i % 16 == 0)
            sleep_until(counted.due + 10000);
        cancelled = timer_cancel(&counted.timer);
        ASSERT(READ_ONCE(counted.fired) == before + !cancelled);
        ASSERT(!timer_is_armed(&counted.timer));
    }
}

/* Timers that all threads set and cancel at the same time: only consistency can be checked. */
static struct counted_timer shared[NR_SHARED];

static void stress_shared(unsigned number)
{
    for (u64 i = 0; i < NR_ROUNDS; i++) {
        struct counted_timer *counted = &shared[(i + number) % NR_SHARED];

        if (i % 5 == 4)
            timer_cancel(&counted->timer);
        else
            timer_set(&counted->timer, arch_clock_ns() + (i % 11) * 5000);
    }
}

static void stress(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;

    stress_private(number);
    stress_shared(number);
    if (fetch_sub(&remaining, 1) == 1)
        completion_signal(&all_done);
}

static void note_fired(struct clock_timer *timer __unused)
{
}

/* A timer on the realtime clock fires when the clock is set past it. */
static void test_realtime(void)
{
    s64 start = time_realtime_ns();
    struct clock_timer timer;

    clock_timer_init(&timer, CLOCK_REALTIME, note_fired);
    clock_timer_set(&timer, start + 3600 * (s64)NS_PER_SECOND);
    ASSERT(timer_is_armed(&timer.timer));
    ASSERT(time_set_realtime(time_realtime_ns() + 3601 * (s64)NS_PER_SECOND) == 0);
    sleep_until(time_monotonic_ns() + NS_PER_MS);
    ASSERT(!timer_is_armed(&timer.timer));
    ASSERT(time_set_realtime(time_realtime_ns() - 3601 * (s64)NS_PER_SECOND) == 0);
    ASSERT(time_set_realtime(-1) == -EINVAL);
    ASSERT(!clock_timer_cancel(&timer));
    ASSERT(clock_sleep_until(CLOCK_REALTIME, time_realtime_ns() + (s64)NS_PER_MS) == 0);
    ASSERT(clock_sleep_until(CLOCK_MONOTONIC_RAW, 0) == -EINVAL);
}

void time_selftest(void)
{
    u64 start = arch_clock_ns();

    completion_init(&all_done);
    for (unsigned i = 0; i < NR_SHARED; i++)
        timer_init(&shared[i].timer, count_fired);
    remaining = NR_THREADS;
    for (uintptr_t i = 0; i < NR_THREADS; i++)
        ASSERT(!IS_ERR(thread_create_kernel("timers", stress, (void *)i)));
    completion_wait(&all_done);
    for (unsigned i = 0; i < NR_SHARED; i++)
        timer_cancel(&shared[i].timer);
    test_realtime();
    pr_info("selftest: timers: ok, %lu us\n", (arch_clock_ns() - start) / 1000);
}
