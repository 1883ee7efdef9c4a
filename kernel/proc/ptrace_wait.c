/*
 * What wait tells a tracer: stops of what it traces, and ends.
 */
#include "ptrace_internal.h"

#include <abi/errno.h>
#include <abi/wait.h>
#include <proc/accounting.h>
#include <proc/session.h>
#include <proc/wait.h>
#include <signal/signal.h>
#include <vfs/cred.h>

#include "proc_internal.h"

static bool is_meant(const struct ptrace *trace, const struct wait_request *request)
{
    if (request->which == P_PID && trace->tid != request->id)
        return false;
    if (request->which == P_PGID && process_group_number(trace->process->group) != request->id)
        return false;
    return !(request->options & __WNOTHREAD) || trace->tracer == current_task();
}

static void describe_end(const struct ptrace *trace, struct wait_result *result)
{
    const struct process *process = trace->process;
    /* Once the process has ended as a whole, that is how each of its tasks did. */
    int status = process->signals.group_exit ? process->exit_status : trace->exit_status;
    int signal = status & 0x7f;

    *result = (struct wait_result){
        .pid = trace->tid,
        .uid = process->uid,
        .status = status,
        .signal = signal == 0                   ? CLD_EXITED
                  : status & WAIT_STATUS_DUMPED ? CLD_DUMPED
                                                : CLD_KILLED,
        .detail = signal == 0 ? status >> 8 & 0xff : signal,
    };
}

static void describe_stop(const struct ptrace *trace, struct wait_result *result)
{
    *result = (struct wait_result){
        .pid = trace->tid,
        .uid = trace->task->vfs.credentials->uid,
        .status = WAIT_STATUS_STOPPED(trace->code),
        .signal = trace->is_group_stop && !trace->seized ? CLD_STOPPED : CLD_TRAPPED,
        .detail = trace->code,
    };
}

/* => is there something to tell? */
static bool collect_one(struct ptrace *trace, const struct wait_request *request,
                        struct wait_result *result)
{
    struct process_totals totals;
    bool stopped;

    if (trace->ended && (request->options & WEXITED)) {
        describe_end(trace, result);
        return true;
    }
    if (trace->task == NULL)
        return false;
    spin_lock(&trace->process->lock);
    stopped = trace->stopped && !trace->reported && !trace->listens;
    if (stopped) {
        describe_stop(trace, result);
        trace->reported = !(request->options & WNOWAIT);
        task_totals_get(trace->task, &totals);
        rusage_from_totals(&totals, &result->usage);
    }
    spin_unlock(&trace->process->lock);
    return stopped;
}

int ptrace_collect(const struct wait_request *request, struct wait_result *result,
                   struct list_head *forgotten)
{
    struct ptrace *trace;
    int found = -ECHILD;

    list_for_each_entry (trace, &current_process()->tracees, link) {
        if (!is_meant(trace, request))
            continue;
        found = 0;
        if (!collect_one(trace, request, result))
            continue;
        found = result->pid;
        if (!trace->ended || (request->options & WNOWAIT))
            return found;
        ptrace_forget_locked(trace, forgotten);
        return found;
    }
    return found;
}
