/*
 * Sending: from a decision to a queued signal and a task that is awake to take it.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <lib/string.h>
#include <proc/core_dump.h>
#include <proc/session.h>
#include <sched/sched.h>
#include <vfs/cred.h>

bool signal_is_protected(const struct process *process)
{
    return process == process_init_get();
}

/* Is @signal thrown away on sending? A blocked one never is: the action may change before it is
 * unblocked. */
static bool dropped_on_sending(struct process *process, struct task *task, int signal,
                               vaddr_t handler)
{
    bool unwanted = handler == SIG_DFL && signal_is_protected(process) && !process->signals.forced;

    if (unwanted && signal_in_set(signal, SIGNALS_UNBLOCKABLE))
        return true;
    if (task == NULL)
        task = process->leader != NULL
                   ? process->leader
                   : list_first_entry(&process->tasks, struct task, process_link);
    if (signal_in_set(signal, task->signals.blocked) || task->ptrace != NULL)
        return false;
    return unwanted || signal_handler_ignores(handler, signal);
}

/* SIGCONT ends a stop, whatever its action is, and a stop signal cancels SIGCONT. */
static void cancel_opposites(struct process *process, int signal)
{
    struct process_signals *signals = &process->signals;
    bool continues = signal == SIGCONT;
    u64 opposite = continues ? SIGNALS_STOP : SIGNAL_BIT(SIGCONT);
    struct task *task;

    signal_queue_drop(&signals->pending, opposite);
    list_for_each_entry (task, &process->tasks, process_link) {
        signal_queue_drop(&task->signals.pending, opposite);
        if (continues) {
            task->signals.stop_requested = false;
            task->signals.may_stop = false;
        }
    }
    if (!continues || signals->stop_signal == 0)
        return;
    if (signals->stopped) {
        signals->notify = CLD_CONTINUED;
        process->continue_unreported = true;
        process->stop_reported = true;
    }
    signals->stop_signal = 0;
    signals->stops_remaining = 0;
    signals->stopped = false;
    list_for_each_entry (task, &process->tasks, process_link) {
        if (signals->notify != 0)
            thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING);
        thread_wake_states(&task->thread, THREAD_STATE_MASK(THREAD_STOPPED));
    }
}

static bool can_take(const struct task *task, int signal)
{
    u64 closed = task->signals.blocked & ~task->signals.awaited;

    if ((READ_ONCE(task->flags) & TASK_EXITING) || signal_in_set(signal, closed))
        return false;
    return signal == SIGKILL || !signal_has_stopped(task);
}

static struct task *choose_task(struct process *process, struct task *task, int signal)
{
    if (task != NULL)
        return can_take(task, signal) ? task : NULL;
    if (process->leader != NULL && can_take(process->leader, signal))
        return process->leader;
    list_for_each_entry (task, &process->tasks, process_link) {
        if (can_take(task, signal))
            return task;
    }
    return NULL;
}

void signal_group_exit(struct process *process, int status)
{
    struct process_signals *signals = &process->signals;
    struct task *task;

    ASSERT_HELD(&process->lock);
    if (signals->group_exit)
        return;
    signals->group_exit = true;
    signals->stop_signal = 0;
    signals->stops_remaining = 0;
    signals->stopped = false;
    process->exit_status = status;
    list_for_each_entry (task, &process->tasks, process_link) {
        task->signals.stop_requested = false;
        thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
        thread_signal_wake(&task->thread, true);
    }
}

/* Does @signal kill at once? Those that dump core wait for a task to take them, so that its state
 * is the one dumped. */
static bool kills(const struct task *task, int signal, vaddr_t handler)
{
    u64 harmless = SIGNALS_IGNORED | SIGNALS_STOP | SIGNALS_CORE;

    if (signal == SIGKILL)
        return true;
    return handler == SIG_DFL && !signal_in_set(signal, harmless) && task->ptrace == NULL &&
           !signal_in_set(signal, task->signals.blocked);
}

