/*
 * Real-time threads leave something to the others: where a thread of another policy waits, they
 * have the CPU for kernel.sched_rt_runtime_us of each kernel.sched_rt_period_us (sched(7)). So a
 * program that goes round in circles under SCHED_FIFO can be stopped. Where nobody waits they go
 * on.
 *
 * Each CPU has periods of its own, which begin when they are looked at. (run-queue lock)
 */
#include <abi/errno.h>
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <sched/sched.h>

#include "run_queue.h"

#define UNLIMITED (-1)
#define US        1000ull /* ns */

static s32 period_us = 1000000;
static s32 runtime_us = 950000;

/* The same for the switch between threads. */
u64 realtime_period = 1000000 * US;
u64 realtime_runtime = 950000 * US;

static void renew(struct realtime_queue *queue, u64 now)
{
    if (now - queue->period_start >= READ_ONCE(realtime_period)) {
        queue->period_start = now;
        queue->used = 0;
    }
}

void realtime_charge(struct realtime_queue *queue, u64 now, u64 ns)
{
    renew(queue, now);
    queue->used += ns;
}

u64 realtime_spent_at(struct realtime_queue *queue, u64 now)
{
    u64 limit = READ_ONCE(realtime_runtime);

    if (limit == TIME_NEVER)
        return TIME_NEVER;
    renew(queue, now);
    return queue->used < limit ? now + limit - queue->used : now;
}

u64 realtime_renewed_at(const struct realtime_queue *queue)
{
    return queue->period_start + READ_ONCE(realtime_period);
}

static bool is_valid(s64 period, s64 runtime)
{
    return period > 0 && runtime >= UNLIMITED && runtime <= period;
}

static int set_period(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (!is_valid((s64)values[0], runtime_us))
        return -EINVAL;
    WRITE_ONCE(period_us, (s32)values[0]);
    WRITE_ONCE(realtime_period, values[0] * US);
    return 0;
}

static int set_runtime(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (!is_valid(period_us, (s64)values[0]))
        return -EINVAL;
    WRITE_ONCE(runtime_us, (s32)values[0]);
    WRITE_ONCE(realtime_runtime, runtime_us == UNLIMITED ? TIME_NEVER : values[0] * US);
    return 0;
}

static const struct sysctl settings[] = {
    {.name = "sched_rt_period_us", .kind = SYSCTL_INT, .value = &period_us, .set = set_period},
    {.name = "sched_rt_runtime_us", .kind = SYSCTL_INT, .value = &runtime_us, .set = set_runtime},
    {},
};
static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

void sched_realtime_init(void)
{
    sysctl_register(&table);
}
