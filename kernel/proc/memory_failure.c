/* Remembering why memory was refused (memory_failure.h). */
#include <proc/memory_failure.h>

#include <proc/task.h>
#include <signal/signal.h>

static void remember(const struct memory_failure *failure)
{
    struct process *process = current_process();
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    process->memory_failure = *failure;
    spin_unlock_irqrestore(&process->lock, flags);
}

void memory_failure_note_call(const char *name, u32 call, const unsigned long arguments[6],
                              int error, const char *error_name)
{
    struct mm_diagnosis diagnosis;

    mm_diagnose(current_task()->mm, call, arguments, error, &diagnosis);
    remember(&(struct memory_failure){
        .call = name,
        .rule = diagnosis.rule,
        .addr = arguments[0],
        .len = call == MM_CALL_BREAK || call >= MM_CALL_LOCK_ALL ? 0 : arguments[1],
        .area_start = diagnosis.start,
        .area_end = diagnosis.end,
        .area_flags = diagnosis.flags,
        .result = error_name,
    });
}

void memory_failure_note_fault(vaddr_t addr, const struct mm_fault_failure *fault)
{
    struct process *process = current_process();
    struct memory_failure *failure = &process->memory_failure;
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    failure->call = "page fault";
    failure->rule = fault->reason;
    failure->addr = addr;
    failure->len = 0;
    failure->area_start = fault->area_start;
    failure->area_end = fault->area_end;
    failure->area_flags = fault->area_flags;
    failure->result = signal_name(fault->signal);
    spin_unlock_irqrestore(&process->lock, flags);
}

void memory_failure_get(struct process *process, struct memory_failure *failure)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    *failure = process->memory_failure;
    spin_unlock_irqrestore(&process->lock, flags);
}
