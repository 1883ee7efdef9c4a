/*
 * Who traces whom: attaching, detaching, the ends of both, and what wait tells a tracer.
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

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/wait.h>
#include <arch/trace.h>
#include <kmem/kmalloc.h>
#include <proc/accounting.h>
#include <proc/control.h>
#include <proc/exit.h>
#include <proc/session.h>
#include <proc/wait.h>
#include <sched/sched.h>
#include <sched/work.h>
#include <signal/signal.h>

#include "proc_internal.h"

static struct ptrace *create(bool seized, u32 options)
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

static void free_trace(struct ptrace *trace)
{
    struct ptrace *first = READ_ONCE(dead_traces);

    do {
        trace->free_next = first;
    } while (!try_cmpxchg(&dead_traces, &first, trace));
    work_queue(&free_work);
}

/* @task is traced by @tracer from now on. => tree lock, process.lock of @task held */
static void link(struct ptrace *trace, struct task *task, struct task *tracer)
{
    trace->task = task;
    trace->process = process_get(task->process);
    trace->tid = task_id(task);
    trace->tracer = tracer;
    task->ptrace = trace;
    list_add_tail(&trace->link, &tracer->process->tracees);
}

void ptrace_detach_locked(struct ptrace *trace, int signal)
{
    struct task *task = trace->task;

    list_remove(&trace->link);
    if (task != NULL) {
        spin_lock(&task->process->lock);
        if (trace->stopped) {
            arch_trace_single_step(arch_user_frame(task->thread.stack), false);
            ptrace_release_locked(trace, signal);
        }
        task->ptrace = NULL;
        task->signals.trap_requested = false;
        fetch_and(&task->flags, ~TASK_TRACED_CALLS);
        spin_unlock(&task->process->lock);
    } else if (trace->process->leader_trace == trace) {
        trace->process->leader_trace = NULL;
    }
    free_trace(trace);
}

/* ---- attaching ---- */

static int check_attach(struct task *task)
{
    if (task->process == current_process() || (READ_ONCE(task->flags) & TASK_EXITING) ||
        task_may_inspect(task) != 0)
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

static long attach(struct task *task, bool seized, u32 options)
{
    struct ptrace *trace = NULL;
    irqflags_t flags;
    long err = check_attach(task);

    if (err != 0)
        return err;
    trace = create(seized, options);
    if (trace == NULL)
        return -ENOMEM;
    flags = process_tree_lock();
    spin_lock(&task->process->lock);
    if (task->ptrace != NULL || !list_is_linked(&task->process_link)) {
        err = -EPERM;
    } else {
        link(trace, task, current_task());
        begin_tracing(trace, task);
    }
    spin_unlock(&task->process->lock);
    process_tree_unlock(flags);
    if (err != 0)
        free_trace(trace);
    return err;
}

static long seize(struct task *task, unsigned long addr, unsigned long options)
{
    if (addr != 0 || (options & ~(unsigned long)PTRACE_O_KNOWN))
        return -EIO;
    return attach(task, true, (u32)options);
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

static long trace_me(void)
{
    struct task *self = current_task(), *tracer;
    struct ptrace *trace = create(false, 0);
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
        link(trace, self, tracer);
    else
        err = 1; /* nobody is left to trace: success, and nothing happens */
    spin_unlock(&self->process->lock);
    process_tree_unlock(flags);
    if (err != 0)
        free_trace(trace);
    return err > 0 ? 0 : err;
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
    *inherited = create(seized, options);
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
        free_trace(inherited);
        return;
    }
    link(inherited, child, own->tracer);
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
        free_trace(inherited);
}

/* ---- ends ---- */

static void kill_locked(struct process *process)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, SIGKILL);
    spin_lock(&process->lock);
    (void)signal_send_locked(process, NULL, &info);
    spin_unlock(&process->lock);
}

/* The parent of a process that its tracer was to be told of first learns now. => tree lock held */
static void show_to_parent(const struct ptrace *trace, struct list_head *forgotten)
{
    struct process *process = trace->process;

    if (process->leader_trace != trace || !process->waits_for_tracer)
        return;
    process->waits_for_tracer = false;
    process_show_to_parent_locked(process, forgotten);
}

void ptrace_tracer_exit(struct task *self)
{
    struct list_head forgotten = LIST_INIT(forgotten);
    struct process *process = self->process;
    struct ptrace *trace, *following;
    irqflags_t flags;

    if (list_is_empty(&process->tracees))
        return;
    flags = process_tree_lock();
    list_for_each_entry_safe (trace, following, &process->tracees, link) {
        if (trace->tracer != self)
            continue;
        if ((trace->options & PTRACE_O_EXITKILL) && trace->task != NULL)
            kill_locked(trace->process);
        show_to_parent(trace, &forgotten);
        ptrace_detach_locked(trace, 0);
    }
    process_tree_unlock(flags);
    process_forget(&forgotten);
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
    if (trace->tid == process_id(process))
        process->leader_trace = trace;
    else
        finish(trace, process->signals.group_exit ? process->exit_status : status);
}

bool ptrace_process_exit(struct process *process)
{
    struct ptrace *trace = process->leader_trace;

    if (trace == NULL)
        return false;
    if (trace->tracer->process == process->parent) { /* it learns as the parent */
        ptrace_detach_locked(trace, 0);
        return false;
    }
    process->waits_for_tracer = true;
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

/* ---- wait ---- */

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
    int status = trace->exit_status, signal = status & 0x7f;

    *result = (struct wait_result){
        .pid = trace->tid,
        .uid = trace->process->uid,
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
        show_to_parent(trace, forgotten);
        ptrace_detach_locked(trace, 0);
        return found;
    }
    return found;
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
    flags = process_tree_lock();
    forbids = self->ptrace != NULL &&
              !(self->ptrace->tracer->vfs.credentials->effective >> CAP_SYS_PTRACE & 1);
    process_tree_unlock(flags);
    return forbids;
}

bool ptrace_is_stopped(const struct task *task)
{
    return ptrace_is_on(task) && READ_ONCE(task->thread.state) == THREAD_STOPPED;
}

/* ---- the call ---- */

/* Until it sleeps: its registers are in memory then. */
static void wait_for_rest(struct task *task)
{
    while (READ_ONCE(task->thread.on_run_queue) != THREAD_OFF_QUEUE ||
           load_acquire(&task->thread.on_cpu))
        sched_yield_current();
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
        kill_locked(task->process);
    process_tree_unlock(flags);
    return mine ? 0 : -ESRCH;
}

static long request_of(struct task *task, long request, unsigned long addr, unsigned long data)
{
    long result;

    switch (request) {
    case PTRACE_ATTACH:
        return attach(task, false, 0);
    case PTRACE_SEIZE:
        return seize(task, addr, data);
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
        return trace_me();
    task = task_find(pid);
    if (task == NULL)
        return -ESRCH;
    result = request_of(task, request, addr, data);
    task_put(task);
    return result;
}
