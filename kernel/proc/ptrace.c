/*
 * Who traces whom: the life of a struct ptrace, what fork makes of it, the ends of both sides.
 * Attaching is in ptrace_attach.c, what wait tells in ptrace_wait.c, the call in ptrace_call.c.
 *
 *      tracer's process ── tracees ──> struct ptrace ──> struct ptrace ...
 *                                         │   ▲
 *                                    task ▼   │ ptrace
 *                                       traced task         (task NULL: it has ended, wait will
 * tell)
 *
 * The number of a process's first task stays with the process when that task ends before the
 * others; its struct ptrace then waits in process.leader_trace for the end of the process.
 */
#include "ptrace_internal.h"

#include <abi/errno.h>
#include <abi/wait.h>
#include <arch/trace.h>
#include <kmem/kmalloc.h>
#include <proc/exit.h>
#include <sched/work.h>
#include <signal/signal.h>

#include "proc_internal.h"

struct ptrace *ptrace_create(bool seized, u32 options)
{
    struct ptrace *trace = kzalloc(sizeof(*trace), ALLOC_WAIT);

    if (trace == NULL)
        return NULL;
    list_init(&trace->link);
    trace->seized = seized;
    trace->options = options;
    return trace;
}

/* Traces are let go under the tree lock, which the last reference to a process wants too. */
static struct ptrace *dead_traces; /* (a) by free_next */

static void free_dead(struct work *work __unused)
{
    struct ptrace *trace = xchg(&dead_traces, NULL);

    while (trace != NULL) {
        struct ptrace *next = trace->free_next;

        if (trace->process != NULL)
            process_put(trace->process);
        kfree(trace);
        trace = next;
    }
}

static struct work free_work = WORK_INIT(free_dead);

void ptrace_free(struct ptrace *trace)
{
    struct ptrace *first = READ_ONCE(dead_traces);

    do {
        trace->free_next = first;
    } while (!try_cmpxchg(&dead_traces, &first, trace));
    work_queue(&free_work);
}

void ptrace_link_locked(struct ptrace *trace, struct task *task, struct task *tracer,
                        bool privileged)
{
    trace->task = task;
    trace->process = process_get(task->process);
    trace->tid = task_id(task);
    trace->tracer = tracer;
    trace->privileged = privileged;
    task->ptrace = trace;
    list_add_tail(&trace->link, &tracer->process->tracees);
}

void ptrace_detach_locked(struct ptrace *trace, int signal)
{
    struct task *task = trace->task;
    bool was_stopped;

    list_remove(&trace->link);
    if (task != NULL) {
        spin_lock(&task->process->lock);
        was_stopped = trace->stopped;
        if (trace->stopped) {
            arch_trace_single_step(arch_user_frame(task->thread.stack), false);
            ptrace_release_locked(trace, signal);
        }
        task->ptrace = NULL;
        /* What ran on, or is in another stop than its process's, comes to that again. */
        if (!trace->is_group_stop || !(was_stopped || trace->listens))
            signal_join_stop_locked(task);
        task->signals.trap_requested = false;
        fetch_and(&task->flags, ~TASK_TRACED_CALLS);
        spin_unlock(&task->process->lock);
    } else if (trace->process->leader_trace == trace) {
        trace->process->leader_trace = NULL;
    }
    ptrace_free(trace);
}

/* ---- fork ---- */

int ptrace_prepare_child(u64 clone_flags, int exit_signal, struct ptrace **inherited)
{
    int event = clone_flags & CLONE_VFORK ? PTRACE_EVENT_VFORK
                : exit_signal != SIGCHLD  ? PTRACE_EVENT_CLONE
                                          : PTRACE_EVENT_FORK;
    struct task *self = current_task();
    irqflags_t flags;
    u32 options = 0;
    bool seized = false;

    *inherited = NULL;
    if (!ptrace_is_on(self) || (clone_flags & CLONE_UNTRACED))
        return 0;
    flags = spin_lock_irqsave(&self->process->lock);
    if (self->ptrace != NULL) {
        options = self->ptrace->options;
        seized = self->ptrace->seized;
    }
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (!(options & PTRACE_O_EVENT(event)) && !(clone_flags & CLONE_PTRACE))
        return 0;
    *inherited = ptrace_create(seized, options);
    if (*inherited == NULL)
        return -ENOMEM;
    return options & PTRACE_O_EVENT(event) ? event : 0;
}

void ptrace_attach_child(struct task *child, struct ptrace *inherited)
{
    struct ptrace *own = current_task()->ptrace;
    struct abi_siginfo info;

    if (inherited == NULL)
        return;
    if (own == NULL) { /* detached meanwhile */
        ptrace_free(inherited);
        return;
    }
    ptrace_link_locked(inherited, child, own->tracer, own->privileged);
    if (inherited->seized) {
        child->signals.trap_requested = true;
        thread_set_flag(&child->thread, THREAD_SIGNAL_PENDING);
    } else {
        signal_info_kernel(&info, SIGSTOP);
        (void)signal_send_locked(child->process, child, &info);
    }
}

