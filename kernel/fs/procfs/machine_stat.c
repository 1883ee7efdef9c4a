/*
 * /proc/stat, uptime, loadavg: how the machine spends its time.
 */
#include <arch/smp.h>
#include <drivers/interrupt.h>
#include <proc/accounting.h>
#include <proc/pid.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <time/time.h>

#include "views.h"

#define LOAD_SHIFT 11 /* bits of fraction of a load average */

static void put_cpu_times(struct proc_text *text, const struct sched_cpu_stat *stat)
{
    /* iowait, irq, softirq, steal, guest and guest_nice are not told apart. */
    proc_print(text, " %lu %lu %lu %lu 0 0 0 0 0 0\n", ns_to_clock_ticks(stat->user_ns),
               ns_to_clock_ticks(stat->nice_ns), ns_to_clock_ticks(stat->system_ns),
               ns_to_clock_ticks(stat->idle_ns));
}

static void cpu_stat_sum(struct sched_cpu_stat *sum)
{
    struct sched_cpu_stat one;

    *sum = (struct sched_cpu_stat){0};
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        sched_cpu_stat_get(cpu, &one);
        sum->user_ns += one.user_ns;
        sum->nice_ns += one.nice_ns;
        sum->system_ns += one.system_ns;
        sum->idle_ns += one.idle_ns;
        sum->switches += one.switches;
    }
}

static unsigned blocked_tasks_of(struct process *process)
{
    unsigned count = 0;
    struct task *task;

    for (int number = 1; (task = process_next_task(process, number)); task_put(task)) {
        number = task_id(task) + 1;
        count += task_state_letter(task) == 'D';
    }
    return count;
}

static unsigned blocked_tasks(void)
{
    struct process *process;
    unsigned count = 0;

    for (int number = 1; (process = process_next(number)); process_put(process)) {
        number = process_id(process) + 1;
        count += blocked_tasks_of(process);
    }
    return count;
}

static void put_interrupts(struct proc_text *text)
{
    u64 count;

    proc_print(text, "intr %lu", interrupt_total());
    for (unsigned line = 0; line < INTERRUPT_MAX_LINES; line++) {
        count = 0;
        for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
            count += interrupt_count(line, cpu);
        proc_print(text, " %lu", count);
    }
    proc_print(text, "\n");
}

PROC_VIEW(machine_stat)
{
    struct sched_cpu_stat sum, one;

    (void)subject;
    cpu_stat_sum(&sum);
    proc_print(text, "cpu ");
    put_cpu_times(text, &sum);
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        sched_cpu_stat_get(cpu, &one);
        proc_print(text, "cpu%u", cpu);
        put_cpu_times(text, &one);
    }
    put_interrupts(text);
    proc_print(text, "ctxt %lu\nbtime %ld\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
               sum.switches, time_realtime_seconds() - (s64)(time_monotonic_ns() / NS_PER_SECOND),
               process_fork_count(), sched_runnable_count(), blocked_tasks());
    proc_print(text, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
    return 0;
}

static void put_hundredths(struct proc_text *text, u64 ns)
{
    proc_print(text, "%lu.%02lu", (u64)(ns / NS_PER_SECOND),
               (u64)(ns % NS_PER_SECOND / (NS_PER_SECOND / 100)));
}

PROC_VIEW(uptime)
{
    struct sched_cpu_stat sum;

    (void)subject;
    cpu_stat_sum(&sum);
    put_hundredths(text, time_boottime_ns());
    proc_print(text, " ");
    put_hundredths(text, sum.idle_ns);
    proc_print(text, "\n");
    return 0;
}

PROC_VIEW(loadavg)
{
    u64 load[3];

    (void)subject;
    sched_load_average(load);
    for (int i = 0; i < 3; i++) {
        u64 rounded = load[i] + (1 << LOAD_SHIFT) / 200;

        proc_print(text, "%lu.%02lu ", rounded >> LOAD_SHIFT,
                   (rounded & ((1 << LOAD_SHIFT) - 1)) * 100 >> LOAD_SHIFT);
    }
    proc_print(text, "%u/%lu %d\n", sched_runnable_count(), task_count(), pid_last());
    return 0;
}
