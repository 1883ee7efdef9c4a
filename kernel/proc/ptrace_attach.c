/*
 * Beginning to trace: PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_TRACEME.
 */
#include "ptrace_internal.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <proc/control.h>
#include <proc/credentials.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <signal/signal.h>

#include "proc_internal.h"

/* => process.lock of @task held; -EPERM; -EAGAIN: it is in execve */
static int check_locked(struct task *task)
{
    if (task->process == current_process() || (READ_ONCE(task->flags) & TASK_EXITING))
        return -EPERM;
    if (task->in_execve)
        return -EAGAIN;
    if (task_may_inspect_locked(task) != 0 || task->ptrace != NULL ||
        !list_is_linked(&task->process_link))
        return -EPERM;
    return 0;
}

/* An old attach stops the task by SIGSTOP; one that is in a stop of its process comes to a trace
 * stop. */
static void begin_tracing(struct ptrace *trace, struct task *task)
{
    struct abi_siginfo info;

    if (!trace->seized) {
        signal_info_kernel(&info, SIGSTOP);
        (void)signal_send_locked(task->process, task, &info);
    }
    if (READ_ONCE(task->thread.state) == THREAD_STOPPED)
        thread_wake_states(&task->thread, THREAD_STATE_MASK(THREAD_STOPPED));
}

static long try_attach(struct ptrace *trace, struct task *task)
{
    irqflags_t flags = process_tree_lock();
    int err;

    spin_lock(&task->process->lock);
    err = check_locked(task);
    if (err == 0) {
        ptrace_link_locked(trace, task, current_task(), capable(CAP_SYS_PTRACE));
        begin_tracing(trace, task);
    }
    spin_unlock(&task->process->lock);
    process_tree_unlock(flags);
    return err;
}

/* A task in execve is waited for: what it will be allowed to do depends on who traces it. */
long ptrace_attach(struct task *task, bool seized, u32 options)
{
    struct ptrace *trace = ptrace_create(seized, options);
    long err;

    if (trace == NULL)
        return -ENOMEM;
    while ((err = try_attach(trace, task)) == -EAGAIN) {
        err = wait_event_interruptible(&task->process->exit_wait, !READ_ONCE(task->in_execve));
        if (err != 0) {
            err = -ERESTARTNOINTR;
            break;
        }
    }
    if (err != 0)
        ptrace_free(trace);
    return err;
}

long ptrace_seize(struct task *task, unsigned long addr, unsigned long options)
{
    if (addr != 0 || (options & ~(unsigned long)PTRACE_O_KNOWN))
        return -EIO;
    return ptrace_attach(task, true, (u32)options);
}

/* The task of the parent that made the running one, or what stands in for it. => tree lock held */
static struct task *parent_task(void)
{
    struct process *process = current_process(), *parent = process->parent;
    struct task *task;

    if (parent == NULL || parent->nr_tasks == 0)
        return NULL;
    list_for_each_entry (task, &parent->tasks, process_link) {
        if (task_id(task) == process->creator_tid)
            return task;
    }
    return list_first_entry(&parent->tasks, struct task, process_link);
}

long ptrace_trace_me(void)
{
    struct task *self = current_task(), *tracer;
    struct ptrace *trace = ptrace_create(false, 0);
    irqflags_t flags;
    long err = 0;

    if (trace == NULL)
        return -ENOMEM;
    flags = process_tree_lock();
    spin_lock(&self->process->lock);
    tracer = parent_task();
    if (self->ptrace != NULL)
        err = -EPERM;
    else if (tracer != NULL && !(READ_ONCE(tracer->flags) & TASK_EXITING))
        ptrace_link_locked(trace, self, tracer, capable(CAP_SYS_PTRACE));
    else
        err = 1; /* nobody is left to trace: success, and nothing happens */
    spin_unlock(&self->process->lock);
    process_tree_unlock(flags);
    if (err != 0)
        ptrace_free(trace);
    return err > 0 ? 0 : err;
}
