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

/* A signal that has been taken, and what is to be done with it. */
struct delivery {
    struct abi_siginfo info;
    struct abi_sigaction action;
    u64 blocked; /* the mask before its handler */
};

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

/* Its action, once. A handler begins here: with its mask. => process.lock held */
static void take_action_locked(struct task *self, struct delivery *delivery)
{
    int signal = delivery->info.signo;
    struct abi_sigaction *action = &delivery->action;

    signal_action_read(self->process, signal, action);
    if (action->handler <= SIG_IGN)
        return;
    if (action->flags & SA_RESETHAND)
        signal_action_set_default_locked(self->process, signal);
    delivery->blocked = self->signals.blocked;
    signal_block_locked(self, action->flags & SA_NODEFER ? action->mask
                                                         : action->mask | SIGNAL_BIT(signal));
}

/* What its tracer makes of it. => false: nothing */
static bool ask_tracer(struct task *self, struct delivery *delivery)
{
    irqflags_t flags;

    if (ptrace_signal(&delivery->info) == 0)
        return false;
    flags = spin_lock_irqsave(&self->process->lock);
    take_action_locked(self, delivery);
    spin_unlock_irqrestore(&self->process->lock, flags);
    return true;
}

/* Take one signal and its action. Does the duties on the way. => false: nothing left */
static bool take(struct task *self, struct delivery *delivery)
{
    struct process *process = self->process;
    bool traced = false;
    enum duty duty;
    int signal;

    for (;;) {
        spin_lock_irq(&process->lock);
        duty = pending_duty(self);
        if (duty != DUTY_NONE) {
            spin_unlock_irq(&process->lock);
            do_duty(self, duty);
            continue;
        }
        signal = signal_dequeue_locked(self, ~self->signals.blocked, &delivery->info);
        if (signal != 0) {
            self->signals.may_stop = true;
            traced = self->ptrace != NULL && signal != SIGKILL;
            if (!traced)
                take_action_locked(self, delivery);
        }
        signal_recalculate_queues(self);
        spin_unlock_irq(&process->lock);
        if (signal == 0 || !traced || ask_tracer(self, delivery))
            return signal != 0;
    }
}

static void die(struct process *process, const struct abi_siginfo *info)
{
    int status = WAIT_STATUS_KILLED(info->signo);
    irqflags_t flags;

    ptrace_event(PTRACE_EVENT_EXIT, (u64)status);
    if (signal_in_set(info->signo, SIGNALS_CORE)) {
        fatal_report(info->signo);
        if (core_dump(info))
            task_exit(status);
    }
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
        signal_stop_begin(info);
        return;
    }
    die(process, info);
}

/* The next signal that has a handler. => false: none */
static bool take_handled(struct task *self, struct delivery *delivery)
{
    while (take(self, delivery)) {
        const struct abi_siginfo *info = &delivery->info;

        if (info->code == SI_TIMER || info->signo == SIGALRM)
            timer_signal_taken(&delivery->info);
        if (delivery->action.handler > SIG_IGN)
            return true;
        if (delivery->action.handler == SIG_DFL)
            act_by_default(self->process, info);
    }
    return false;
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

/* The handler cannot be called: SIGSEGV for its stack; when that was the signal, it is no use. */
static void fail_handler(const struct delivery *delivery)
{
    signal_set_blocked(delivery->blocked);
    if (delivery->info.signo == SIGSEGV)
        signal_force_fatal(SIGSEGV);
    else
        signal_force_fault(SIGSEGV, SI_KERNEL, 0);
}

static void call_handler(struct task *self, struct trap_frame *frame,
                         const struct delivery *delivery)
{
    const struct abi_sigaction *action = &delivery->action;
    struct task_signals *signals = &self->signals;
    struct abi_stack *alternate = &signals->alternate;
    struct arch_signal_request request __uncleared;
    bool restores = thread_flag(&self->thread, THREAD_RESTORES_BLOCKED);

    request.info = &delivery->info;
    request.action = action;
    request.blocked = restores ? signals->saved_blocked : delivery->blocked;
    request.alternate = alternate;
    request.stack_top = 0;
    restart_before_handler(frame, action);
    if ((action->flags & SA_ONSTACK) && !(alternate->flags & SS_DISABLE) &&
        !on_alternate_stack(alternate, arch_frame_stack(frame)))
        request.stack_top = alternate->sp + alternate->size;
    if (!rseq_signal(frame) || arch_signal_push(frame, &request)) {
        fail_handler(delivery);
        return;
    }
    if (restores)
        thread_clear_flag(&self->thread, THREAD_RESTORES_BLOCKED);
    if ((unsigned)alternate->flags & SS_AUTODISARM)
        signals->alternate = (struct abi_stack){.flags = SS_DISABLE};
}

void signal_user_return(struct trap_frame *frame)
{
    struct task *self = current_task();
    struct delivery delivery __uncleared; /* written with the signal */

    while (thread_flag(&self->thread,
                       THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING | THREAD_RESTORES_BLOCKED)) {
        if (take_handled(self, &delivery)) {
            call_handler(self, frame, &delivery);
            continue;
        }
        restart_without_handler(frame);
        signal_end_temporary_mask(false);
    }
}

static bool is_same_stack(const struct abi_stack *one, const struct abi_stack *other)
{
    return one->flags == other->flags && one->sp == other->sp && one->size == other->size;
}

long signal_return(struct trap_frame *frame)
{
    struct task *self = current_task();
    struct abi_stack stack __uncleared; /* written with success */
    u64 blocked = self->signals.blocked;
    int error;

    self->signals.restart.function = NULL;
    error = arch_signal_pop(frame, &blocked, &stack);
    signal_set_blocked(blocked); /* a bad one, too: who may take the SIGSEGV follows from it */
    if (error) {
        signal_force_fault(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    if (!is_same_stack(&stack, &self->signals.alternate))
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
