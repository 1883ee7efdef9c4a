/*
 * Sleeping until a moment.
 */
#include <abi/errno.h>
#include <arch/time.h>
#include <kern/preempt.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <time/time.h>

#include "timer_internal.h"

struct sleeper {
    struct timer timer;
    struct thread *thread;
};

static void wake_sleeper(struct timer *timer)
{
    thread_wake(container_of(timer, struct sleeper, timer)->thread);
}

/* The thread has set its state: a timer that fires before schedule() makes it return at once. */
void timed_schedule(u64 deadline)
{
    struct sleeper sleeper = {.thread = current_thread()};

    timer_init(&sleeper.timer, wake_sleeper);
    timer_set(&sleeper.timer, deadline);
    schedule();
    timer_cancel(&sleeper.timer);
}

static int sleep_in_state(enum thread_state state, u64 deadline)
{
    int result = 0;

    might_sleep();
    current_thread()->wait_channel = __builtin_return_address(0);
    while (arch_clock_ns() < deadline) {
        thread_set_state(state);
        if (thread_signal_interrupts(current_thread(), state)) {
            result = -ERESTARTSYS;
            break;
        }
        schedule_until(deadline);
    }
    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
    return result;
}

int sleep_until_interruptible(u64 deadline)
{
    return sleep_in_state(THREAD_INTERRUPTIBLE, deadline);
}

void sleep_until(u64 deadline)
{
    (void)sleep_in_state(THREAD_UNINTERRUPTIBLE, deadline);
}

struct clock_sleeper {
    struct clock_timer timer;
    struct thread *thread;
};

static void wake_clock_sleeper(struct clock_timer *timer)
{
    thread_wake(container_of(timer, struct clock_sleeper, timer)->thread);
}

static bool is_over(int clock, s64 deadline)
{
    s64 now;

    return clock_get(clock, &now) == 0 && now >= deadline;
}

int clock_sleep_until(int clock, s64 deadline)
{
    struct clock_sleeper sleeper = {.thread = current_thread()};
    int result = 0;

    if (!clock_can_sleep(clock))
        return -EINVAL;
    might_sleep();
    sleeper.thread->wait_channel = __builtin_return_address(0);
    clock_timer_init(&sleeper.timer, clock, wake_clock_sleeper);
    for (;;) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (is_over(clock, deadline))
            break;
        if (thread_signal_interrupts(sleeper.thread, THREAD_INTERRUPTIBLE)) {
            result = -ERESTARTSYS;
            break;
        }
        clock_timer_set(&sleeper.timer, deadline);
        schedule();
        clock_timer_cancel(&sleeper.timer);
    }
    WRITE_ONCE(sleeper.thread->state, THREAD_RUNNABLE);
    return result;
}
