/*
 * Trace stops: the traced task's side. It says what it stops for, tells its tracer, and sleeps
 * until somebody lets it go (ptrace_release_locked) or it is to end.
 *
 * A stop and a kill meet under process.lock: who is to end does not stop, and who has stopped is
 * woken by the kill, since the sleep ends when the process is to end.
 */
#include "ptrace_internal.h"

#include <abi/errno.h>
#include <abi/seccomp.h>
#include <arch/trace.h>
#include <lib/string.h>
#include <proc/accounting.h>
#include <proc/session.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/cred.h>

/* ---- stopping ---- */

/* Is the running task to end? => process.lock held */
static bool must_end(const struct task *self)
{
    const struct process_signals *signals = &self->process->signals;

    return signals->group_exit || (signals->group_exec != NULL && signals->group_exec != self);
}

/* SIGCHLD to the tracer's process, and its waiters. => tree lock and process.lock of the traced
 * held */
static void tell_tracer(const struct ptrace *trace, int code, int status)
{
    struct process *tracer = trace->tracer->process;
    struct abi_siginfo info = {.signo = SIGCHLD, .code = code};
    struct abi_sigaction action;

    info.child.pid = trace->tid;
    info.child.uid = trace->task->vfs.credentials->uid;
    info.child.status = status;
    if (tracer == trace->process)
        return;
    spin_lock_nested(&tracer->lock);
    signal_action_read(tracer, SIGCHLD, &action);
    if (action.handler != SIG_IGN && !(action.flags & SA_NOCLDSTOP))
        (void)signal_send_locked(tracer, NULL, &info);
    spin_unlock(&tracer->lock);
    wake_all(&tracer->child_wait);
}

static void make_info(const struct ptrace_halt *halt, struct abi_siginfo *info)
{
    *info = (struct abi_siginfo){.signo = SIGTRAP, .code = halt->code};
    info->sent.pid = task_id(current_task());
    info->sent.uid = current_task()->vfs.credentials->uid;
}

/* => false: it is not traced, or is to end */
static bool begin(struct task *self, const struct ptrace_halt *halt)
{
    irqflags_t flags = process_tree_lock();
    struct ptrace *trace;
    bool stops;

    spin_lock(&self->process->lock);
    trace = self->ptrace;
    stops = trace != NULL && !must_end(self);
    if (stops) {
        trace->stopped = true;
        trace->reported = false;
        trace->is_group_stop = halt->is_group_stop;
        trace->listens = false;
        trace->code = halt->code;
        trace->call_stop = halt->call_stop;
        trace->call_data = halt->call_data;
        trace->has_info = halt->info != NULL || !halt->is_group_stop || trace->seized;
        if (halt->info != NULL)
            trace->info = *halt->info;
        else
            make_info(halt, &trace->info);
        self->signals.trace_signal = 0;
        thread_set_state(THREAD_STOPPED);
        tell_tracer(trace, CLD_TRAPPED, halt->code & 0x7f);
    }
    spin_unlock(&self->process->lock);
    process_tree_unlock(flags);
    return stops;
}

static bool stays(struct task *self)
{
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    bool stay = self->ptrace != NULL && self->ptrace->stopped && !must_end(self);

    if (stay)
        thread_set_state(THREAD_STOPPED);
    else
        thread_set_state(THREAD_RUNNABLE);
    spin_unlock_irqrestore(&self->process->lock, flags);
    return stay;
}

/* => the signal to go on with */
static int end(struct task *self, struct abi_siginfo *info)
{
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    struct ptrace *trace = self->ptrace;
    int signal = self->signals.trace_signal;

    arch_thread_return_fully(&self->thread.arch);
    if (trace != NULL) {
        trace->stopped = false;
        if (info != NULL)
            *info = trace->info;
        arch_trace_single_step(arch_user_frame(self->thread.stack), trace->mode == PTRACE_STEPS);
        if (trace->mode == PTRACE_RUNS_TO_CALL || trace->mode == PTRACE_EMULATES ||
            trace->mode == PTRACE_STEPS)
            fetch_or(&self->flags, TASK_TRACED_CALLS);
        else
            fetch_and(&self->flags, ~TASK_TRACED_CALLS);
    }
    spin_unlock_irqrestore(&self->process->lock, flags);
    return signal;
}

int ptrace_halt(const struct ptrace_halt *halt, struct abi_siginfo *info)
{
    struct task *self = current_task();

    if (!begin(self, halt))
        return halt->info != NULL ? halt->info->signo : 0;
    while (stays(self))
        schedule();
    return end(self, info);
}

void ptrace_release_locked(struct ptrace *trace, int signal)
{
    trace->stopped = false;
    trace->task->signals.trace_signal = signal;
    thread_wake_states(&trace->task->thread, THREAD_STATE_MASK(THREAD_STOPPED));
}

/* ---- signals ---- */

int ptrace_signal(struct abi_siginfo *info)
{
    struct ptrace_halt halt = {.code = info->signo, .info = info};
    struct task *self = current_task();
    struct abi_siginfo seen = *info;
    int signal = ptrace_halt(&halt, &seen);

    if (signal == 0)
        return 0;
    *info = seen;
    if (signal != info->signo)
        signal_info_user(info, signal, SI_USER);
    if (self->signals.blocked & SIGNAL_BIT(signal)) {
        (void)signal_send_task(self, info);
        return 0;
    }
    return signal;
}

