/*
 * Delivery, on the way back to user mode: take a signal, do what its action says, until none is
 * left; then restart the interrupted call or build the frame of the handler.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <abi/wait.h>
#include <arch/signal.h>
#include <arch/thread.h>
#include <kern/printk.h>
#include <proc/core_dump.h>
#include <proc/exit.h>
#include <proc/ptrace.h>
#include <proc/session.h>
#include <proc/timers.h>
#include <proc/rseq.h>
#include <sched/sched.h>

/* What to do before the next signal is taken. => process.lock held */
enum duty { DUTY_NONE, DUTY_EXIT, DUTY_NOTIFY, DUTY_STOP, DUTY_TRAP };

static enum duty pending_duty(struct task *self)
{
    struct process_signals *signals = &self->process->signals;

    if (signals->group_exit || (signals->group_exec != NULL && signals->group_exec != self))
        return DUTY_EXIT;
    if (signals->notify != 0)
        return DUTY_NOTIFY;
    if (self->signals.stop_requested)
        return DUTY_STOP;
    return self->signals.trap_requested ? DUTY_TRAP : DUTY_NONE;
}

static void do_duty(struct task *self, enum duty duty)
{
    switch (duty) {
    case DUTY_EXIT:
        task_exit(READ_ONCE(self->process->exit_status));
    case DUTY_NOTIFY:
        signal_notify_parent_stop(self->process);
        break;
    case DUTY_STOP:
        signal_stop_join();
        break;
    case DUTY_TRAP:
        signal_trap();
        break;
    case DUTY_NONE:
        break;
    }
}

/* => process.lock held */
static void take_action_locked(struct process *process, int signal, struct abi_sigaction *action)
{
    *action = signal_action_read(process, signal);
    if (action->handler > SIG_IGN && (action->flags & SA_RESETHAND))
        signal_action_set_default_locked(process, signal);
}

/* Take one signal and its action; 0: nothing left. Does the duties on the way. */
static int take(struct task *self, struct abi_siginfo *info, struct abi_sigaction *action)
{
    struct process *process = self->process;
    enum duty duty;
    bool traced;
    int signal;

    for (;;) {
        irqflags_t flags = spin_lock_irqsave(&process->lock);

        duty = pending_duty(self);
        signal = duty == DUTY_NONE ? signal_dequeue_locked(self, ~self->signals.blocked, info) : 0;
        traced = self->ptrace != NULL && signal != SIGKILL;
        if (signal != 0 && !traced)
            take_action_locked(process, signal, action);
        signal_recalculate(self);
        spin_unlock_irqrestore(&process->lock, flags);
        if (duty != DUTY_NONE) {
            do_duty(self, duty);
            continue;
        }
        if (signal == 0 || !traced)
            return signal;
        signal = ptrace_signal(info);
        if (signal != 0) {
            flags = spin_lock_irqsave(&process->lock);
            take_action_locked(process, signal, action);
            spin_unlock_irqrestore(&process->lock, flags);
            return signal;
        }
    }
}

static void die(struct process *process, const struct abi_siginfo *info)
{
    int status = WAIT_STATUS_KILLED(info->signo);
    irqflags_t flags;

    ptrace_event(PTRACE_EVENT_EXIT, (u64)status);
    if (signal_in_set(info->signo, SIGNALS_CORE) && core_dump(info))
        task_exit(status);
    flags = spin_lock_irqsave(&process->lock);
    signal_group_exit(process, status);
    spin_unlock_irqrestore(&process->lock, flags);
    task_exit(status);
}

/* The default action of @info's signal; returns when the task goes on. */
static void act_by_default(struct process *process, const struct abi_siginfo *info)
{
    int signal = info->signo;

    if (signal_in_set(signal, SIGNALS_IGNORED))
        return;
    if (signal_is_protected(process) && !process->signals.forced)
        return;
    if (signal_in_set(signal, SIGNALS_STOP)) {
        signal_stop_begin(signal);
        return;
    }
    die(process, info);
}

/* The next signal that has a handler; 0: none. */
static int take_handled(struct task *self, struct abi_siginfo *info, struct abi_sigaction *action)
{
    for (;;) {
        int signal = take(self, info, action);

        if (signal == 0)
            return 0;
        if (info->code == SI_TIMER || signal == SIGALRM)
            timer_signal_taken(info);
        if (action->handler == SIG_IGN)
            continue;
        if (action->handler != SIG_DFL)
            return signal;
        act_by_default(self->process, info);
    }
}

static bool on_alternate_stack(const struct abi_stack *stack, vaddr_t pointer)
{
    if ((stack->flags & SS_DISABLE) || ((unsigned)stack->flags & SS_AUTODISARM))
        return false;
    return pointer > stack->sp && pointer - stack->sp <= stack->size;
}