int signal_send_locked(struct process *process, struct task *task, const struct abi_siginfo *info)
{
    int signal = info->signo;
    struct task *taker;
    vaddr_t handler;
    int error;

    ASSERT_HELD(&process->lock);
    if (process->nr_tasks == 0 || (task != NULL && (READ_ONCE(task->flags) & TASK_EXITING)))
        return 0;
    if (unlikely(process->core != NULL)) { /* it is dying: only SIGKILL still has a meaning */
        if (signal == SIGKILL)
            core_dump_kill_locked(process);
        return 0;
    }
    if (signal_in_set(signal, SIGNALS_STOP | SIGNAL_BIT(SIGCONT)))
        cancel_opposites(process, signal);
    handler = signal_handler_read(process, signal);
    if (handler <= SIG_IGN && dropped_on_sending(process, task, signal, handler))
        return SIGNAL_WAS_IGNORED;
    taker = task != NULL ? task : list_first_entry(&process->tasks, struct task, process_link);
    error = signal_queue_add(task != NULL ? &task->signals.pending : &process->signals.pending,
                             taker, info);
    if (error)
        return error;
    signal_readers_wake(process);
    taker = choose_task(process, task, signal);
    if (taker == NULL)
        return 0;
    if (kills(taker, signal, handler)) {
        signal_group_exit(process, signal);
        return 0;
    }
    thread_set_flag(&taker->thread, THREAD_SIGNAL_PENDING);
    if (&taker->thread != current_thread())
        thread_signal_wake(&taker->thread, false);
    return 0;
}

static int send(struct process *process, struct task *task, const struct abi_siginfo *info)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    int result = signal_send_locked(process, task, info);

    spin_unlock_irqrestore(&process->lock, flags);
    return result < 0 ? result : 0;
}

int signal_send_process(struct process *process, const struct abi_siginfo *info)
{
    return send(process, NULL, info);
}

int signal_send_task(struct task *task, const struct abi_siginfo *info)
{
    return send(task->process, task, info);
}

void signal_process(struct process *process, int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    (void)signal_send_process(process, &info);
}

void signal_task(struct task *task, int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    (void)signal_send_task(task, &info);
}

void signal_group_info(struct process_group *group, const struct abi_siginfo *info)
{
    irqflags_t flags = process_tree_lock();
    struct process *process;

    list_for_each_entry (process, &group->members, group_link) {
        spin_lock(&process->lock);
        (void)signal_send_locked(process, NULL, info);
        spin_unlock(&process->lock);
    }
    process_tree_unlock(flags);
}

void signal_group(struct process_group *group, int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    signal_group_info(group, &info);
}

/*
 * Force @info on the current task, which takes it on its way out of the kernel. @fatal: without
 * asking its handler. => no handler takes it
 */
static bool force(const struct abi_siginfo *info, bool fatal)
{
    struct task *self = current_task();
    struct process *process = self->process;
    int signal = info->signo;
    vaddr_t handler;

    spin_lock_irq(&process->lock);
    handler = signal_handler_read(process, signal);
    if (fatal || handler == SIG_IGN || signal_in_set(signal, self->signals.blocked)) {
        signal_action_set_default_locked(process, signal);
        handler = SIG_DFL;
        self->signals.blocked &= ~SIGNAL_BIT(signal);
    }
    if (handler == SIG_DFL)
        process->signals.forced = true;
    if (signal == SIGKILL) {
        signal_group_exit(process, SIGKILL);
    } else {
        signal_queue_fault(self, info);
        signal_readers_wake(process);
        thread_set_flag(&self->thread, THREAD_SIGNAL_PENDING);
    }
    spin_unlock_irq(&process->lock);
    return handler == SIG_DFL;
}

void signal_force(const struct abi_siginfo *info)
{
    force(info, false);
}

bool signal_force_fault(int signal, int code, vaddr_t address)
{
    struct abi_siginfo info = {.signo = signal, .code = code};

    info.fault.address = address;
    return force(&info, false);
}

bool signal_force_key_fault(vaddr_t address, unsigned key)
{
    struct abi_siginfo info = {.signo = SIGSEGV, .code = SEGV_PKUERR};

    info.fault.address = address;
    info.fault.lower = key;
    return force(&info, false);
}

void signal_force_fatal_info(const struct abi_siginfo *info)
{
    force(info, true);
}

void signal_force_fatal(int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    force(&info, true);
}
