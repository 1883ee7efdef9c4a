/*
 * The ptrace call: finding the task, and the requests that let it go on. Those about its state are
 * in ptrace_state.c.
 */
#include "ptrace_internal.h"

#include <abi/errno.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <time/time.h>

#include "proc_internal.h"

#define REST_PAUSE (50 * NS_PER_US)

static bool is_at_rest(const struct task *task)
{
    return READ_ONCE(task->thread.on_run_queue) == THREAD_OFF_QUEUE &&
           !load_acquire(&task->thread.on_cpu);
}

/* Until it sleeps: its registers are in memory then. To yield may not be enough, for the tracer
 * may be of a higher priority and on the same processor. */
static void wait_for_rest(const struct task *task)
{
    if (!is_at_rest(task))
        sched_yield_current();
    while (!is_at_rest(task))
        sleep_until(time_monotonic_ns() + REST_PAUSE);
}

struct ptrace *ptrace_find_stopped_locked(struct task *task)
{
    struct ptrace *trace = task->ptrace;

    if (trace == NULL || trace->tracer != current_task() || !trace->stopped || trace->listens)
        return NULL;
    return trace;
}

static bool is_stopped(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    bool stopped = ptrace_find_stopped_locked(task) != NULL;

    spin_unlock_irqrestore(&task->process->lock, flags);
    if (stopped)
        wait_for_rest(task);
    return stopped;
}

static enum ptrace_mode mode_of(long request)
{
    switch (request) {
    case PTRACE_SYSCALL:
        return PTRACE_RUNS_TO_CALL;
    case PTRACE_SINGLESTEP:
        return PTRACE_STEPS;
    case PTRACE_SYSEMU:
        return PTRACE_EMULATES;
    default:
        return PTRACE_RUNS;
    }
}

/* CONT, SYSCALL, SINGLESTEP, SYSEMU, DETACH, LISTEN: @task is to leave its stop. */
static long resume(struct task *task, long request, unsigned long signal)
{
    irqflags_t flags;
    struct ptrace *trace;
    long err = 0;

    if (signal > NR_SIGNALS)
        return -EIO;
    flags = process_tree_lock();
    trace = task->ptrace;
    spin_lock(&task->process->lock);
    if (trace == NULL || trace->tracer != current_task() || !trace->stopped) {
        err = -ESRCH;
    } else if (request == PTRACE_LISTEN) {
        if (trace->seized && trace->is_group_stop)
            trace->listens = true;
        else
            err = -EIO;
    } else if (request != PTRACE_DETACH) {
        trace->mode = mode_of(request);
    }
    if (err == 0 && request != PTRACE_DETACH)
        ptrace_release_locked(trace, (int)signal);
    spin_unlock(&task->process->lock);
    if (err == 0 && request == PTRACE_DETACH)
        ptrace_detach_locked(trace, (int)signal);
    process_tree_unlock(flags);
    return err;
}

static long interrupt(struct task *task)
{
    irqflags_t flags = process_tree_lock();
    struct ptrace *trace = task->ptrace;
    long err = 0;

    spin_lock(&task->process->lock);
    if (trace == NULL || trace->tracer != current_task()) {
        err = -ESRCH;
    } else if (!trace->seized) {
        err = -EIO;
    } else {
        task->signals.trap_requested = true;
        thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING);
        if (trace->listens)
            thread_wake_states(&task->thread, THREAD_STATE_MASK(THREAD_STOPPED));
        thread_signal_wake(&task->thread, false);
    }
    spin_unlock(&task->process->lock);
    process_tree_unlock(flags);
    return err;
}

static long kill(struct task *task)
{
    irqflags_t flags = process_tree_lock();
    bool mine = task->ptrace != NULL && task->ptrace->tracer == current_task();

    if (mine)
        ptrace_kill_locked(task->process);
    process_tree_unlock(flags);
    return mine ? 0 : -ESRCH;
}

static long request_of(struct task *task, long request, unsigned long addr, unsigned long data)
{
    long result;

    switch (request) {
    case PTRACE_ATTACH:
        return ptrace_attach(task, false, 0);
    case PTRACE_SEIZE:
        return ptrace_seize(task, addr, data);
    case PTRACE_KILL:
        return kill(task);
    case PTRACE_INTERRUPT:
        return interrupt(task);
    default:
        break;
    }
    if (!is_stopped(task))
        return -ESRCH;
    switch (request) {
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
    case PTRACE_SYSEMU:
    case PTRACE_DETACH:
        return resume(task, request, data);
    case PTRACE_LISTEN:
        return resume(task, request, 0);
    default:
        result = ptrace_state_request(task, request, addr, data);
        return result == -ENOSYS ? -EIO : result;
    }
}

long ptrace_call(long request, int pid, unsigned long addr, unsigned long data)
{
    struct task *task;
    long result;

    if (request == PTRACE_TRACEME)
        return ptrace_trace_me();
    task = task_find(pid);
    if (task == NULL)
        return -ESRCH;
    result = request_of(task, request, addr, data);
    task_put(task);
    return result;
}
