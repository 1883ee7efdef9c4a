/*
 * Snapshots of a task for stat and status. The tree lock for relations, process.lock for signals.
 */
#include "identity.h"

#include <lib/bits.h>
#include <lib/string.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <proc/task.h>
#include <signal/signal.h>

void task_identity_get(const struct proc_subject *subject, struct task *task,
                       struct task_identity *identity)
{
    struct process *process = subject->process;
    irqflags_t flags;

    *identity = (struct task_identity){0};
    identity->state = subject->task ? task_state_letter(task) : process_state_letter(process);
    if (task && (subject->task || task == READ_ONCE(process->leader)))
        task_get_name(task, identity->name);
    else
        strlcpy(identity->name, process->comm, sizeof(identity->name));
    flags = process_tree_lock();
    identity->number = subject->task ? task_id(task) : process_id(process);
    identity->parent = process->parent ? process_id(process->parent) : 0;
    if (process->group) {
        identity->group = process_group_number(process->group);
        identity->session = session_number(process->group->session);
    }
    identity->nr_tasks = process->nr_tasks;
    process_tree_unlock(flags);
}

void task_signal_sets_get(struct process *process, struct task *task, struct task_signal_sets *sets)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    *sets = (struct task_signal_sets){.shared = process->signals.pending.set};
    if (task) {
        sets->pending = task->signals.pending.set;
        sets->blocked = task->signals.blocked;
    }
    for (int signal = 1; process->signals.actions && signal <= NR_SIGNALS; signal++) {
        struct abi_sigaction action;

        signal_action_read(process, signal, &action);
        if (action.handler == SIG_IGN)
            sets->ignored |= SIGNAL_BIT(signal);
        else if (action.handler != SIG_DFL)
            sets->caught |= SIGNAL_BIT(signal);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}
