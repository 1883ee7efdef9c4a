/*
 * The small files of /proc/PID: one or few numbers each.
 */
#include <lib/types.h>
#include <proc/accounting.h>
#include <proc/task.h>

#include "views.h"

struct io_counts {
    u64 read_bytes, written_bytes, read_calls, write_calls;
};

static void io_counts_add(struct io_counts *sum, const struct task *task)
{
    sum->read_bytes += READ_ONCE(task->read_bytes);
    sum->written_bytes += READ_ONCE(task->written_bytes);
    sum->read_calls += READ_ONCE(task->read_calls);
    sum->write_calls += READ_ONCE(task->write_calls);
}

PROC_VIEW(io)
{
    struct process *process = subject->process;
    struct io_counts sum = {0};
    struct task *task;
    irqflags_t flags;

    if (subject->task && !subject->whole) {
        io_counts_add(&sum, subject->task);
    } else {
        flags = spin_lock_irqsave(&process->lock);
        list_for_each_entry (task, &process->tasks, process_link)
            io_counts_add(&sum, task);
        spin_unlock_irqrestore(&process->lock, flags);
    }
    proc_print(text, "rchar: %lu\nwchar: %lu\nsyscr: %lu\nsyscw: %lu\n", sum.read_bytes,
               sum.written_bytes, sum.read_calls, sum.write_calls);
    /* Nothing below the page cache counts what it moves. */
    proc_print(text, "read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
    return 0;
}

/* No hierarchy of control groups is mounted, ever. */
PROC_VIEW(cgroup)
{
    (void)text;
    (void)subject;
    return 0;
}

PROC_VIEW(personality)
{
    struct task *task = proc_subject_task(subject);

    if (!task)
        return 0;
    proc_print(text, "%08x\n", READ_ONCE(task->personality));
    task_put(task);
    return 0;
}

/* Time on a CPU, time waiting for one (not measured), times scheduled. */
PROC_VIEW(schedstat)
{
    struct process_totals totals = {0};
    struct task *task = proc_subject_task(subject);

    if (task) {
        task_totals_get(task, &totals);
        task_put(task);
    }
    proc_print(text, "%lu 0 %lu\n", totals.user_ns + totals.system_ns,
               totals.voluntary_switches + totals.involuntary_switches);
    return 0;
}

PROC_VIEW(timerslack)
{
    struct task *task = proc_subject_task(subject);

    if (!task)
        return 0;
    proc_print(text, "%lu\n", READ_ONCE(task->timer_slack));
    task_put(task);
    return 0;
}

PROC_VIEW(no_login)
{
    (void)subject;
    proc_print(text, "%u", ~0u);
    return 0;
}

PROC_VIEW(id_map)
{
    (void)subject;
    proc_print(text, "%10u %10u %10u\n", 0, 0, ~0u);
    return 0;
}

PROC_VIEW(setgroups)
{
    (void)subject;
    proc_print(text, "allow\n");
    return 0;
}
