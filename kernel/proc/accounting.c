/*
 * Sums of what tasks used. A living task's figures are read where they are kept; a dead one's have
 * been added to its process, a waited-for child's to its parent.
 */
#include <proc/accounting.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <mm/mm.h>

void process_totals_add(struct process_totals *sum, const struct process_totals *more)
{
    sum->user_ns += more->user_ns;
    sum->system_ns += more->system_ns;
    sum->minor_faults += more->minor_faults;
    sum->major_faults += more->major_faults;
    sum->voluntary_switches += more->voluntary_switches;
    sum->involuntary_switches += more->involuntary_switches;
    sum->max_resident_pages = max(sum->max_resident_pages, more->max_resident_pages);
}

void task_totals_get(struct task *task, struct process_totals *totals)
{
    *totals = (struct process_totals){
        .minor_faults = READ_ONCE(task->minor_faults),
        .major_faults = READ_ONCE(task->major_faults),
        .voluntary_switches = READ_ONCE(task->thread.voluntary_switches),
        .involuntary_switches = READ_ONCE(task->thread.involuntary_switches),
    };
    thread_cpu_times(&task->thread, &totals->user_ns, &totals->system_ns);
}

void process_totals_get_locked(struct process *process, struct process_totals *totals)
{
    struct process_totals one;
    struct task *task;

    ASSERT_HELD(&process->lock);
    *totals = process->dead_tasks;
    list_for_each_entry (task, &process->tasks, process_link) {
        task_totals_get(task, &one);
        if (task->mm != NULL)
            one.max_resident_pages = READ_ONCE(task->mm->peak_resident_pages);
        process_totals_add(totals, &one);
    }
}

void process_totals_get(struct process *process, struct process_totals *totals)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    process_totals_get_locked(process, totals);
    spin_unlock_irqrestore(&process->lock, flags);
}

u64 process_cpu_ns(struct process *process)
{
    struct process_totals totals;

    process_totals_get(process, &totals);
    return totals.user_ns + totals.system_ns;
}

u64 process_user_ns(struct process *process)
{
    struct process_totals totals;

    process_totals_get(process, &totals);
    return totals.user_ns;
}

u64 task_cpu_ns(struct task *task)
{
    u64 user, system;

    thread_cpu_times(&task->thread, &user, &system);
    return user + system;
}

static struct abi_timeval timeval_from_ns(u64 ns)
{
    return (struct abi_timeval){
        .seconds = (s64)(ns / NS_PER_SECOND),
        .microseconds = (s64)(ns % NS_PER_SECOND / NS_PER_US),
    };
}

void rusage_from_totals(const struct process_totals *totals, struct abi_rusage *usage)
{
    *usage = (struct abi_rusage){
        .user_time = timeval_from_ns(totals->user_ns),
        .system_time = timeval_from_ns(totals->system_ns),
        .max_resident = (s64)(totals->max_resident_pages * (PAGE_SIZE / 1024)),
        .minor_faults = (s64)totals->minor_faults,
        .major_faults = (s64)totals->major_faults,
        .voluntary_switches = (s64)totals->voluntary_switches,
        .involuntary_switches = (s64)totals->involuntary_switches,
    };
}

int rusage_get(int who, struct abi_rusage *usage)
{
    struct task *self = current_task();
    struct process_totals totals;
    struct mm_resident resident;
    irqflags_t flags;

    mm_resident_get(self->mm, &resident); /* notes the peak */
    switch (who) {
    case RUSAGE_SELF:
        process_totals_get(self->process, &totals);
        break;
    case RUSAGE_CHILDREN:
        flags = spin_lock_irqsave(&self->process->lock);
        totals = self->process->children_totals;
        spin_unlock_irqrestore(&self->process->lock, flags);
        break;
    case RUSAGE_THREAD:
        task_totals_get(self, &totals);
        totals.max_resident_pages = self->mm->peak_resident_pages;
        break;
    default:
        return -EINVAL;
    }
    rusage_from_totals(&totals, usage);
    return 0;
}

u64 ns_to_clock_ticks(u64 ns)
{
    return ns / (NS_PER_SECOND / CLOCK_TICKS_PER_SECOND);
}