void ptrace_discard(struct ptrace *inherited)
{
    if (inherited != NULL)
        ptrace_free(inherited);
}

/* ---- ends ---- */

void ptrace_kill_locked(struct process *process)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, SIGKILL);
    spin_lock(&process->lock);
    (void)signal_send_locked(process, NULL, &info);
    spin_unlock(&process->lock);
}

void ptrace_forget_locked(struct ptrace *trace, struct list_head *forgotten)
{
    struct process *process = trace->process;

    if (trace->ended && process->leader_trace != trace)
        process->nr_ended_traces--;
    ptrace_detach_locked(trace, 0);
    if (!process->waits_for_tracer || ptrace_process_exit(process))
        return;
    process->waits_for_tracer = false;
    process_show_to_parent_locked(process, forgotten);
}

static struct ptrace *find_traced_by(struct task *self)
{
    struct ptrace *trace;

    list_for_each_entry (trace, &self->process->tracees, link)
        if (trace->tracer == self)
            return trace;
    return NULL;
}

void ptrace_tracer_exit_locked(struct task *self, struct list_head *forgotten)
{
    struct ptrace *trace;

    while ((trace = find_traced_by(self)) != NULL) {
        if ((trace->options & PTRACE_O_EXITKILL) && trace->task != NULL)
            ptrace_kill_locked(trace->process);
        ptrace_forget_locked(trace, forgotten);
    }
}

/* wait may tell of the end. => tree lock held */
static void finish(struct ptrace *trace, int status)
{
    struct process *tracer = trace->tracer->process;
    struct abi_siginfo info = {.signo = SIGCHLD};
    int signal = status & 0x7f;

    trace->exit_status = status;
    trace->ended = true;
    info.code = signal == 0 ? CLD_EXITED : status & WAIT_STATUS_DUMPED ? CLD_DUMPED : CLD_KILLED;
    info.child.pid = trace->tid;
    info.child.uid = trace->process->uid;
    info.child.status = signal == 0 ? status >> 8 & 0xff : signal;
    spin_lock(&tracer->lock);
    (void)signal_send_locked(tracer, NULL, &info);
    spin_unlock(&tracer->lock);
    wake_all(&tracer->child_wait);
}

void ptrace_task_exit(struct task *self, int status)
{
    struct process *process = self->process;
    struct ptrace *trace = self->ptrace;

    if (trace == NULL)
        return;
    spin_lock(&process->lock);
    self->ptrace = NULL;
    spin_unlock(&process->lock);
    trace->task = NULL;
    trace->stopped = false;
    if (trace->tid == process_id(process)) {
        process->leader_trace = trace;
    } else {
        process->nr_ended_traces++;
        finish(trace, process->signals.group_exit ? process->exit_status : status);
    }
}

bool ptrace_process_exit(struct process *process)
{
    struct ptrace *trace = process->leader_trace;

    if (process->nr_ended_traces > 0) { /* the end of a process comes after those of its tasks */
        process->waits_for_tracer = true;
        return true;
    }
    if (trace == NULL)
        return false;
    if (trace->tracer->process == process->parent) { /* it learns as the parent */
        ptrace_detach_locked(trace, 0);
        return false;
    }
    process->waits_for_tracer = true;
    if (!trace->ended)
        finish(trace, process->exit_status);
    return true;
}

void ptrace_become_leader(struct task *self)
{
    struct process *process = self->process;

    if (process->leader_trace != NULL)
        ptrace_detach_locked(process->leader_trace, 0);
    if (self->ptrace != NULL)
        self->ptrace->tid = process_id(process);
}

/* ---- for others to see ---- */

int ptrace_tracer_id(struct task *task)
{
    irqflags_t flags = process_tree_lock();
    int number = task->ptrace != NULL ? task_id(task->ptrace->tracer) : 0;

    process_tree_unlock(flags);
    return number;
}

bool ptrace_forbids_privileges(void)
{
    struct task *self = current_task();
    irqflags_t flags;
    bool forbids;

    if (!ptrace_is_on(self))
        return false;
    flags = spin_lock_irqsave(&self->process->lock);
    forbids = self->ptrace != NULL && !self->ptrace->privileged;
    spin_unlock_irqrestore(&self->process->lock, flags);
    return forbids;
}

bool ptrace_is_stopped(const struct task *task)
{
    return ptrace_is_on(task) && READ_ONCE(task->thread.state) == THREAD_STOPPED;
}