/* ---- system calls ---- */

static bool has_option(u32 option)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    bool has = self->ptrace != NULL && (self->ptrace->options & option);

    spin_unlock_irqrestore(&self->process->lock, flags);
    return has;
}

static enum ptrace_mode current_mode(void)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    enum ptrace_mode mode = self->ptrace != NULL ? self->ptrace->mode : PTRACE_RUNS;

    spin_unlock_irqrestore(&self->process->lock, flags);
    return mode;
}

/* A signal that the tracer gives at such a stop is sent as if by kill. */
static void halt_at_call(const struct ptrace_halt *halt)
{
    struct abi_siginfo info;
    int signal = ptrace_halt(halt, NULL);

    if (signal == 0)
        return;
    signal_info_user(&info, signal, SI_USER);
    (void)signal_send_task(current_task(), &info);
}

static void call_stop(u8 which)
{
    struct ptrace_halt halt = {
        .code = SIGTRAP | (has_option(PTRACE_O_TRACESYSGOOD) ? 0x80 : 0),
        .call_stop = which,
    };

    halt_at_call(&halt);
}

bool ptrace_syscall_enter(struct trap_frame *frame)
{
    enum ptrace_mode mode = current_mode();

    if (mode != PTRACE_RUNS_TO_CALL && mode != PTRACE_EMULATES)
        return true;
    arch_frame_set_result(frame, -ENOSYS);
    call_stop(PTRACE_SYSCALL_INFO_ENTRY);
    return mode != PTRACE_EMULATES && arch_syscall_number(frame) >= 0;
}

void ptrace_syscall_exit(struct trap_frame *frame)
{
    struct abi_siginfo info = {.signo = SIGTRAP, .code = TRAP_TRACE};

    switch (current_mode()) {
    case PTRACE_RUNS_TO_CALL:
        call_stop(PTRACE_SYSCALL_INFO_EXIT);
        break;
    case PTRACE_STEPS: /* the instruction was the call */
        info.fault.address = arch_frame_pc(frame);
        signal_force(&info);
        break;
    default:
        break;
    }
}

bool ptrace_seccomp(struct trap_frame *frame, u32 data)
{
    struct ptrace_halt halt = {
        .code = SIGTRAP | PTRACE_EVENT_SECCOMP << 8,
        .call_stop = PTRACE_SYSCALL_INFO_SECCOMP,
        .call_data = data,
    };

    if (!has_option(PTRACE_O_EVENT(PTRACE_EVENT_SECCOMP)))
        return false;
    arch_frame_set_result(frame, -ENOSYS);
    ptrace_set_message(data);
    halt_at_call(&halt);
    return true;
}

/* ---- events ---- */

void ptrace_set_message(u64 message)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);

    if (self->ptrace != NULL)
        self->ptrace->message = message;
    spin_unlock_irqrestore(&self->process->lock, flags);
}

void ptrace_event(int event, u64 message)
{
    struct ptrace_halt halt = {.code = SIGTRAP | event << 8};

    if (!ptrace_is_on(current_task()) || !has_option(PTRACE_O_EVENT(event)))
        return;
    ptrace_set_message(message);
    halt_at_call(&halt);
}

void ptrace_exec(int old_tid)
{
    struct task *self = current_task();
    struct abi_siginfo info;
    bool plain;
    irqflags_t flags;

    if (!ptrace_is_on(self))
        return;
    flags = spin_lock_irqsave(&self->process->lock);
    plain = self->ptrace != NULL && !self->ptrace->seized &&
            !(self->ptrace->options & PTRACE_O_EVENT(PTRACE_EVENT_EXEC));
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (plain) {
        signal_info_user(&info, SIGTRAP, SI_USER);
        (void)signal_send_task(self, &info);
    } else {
        ptrace_event(PTRACE_EVENT_EXEC, (u64)old_tid);
    }
}

bool ptrace_group_stop(int signal)
{
    struct task *self = current_task();
    struct ptrace_halt halt = {.code = signal, .is_group_stop = true};
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    bool seized = self->ptrace != NULL && self->ptrace->seized;
    bool listens;

    spin_unlock_irqrestore(&self->process->lock, flags);
    if (seized)
        halt.code |= PTRACE_EVENT_STOP << 8;
    (void)ptrace_halt(&halt, NULL);
    flags = spin_lock_irqsave(&self->process->lock);
    listens = self->ptrace == NULL || self->ptrace->listens;
    spin_unlock_irqrestore(&self->process->lock, flags);
    return listens;
}

bool ptrace_listens_locked(const struct task *task)
{
    return task->ptrace->listens;
}

void ptrace_stop_listening(struct task *self)
{
    irqflags_t flags;

    if (!ptrace_is_on(self))
        return;
    flags = spin_lock_irqsave(&self->process->lock);
    if (self->ptrace != NULL)
        self->ptrace->listens = false;
    spin_unlock_irqrestore(&self->process->lock, flags);
}
