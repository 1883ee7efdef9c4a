/*
 * Clocks by number: clock_gettime(2). Negative numbers are the CPU clocks of processes and tasks
 * (clock_getcpuclockid(3)): ~id << 3 | thread << 2 | kind.
 */
#include <proc/timers.h>

#include <abi/errno.h>
#include <proc/accounting.h>

#include "timers_internal.h"

bool clock_is_cpu(int clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static int read_task_clock(int number, int kind, s64 *ns)
{
    struct task *task = number == 0 ? task_get(current_task()) : task_find(number);
    struct process_totals totals;
    int error = 0;

    if (task == NULL)
        return -EINVAL;
    if (task->process != current_process()) {
        error = -EINVAL;
    } else {
        task_totals_get(task, &totals);
        *ns = (s64)(kind == 1 ? totals.user_ns : totals.user_ns + totals.system_ns);
    }
    task_put(task);
    return error;
}

static int read_process_clock(int number, int kind, s64 *ns)
{
    struct process *process = number == 0 ? process_get(current_process()) : process_find(number);

    if (process == NULL)
        return -EINVAL;
    *ns = (s64)(kind == 1 ? process_user_ns(process) : process_cpu_ns(process));
    process_put(process);
    return 0;
}

static int read_cpu_clock(int clock, s64 *ns)
{
    int kind = clock & CPU_CLOCK_KIND;

    if (kind == CPU_CLOCK_KIND)
        return -EINVAL;
    if (clock & CPU_CLOCK_THREAD)
        return read_task_clock(~(clock >> 3), kind, ns);
    return read_process_clock(~(clock >> 3), kind, ns);
}

int clock_read(int clock, s64 *ns)
{
    switch (clock) {
    case CLOCK_PROCESS_CPUTIME_ID:
        return read_process_clock(0, 0, ns);
    case CLOCK_THREAD_CPUTIME_ID:
        return read_task_clock(0, 0, ns);
    default:
        return clock < 0 ? read_cpu_clock(clock, ns) : clock_get(clock, ns);
    }
}
