/*
 * /proc/PID/stat and statm: the numbers of a task on one line.
 */
#include <proc/accounting.h>
#include <proc/control.h>
#include <proc/rlimit.h>
#include <proc/session.h>
#include <proc/task.h>
#include <signal/signal.h>

#include "identity.h"
#include "views.h"

/* The process flags of Linux that mean something here. */
#define PF_EXITING    0x4u
#define PF_FORKNOEXEC 0x40u
#define PF_SUPERPRIV  0x100u
#define PF_RANDOMIZE  0x400000u

struct stat_line {
    struct proc_text *text;
    const struct proc_subject *subject;
    struct task *task; /* NULL: a zombie */
    struct mm *mm;     /* NULL: none */
    struct task_identity identity;
    bool permitted; /* the reader may know addresses */
};

static unsigned stat_flags(const struct task *task)
{
    u32 flags = task ? READ_ONCE(task->flags) : TASK_EXITING;

    return PF_RANDOMIZE | (flags & TASK_EXITING ? PF_EXITING : 0) |
           (flags & TASK_FORKED ? PF_FORKNOEXEC : 0) | (flags & TASK_SUPERPRIV ? PF_SUPERPRIV : 0);
}

static void put_identity(const struct stat_line *line)
{
    const struct task_identity *identity = &line->identity;
    int foreground;
    u32 terminal = process_terminal_device(line->subject->process, &foreground);

    proc_print(line->text, "%d (", identity->number);
    proc_put_name(line->text, identity->name);
    proc_print(line->text, ") %c %d %d %d %d %d %u", identity->state, identity->parent,
               identity->group, identity->session, (int)terminal, foreground,
               stat_flags(line->task));
}

static void put_times(const struct stat_line *line)
{
    struct process *process = line->subject->process;
    const struct thread *thread = line->task ? &line->task->thread : NULL;
    struct process_totals own, children;
    u64 start = line->subject->task ? line->task->start_time : process->start_time;
    int nice = thread ? READ_ONCE(thread->nice) : 0;
    int priority = thread ? READ_ONCE(thread->priority) : 0;

    if (line->subject->task && !line->subject->whole)
        task_totals_get(line->task, &own);
    else
        process_totals_get(process, &own);
    children = process->children_totals;
    proc_print(line->text, " %lu %lu %lu %lu %lu %lu %lu %lu", own.minor_faults,
               children.minor_faults, own.major_faults, children.major_faults,
               ns_to_clock_ticks(own.user_ns), ns_to_clock_ticks(own.system_ns),
               ns_to_clock_ticks(children.user_ns), ns_to_clock_ticks(children.system_ns));
    proc_print(line->text, " %d %d %u 0 %lu", priority ? -1 - priority : 20 + nice, nice,
               line->identity.nr_tasks, ns_to_clock_ticks(start));
}

/* An address, or what readers without permission see. */
static u64 address(const struct stat_line *line, u64 value, u64 hidden)
{
    if (!line->mm)
        return 0;
    return line->permitted ? value : hidden;
}

static void put_memory(const struct stat_line *line)
{
    const struct mm *mm = line->mm;
    struct mm_resident resident = {0};

    if (mm)
        mm_resident_get(line->mm, &resident);
    proc_print(line->text, " %lu %lu %lu", mm ? mm->total_pages << PAGE_SHIFT : 0,
               resident.anonymous + resident.file + resident.shmem,
               rlimit_of(line->subject->process, RLIMIT_RSS));
    proc_print(line->text, " %lu %lu %lu 0 0", address(line, mm ? mm->code_start : 0, 1),
               address(line, mm ? mm->code_end : 0, 1), address(line, mm ? mm->stack_start : 0, 0));
}

static void put_signals(const struct stat_line *line)
{
    u64 mask = 0x7fffffff; /* the fields are older than real-time signals */
    struct signal_sets sets;

    signal_sets_get(line->subject->process, line->task, &sets);
    proc_print(line->text, " %lu %lu %lu %lu", sets.task_pending & mask, sets.blocked & mask,
               sets.ignored & mask, sets.caught & mask);
}

static void put_scheduling(const struct stat_line *line)
{
    const struct thread *thread = line->task ? &line->task->thread : NULL;
    bool asleep = line->permitted && thread && READ_ONCE(thread->state) != THREAD_RUNNABLE;

    proc_print(line->text, " %d 0 0 %d %u %d %d 0 0 0", asleep, line->subject->process->exit_signal,
               thread ? READ_ONCE(thread->cpu) : 0, thread ? READ_ONCE(thread->priority) : 0,
               thread ? READ_ONCE(thread->user_policy) : 0);
}

static void put_layout(const struct stat_line *line)
{
    static const struct mm none;
    const struct mm *mm = line->mm && line->permitted ? line->mm : &none;

    proc_print(line->text, " %lu %lu %lu %lu %lu %lu %lu %d\n", mm->data_start, mm->data_end,
               mm->brk_start, mm->arg_start, mm->arg_end, mm->env_start, mm->env_end,
               line->permitted ? line->subject->process->exit_status : 0);
}

PROC_VIEW(stat)
{
    struct stat_line line = {
        .text = text,
        .subject = subject,
        .task = proc_subject_task(subject),
    };

    line.mm = line.task ? task_get_mm(line.task) : NULL;
    line.permitted = !line.task || task_may_inspect(line.task) == 0;
    task_identity_get(subject, line.task, &line.identity);
    put_identity(&line);
    put_times(&line);
    put_memory(&line);
    put_signals(&line);
    put_scheduling(&line);
    put_layout(&line);
    if (line.mm)
        mm_put_user(line.mm);
    if (line.task)
        task_put(line.task);
    return 0;
}

PROC_VIEW(statm)
{
    struct mm *mm = proc_subject_mm(subject);
    struct mm_resident resident;

    if (!mm) {
        proc_print(text, "0 0 0 0 0 0 0\n");
        return 0;
    }
    mm_resident_get(mm, &resident);
    proc_print(text, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_pages,
               resident.anonymous + resident.file + resident.shmem, resident.file + resident.shmem,
               mm_code_pages(mm), mm->data_pages + mm->stack_pages);
    mm_put_user(mm);
    return 0;
}
