/*
 * Snapshots of a task for stat and status. The tree lock for relations, process.lock for signals.
 */
#include "identity.h"

#include <lib/string.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <proc/task.h>

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
