/*
 * Waiting for children: one pass over them under the tree lock, repeated after each wake of
 * child_wait. A child that is meant by its number is looked up.
 */
#include <proc/wait.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <proc/accounting.h>
#include <proc/exit.h>
#include <proc/session.h>
#include <proc/task.h>
#include <vfs/cred.h>

#include "proc_internal.h"
#include "ptrace_internal.h"

static bool is_eligible(const struct process *child, const struct wait_request *request)
{
    bool is_clone = child->exit_signal != SIGCHLD;

    if (request->which == P_PID && process_id(child) != request->id)
        return false;
    if (request->which == P_PGID && process_group_number(child->group) != request->id)
        return false;
    if ((request->options & __WNOTHREAD) && child->creator_tid != task_id(current_task()))
        return false;
    return (request->options & __WALL) || is_clone == ((request->options & __WCLONE) != 0);
}

/* Of a zombie, what its last task was. => @child's lock held */
static u32 real_user_of(const struct process *child)
{
    const struct task *task = child->leader;

    if (task == NULL)
        task = list_first_entry_or_null(&child->tasks, struct task, process_link);
    return task != NULL ? task->vfs.credentials->uid : child->uid;
}

static void describe(struct process *child, int code, int detail, int status,
                     struct wait_result *result)
{
    struct process_totals totals;

    process_totals_get_locked(child, &totals);
    process_totals_add(&totals, &child->children_totals);
    *result = (struct wait_result){
        .pid = process_id(child),
        .uid = real_user_of(child),
        .status = status,
        .signal = code,
        .detail = detail,
    };
    rusage_from_totals(&totals, &result->usage);
}

static void describe_zombie(struct process *child, struct wait_result *result)
{
    int status = child->exit_status;
    int signal = status & 0x7f;

    if (signal == 0)
        describe(child, CLD_EXITED, status >> 8 & 0xff, status, result);
    else
        describe(child, status & WAIT_STATUS_DUMPED ? CLD_DUMPED : CLD_KILLED, signal, status,
                 result);
}

/* Has @child something to report? => tree lock and child's lock held */
static bool collect(struct process *child, unsigned options, struct wait_result *result)
{
    bool keep = options & WNOWAIT;

    if (child->state == PROCESS_ZOMBIE) {
        if (options & WEXITED)
            describe_zombie(child, result);
        return options & WEXITED;
    }
    if ((options & WSTOPPED) && child->signals.stopped && !child->stop_reported) {
        int signal = child->signals.stop_signal;

        describe(child, CLD_STOPPED, signal, WAIT_STATUS_STOPPED(signal), result);
        child->stop_reported = !keep;
        return true;
    }
    if ((options & WCONTINUED) && child->continue_unreported) {
        describe(child, CLD_CONTINUED, SIGCONT, WAIT_STATUS_CONTINUED, result);
        child->continue_unreported = keep;
        return true;
    }
    return false;
}

/* The stops of a child that the waiting process traces are trace stops. => tree lock held */
static unsigned options_for(const struct process *child, const struct wait_request *request)
{
    const struct ptrace *trace = child->leader != NULL ? child->leader->ptrace : NULL;

    if (trace != NULL && trace->tracer->process == current_process())
        return request->options & ~(unsigned)WSTOPPED;
    return request->options;
}

/* => the child's number, 0: it has nothing to report, -ECHILD: it is not meant. *reaped is to be
 * put by the caller. */
static int try_child(struct process *child, const struct wait_request *request,
                     struct wait_result *result, struct process **reaped)
{
    bool ready;

    if (!is_eligible(child, request))
        return -ECHILD;
    spin_lock(&child->lock);
    ready = !child->waits_for_tracer && collect(child, options_for(child, request), result);
    spin_unlock(&child->lock);
    if (ready && child->state == PROCESS_ZOMBIE && !(request->options & WNOWAIT)) {
        process_reap_locked(child);
        *reaped = child;
    }
    return ready ? process_id(child) : 0;
}

/* One pass, which one child that is meant by its number does not need. => as above */
static int scan_children(const struct wait_request *request, struct wait_result *result,
                         struct process **reaped)
{
    struct process *self = current_process(), *child;
    int found = -ECHILD;

    if (request->which == P_PID) {
        struct pid *pid = pid_find(request->id);

        child = pid != NULL ? pid->process : NULL;
        return child != NULL && child->parent == self ? try_child(child, request, result, reaped)
                                                      : -ECHILD;
    }
    list_for_each_entry (child, &self->children, sibling) {
        int tried = try_child(child, request, result, reaped);

        found = max(found, tried);
        if (tried > 0)
            break;
    }
    return found;
}

/* Children and what is traced. */
static int scan(const struct wait_request *request, struct wait_result *result,
                struct process **reaped)
{
    struct list_head forgotten = LIST_INIT(forgotten);
    irqflags_t flags = process_tree_lock();
    int traced = ptrace_collect(request, result, &forgotten);
    int found = traced > 0 ? traced : scan_children(request, result, reaped);

    process_tree_unlock(flags);
    process_forget(&forgotten);
    return found == -ECHILD ? traced : found;
}

int process_wait(const struct wait_request *request, struct wait_result *result)
{
    struct process *reaped = NULL;
    int found = scan(request, result, &reaped);
    int error = 0;

    if (found == 0 && !(request->options & WNOHANG))
        error = wait_event_interruptible(&current_process()->child_wait,
                                         (found = scan(request, result, &reaped)) != 0);
    if (reaped != NULL)
        process_put(reaped);
    return error ? error : found;
}