/* A call that a handler interrupts fails with EINTR, unless its kind or SA_RESTART says that it
 * starts again. */
static void restart_before_handler(struct trap_frame *frame, const struct abi_sigaction *action)
{
    long code;

    if (!arch_syscall_interrupted(frame, &code))
        return;
    if (code == -ERESTARTNOINTR || (code == -ERESTARTSYS && (action->flags & SA_RESTART)))
        arch_syscall_restart(frame);
    else
        arch_frame_set_result(frame, -EINTR);
}

static void restart_without_handler(struct trap_frame *frame)
{
    long code;

    if (!arch_syscall_interrupted(frame, &code))
        return;
    if (code == -ERESTART_RESTARTBLOCK)
        arch_syscall_restart_block(frame);
    else
        arch_syscall_restart(frame);
}

static void call_handler(struct trap_frame *frame, int signal, const struct abi_siginfo *info,
                         const struct abi_sigaction *action)
{
    struct task *self = current_task();
    struct task_signals *signals = &self->signals;
    struct abi_stack *alternate = &signals->alternate;
    struct arch_signal_request request __uncleared;
    u64 mask = signals->blocked | action->mask;

    request.signal = signal;
    request.handler = action->handler;
    request.restorer = action->flags & SA_RESTORER ? action->restorer : 0;
    request.wants_info = action->flags & SA_SIGINFO;
    request.blocked = thread_flag(&self->thread, THREAD_RESTORES_BLOCKED) ? signals->saved_blocked
                                                                          : signals->blocked;
    request.stack_top = 0;
    request.info = info;
    request.alt_stack = alternate;
    restart_before_handler(frame, action);
    if ((action->flags & SA_ONSTACK) && !(alternate->flags & SS_DISABLE) &&
        !on_alternate_stack(alternate, arch_frame_stack(frame)))
        request.stack_top = alternate->sp + alternate->size;
    if (!rseq_signal(frame) || arch_signal_push(frame, &request)) {
        /* SIGSEGV for the stack; when that was the signal, its handler cannot be called either. */
        if (signal == SIGSEGV)
            signal_force_fatal(SIGSEGV);
        else
            signal_force_fault(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    if (thread_flag(&self->thread, THREAD_RESTORES_BLOCKED))
        thread_clear_flag(&self->thread, THREAD_RESTORES_BLOCKED);
    if ((unsigned)alternate->flags & SS_AUTODISARM)
        signals->alternate = (struct abi_stack){.flags = SS_DISABLE};
    if (!(action->flags & SA_NODEFER))
        mask |= SIGNAL_BIT(signal);
    signal_set_blocked(mask);
}

void signal_user_return(struct trap_frame *frame)
{
    struct task *self = current_task();
    struct abi_sigaction action = {.handler = SIG_DFL};
    struct abi_siginfo info __uncleared; /* written with the signal */
    int signal;

    while (thread_flag(&self->thread,
                       THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING | THREAD_RESTORES_BLOCKED)) {
        signal = take_handled(self, &info, &action);
        if (signal != 0) {
            call_handler(frame, signal, &info, &action);
            continue;
        }
        restart_without_handler(frame);
        signal_end_temporary_mask(false);
    }
}

long signal_return(struct trap_frame *frame)
{
    struct task *self = current_task();
    struct abi_stack stack;
    u64 blocked;

    self->signals.restart.function = NULL;
    if (arch_signal_pop(frame, &blocked, &stack)) {
        signal_force_fault(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    signal_set_blocked(blocked);
    (void)signal_alternate_stack(&stack, NULL, arch_frame_stack(frame));
    return arch_frame_result(frame);
}

long signal_alternate_stack(const struct abi_stack *new_stack, struct abi_stack *old,
                            vaddr_t stack_pointer)
{
    struct abi_stack *current = &current_task()->signals.alternate;
    bool active = on_alternate_stack(current, stack_pointer);
    unsigned mode;

    if (old != NULL) {
        *old = *current;
        old->padding = 0;
        if (active)
            old->flags |= SS_ONSTACK;
    }
    if (new_stack == NULL)
        return 0;
    if (active)
        return -EPERM;
    mode = (unsigned)new_stack->flags & ~SS_AUTODISARM;
    if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
        return -EINVAL;
    if (mode == SS_DISABLE) {
        *current = (struct abi_stack){.flags = new_stack->flags};
        return 0;
    }
    if (new_stack->size < arch_minimum_signal_stack())
        return -ENOMEM;
    *current = *new_stack;
    current->flags = (s32)((unsigned)new_stack->flags & SS_AUTODISARM);
    return 0;
}
