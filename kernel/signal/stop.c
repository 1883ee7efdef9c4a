/*
 * Job control: stopping a process and telling its parent (signal.h 5).
 */
#include "signal_internal.h"

#include <kern/panic.h>
#include <proc/accounting.h>
#include <proc/ptrace.h>
#include <proc/session.h>
#include <sched/sched.h>
#include <vfs/cred.h>

static bool in_orphaned_group(struct process *process)
{
    irqflags_t flags = process_tree_lock();
    bool orphaned = process_group_is_orphaned(process->group);

    process_tree_unlock(flags);
    return orphaned;
}

/* Ask every task to stop that has not. => process.lock held */
static void request_stop(struct process *process, int signal)
{
    struct process_signals *signals = &process->signals;
    struct task *task;

    signals->stops_remaining = 0;
    list_for_each_entry (task, &process->tasks, process_link) {
        if (signal_has_stopped(task) || (READ_ONCE(task->flags) & TASK_EXITING))
            continue;
        task->signals.stop_requested = true;
        signals->stops_remaining++;
        thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING);
        if (task != current_task())
            thread_signal_wake(&task->thread, false);
    }
    if (signals->stop_signal == 0 || signals->stopped)
        signals->stop_signal = signal;
}

void signal_stop_begin(const struct abi_siginfo *info)
{
    struct task *self = current_task();
    struct process *process = self->process;
    const struct process_signals *signals = &process->signals;
    irqflags_t flags;

    /* A background job nobody can continue must not stop by itself (POSIX 2.4.3). */
    if (info->signo != SIGSTOP && in_orphaned_group(process))
        return;
    flags = spin_lock_irqsave(&process->lock);
    /* SIGCONT, a kill or an execve may have come since the signal was taken. The task that executes
     * takes it then. */
    if (self->signals.may_stop && signals->group_exec != NULL)
        (void)signal_send_locked(process, NULL, info);
    else if (self->signals.may_stop && !signals->group_exit)
        request_stop(process, info->signo);
    spin_unlock_irqrestore(&process->lock, flags);
}

enum rest {
    REST_IS_OVER,
    REST_IS_TRACED, /* its tracer is to be told first */
    REST_IS_SLEEP,  /* the state is set */
};

/* What is next for a task of a stopped process. All that may end its sleep happens under
 * process.lock: SIGCONT, a kill, an execve of another task, somebody who begins to trace it or
 * wants it to trap. */
static enum rest next_of_rest(struct task *self, int *signal)
{
    const struct process_signals *signals = &self->process->signals;
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    bool must_end =
        signals->group_exit || (signals->group_exec != NULL && signals->group_exec != self);
    enum rest next = REST_IS_SLEEP;

    *signal = signals->stop_signal;
    if (*signal == 0 || must_end || self->signals.trap_requested)
        next = REST_IS_OVER;
    else if (self->ptrace != NULL && !ptrace_listens_locked(self))
        next = REST_IS_TRACED;
    else
        thread_set_state(THREAD_STOPPED);
    spin_unlock_irqrestore(&self->process->lock, flags);
    return next;
}

/* A traced task that listened to its stop comes to a trap when that is over. */
static void request_trap(struct task *self)
{
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);

    self->signals.trap_requested = self->ptrace != NULL;
    signal_recalculate(self);
    spin_unlock_irqrestore(&self->process->lock, flags);
}

/* While the process is stopped. A traced task is in a trace stop instead, until its tracer lets it
 * run, stop or not, or wants to listen (PTRACE_LISTEN). */
static void rest(struct task *self)
{
    bool listened = false;
    enum rest next;
    int signal;

    ptrace_stop_listening(self);
    while ((next = next_of_rest(self, &signal)) != REST_IS_OVER) {
        if (next == REST_IS_SLEEP) {
            schedule();
        } else {
            listened = ptrace_group_stop(signal);
            if (!listened)
                return;
        }
    }
    if (listened)
        request_trap(self);
}

void signal_stop_join(void)
{
    struct task *self = current_task();
    struct process *process = self->process;
    bool last = false;
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    if (self->signals.stop_requested) {
        self->signals.stop_requested = false;
        /* One that comes to a stop that the parent knows of says nothing. */
        last = --process->signals.stops_remaining == 0 && !process->signals.stopped;
    }
    if (last) {
        process->signals.stopped = true;
        process->stop_reported = false;
        process->continue_unreported = false;
        process->signals.notify = CLD_STOPPED;
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (last)
        signal_notify_parent_stop(process);
    rest(self);
}

void signal_trap(void)
{
    struct task *self = current_task();
    struct process *process = self->process;
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    int signal = process->signals.stop_signal;

    self->signals.trap_requested = false;
    spin_unlock_irqrestore(&process->lock, flags);
    if (signal == 0)
        (void)ptrace_group_stop(SIGTRAP);
    else
        rest(self);
}

void signal_join_stop_locked(struct task *task)
{
    struct process_signals *signals = &task->process->signals;

    ASSERT_HELD(&task->process->lock);
    if (signals->stop_signal == 0 || task->signals.stop_requested ||
        (READ_ONCE(task->flags) & TASK_EXITING))
        return;
    task->signals.stop_requested = true;
    signals->stops_remaining++;
    thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING);
    thread_signal_wake(&task->thread, false);
}

/* SIGCHLD for a stop or a continuation. => tree lock held */
static void send_child_signal(struct process *process, int code, int status)
{
    struct process *parent = process->parent;
    struct abi_siginfo info = {.signo = SIGCHLD, .code = code};
    struct process_totals totals;
    struct abi_sigaction action;

    if (parent == NULL)
        return;
    process_totals_get(process, &totals);
    info.child.pid = process_id(process);
    info.child.uid = current_task()->vfs.credentials->uid;
    info.child.status = status;
    info.child.user_time = (s64)ns_to_clock_ticks(totals.user_ns);
    info.child.system_time = (s64)ns_to_clock_ticks(totals.system_ns);
    spin_lock(&parent->lock);
    signal_action_read(parent, SIGCHLD, &action);
    if (action.handler != SIG_IGN && !(action.flags & SA_NOCLDSTOP))
        (void)signal_send_locked(parent, NULL, &info);
    spin_unlock(&parent->lock);
    wake_all(&parent->child_wait);
}

void signal_notify_parent_stop(struct process *process)
{
    irqflags_t flags = process_tree_lock();
    int code, status;

    spin_lock(&process->lock);
    code = process->signals.notify;
    status = code == CLD_STOPPED ? process->signals.stop_signal : SIGCONT;
    process->signals.notify = 0;
    spin_unlock(&process->lock);
    if (code != 0)
        send_child_signal(process, code, status);
    process_tree_unlock(flags);
}
