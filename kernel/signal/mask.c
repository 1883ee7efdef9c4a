/*
 * Which signals a task has blocked, which are pending, and waiting for them (sigprocmask,
 * sigpending, sigtimedwait, sigsuspend).
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <vfs/user_account.h>

bool signal_pending(void)
{
    return thread_flag(current_thread(), THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
}

bool signal_fatal_pending(void)
{
    return thread_flag(current_thread(), THREAD_KILL_PENDING);
}

/* Is something queued that @task may take? */
static bool can_take_queued(const struct task *task)
{
    u64 open = ~task->signals.blocked | task->signals.awaited;

    return ((task->signals.pending.set | task->process->signals.pending.set) & open) != 0;
}

void signal_recalculate(struct task *task)
{
    struct process *process = task->process;
    bool something = can_take_queued(task) || task->signals.stop_requested ||
                     task->signals.trap_requested || process->signals.notify != 0 ||
                     process->signals.group_exit ||
                     (process->signals.group_exec != NULL && process->signals.group_exec != task);

    ASSERT_HELD(&process->lock);
    if (something)
        thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING);
    else if (thread_flag(&task->thread, THREAD_SIGNAL_PENDING) && task == current_task_or_null())
        thread_clear_flag(&task->thread, THREAD_SIGNAL_PENDING);
}

void signal_recalculate_queues(struct task *self)
{
    ASSERT_HELD(&self->process->lock);
    if (!can_take_queued(self))
        thread_clear_flag(&self->thread, THREAD_SIGNAL_PENDING);
}

/*
 * Process-wide signals that this task can no longer take may have been meant for it: another task
 * that can take them must look. => process.lock held
 */
static void retarget(struct task *task, u64 lost)
{
    struct process *process = task->process;
    u64 orphans = process->signals.pending.set & lost;
    struct task *other;

    if (orphans == 0)
        return;
    list_for_each_entry (other, &process->tasks, process_link) {
        u64 closed = other->signals.blocked & ~other->signals.awaited;

        if (other == task || (READ_ONCE(other->flags) & TASK_EXITING))
            continue;
        if ((orphans & ~closed) == 0)
            continue;
        orphans &= closed;
        thread_set_flag(&other->thread, THREAD_SIGNAL_PENDING);
        thread_signal_wake(&other->thread, false);
    }
}

void signal_task_leaves(struct task *task)
{
    struct process *process = task->process;

    ASSERT_HELD(&process->lock);
    retarget(task, ~task->signals.blocked);
    if (task->signals.stop_requested) {
        task->signals.stop_requested = false;
        if (--process->signals.stops_remaining == 0 && process->nr_tasks > 1 &&
            !process->signals.stopped) {
            process->signals.stopped = true;
            process->stop_reported = false;
            process->signals.notify = CLD_STOPPED;
        }
    }
}

void signal_block_locked(struct task *self, u64 signals)
{
    u64 newly_blocked = signals & ~self->signals.blocked & ~SIGNALS_UNBLOCKABLE;

    ASSERT_HELD(&self->process->lock);
    self->signals.blocked |= newly_blocked;
    if (self->process->signals.pending.set & newly_blocked)
        retarget(self, newly_blocked);
}

void signal_set_blocked(u64 blocked)
{
    struct task *self = current_task();

    blocked &= ~SIGNALS_UNBLOCKABLE;
    if (blocked == self->signals.blocked)
        return;
    spin_lock_irq(&self->process->lock);
    signal_block_locked(self, blocked);
    self->signals.blocked = blocked;
    if (thread_flag(&self->thread, THREAD_SIGNAL_PENDING) || can_take_queued(self))
        signal_recalculate(self);
    spin_unlock_irq(&self->process->lock);
}

u64 signal_get_blocked(void)
{
    return current_task()->signals.blocked;
}

void signal_set_temporary_mask(u64 blocked)
{
    struct task *self = current_task();

    self->signals.saved_blocked = self->signals.blocked;
    thread_set_flag(&self->thread, THREAD_RESTORES_BLOCKED);
    signal_set_blocked(blocked);
}

void signal_end_temporary_mask(bool interrupted)
{
    struct task *self = current_task();

    if (interrupted || !thread_flag(&self->thread, THREAD_RESTORES_BLOCKED))
        return;
    thread_clear_flag(&self->thread, THREAD_RESTORES_BLOCKED);
    signal_set_blocked(self->signals.saved_blocked);
}

u64 signal_pending_set(void)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    u64 pending = self->signals.pending.set | self->process->signals.pending.set;

    spin_unlock_irqrestore(&self->process->lock, flags);
    return pending & self->signals.blocked;
}

int signal_take(u64 set, struct abi_siginfo *info)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    int signal = signal_dequeue_locked(self, set & ~SIGNALS_UNBLOCKABLE, info);

    if (signal != 0)
        signal_recalculate(self);
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (signal != 0)
        timer_signal_taken(info);
    return signal;
}

/* Sleep until something is deliverable or awaited, or @deadline. */
static void wait_for_signal(u64 deadline)
{
    while (!signal_pending()) {
        if (deadline != WAIT_FOREVER && time_monotonic_ns() >= deadline)
            return;
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (signal_pending()) {
            thread_set_state(THREAD_RUNNABLE);
            return;
        }
        schedule_until(deadline);
    }
}

static void begin_awaiting(u64 set)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);

    self->signals.awaited = set;
    signal_recalculate(self);
    spin_unlock_irqrestore(&self->process->lock, flags);
}

/* Take one, and await none any more, at once: what was sent to the process and meant for this task
 * goes to another that can take it. */
static int end_awaiting(struct abi_siginfo *info)
{
    struct task *self = current_task();
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);
    u64 awaited = self->signals.awaited;
    int signal = signal_dequeue_locked(self, awaited, info);

    self->signals.awaited = 0;
    retarget(self, awaited & self->signals.blocked);
    signal_recalculate(self);
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (signal != 0)
        timer_signal_taken(info);
    return signal;
}

int signal_wait(u64 set, u64 deadline, struct abi_siginfo *info)
{
    int signal = signal_take(set, info);
    bool interrupted;

    if (signal != 0)
        return signal;
    if (deadline == 0)
        return -EAGAIN;
    begin_awaiting(set & ~SIGNALS_UNBLOCKABLE);
    wait_for_signal(deadline);
    interrupted = signal_pending();
    signal = end_awaiting(info);
    if (signal != 0)
        return signal;
    return interrupted ? -EINTR : -EAGAIN;
}

long signal_restart_block(long (*function)(struct restart_block *restart), const u64 argument[5])
{
    struct restart_block *restart = &current_task()->signals.restart;

    restart->function = function;
    for (int i = 0; i < 5; i++)
        restart->argument[i] = argument[i];
    return -ERESTART_RESTARTBLOCK;
}

void signal_sets_get(struct process *process, struct task *task, struct signal_sets *sets)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    *sets = (struct signal_sets){
        .process_pending = process->signals.pending.set,
        .queue_limit = process->rlimits[RLIMIT_SIGPENDING].current,
    };
    if (task != NULL) {
        sets->task_pending = task->signals.pending.set;
        sets->blocked = task->signals.blocked;
        sets->queued = (u64)READ_ONCE(task->account->nr_signals);
    }
    for (int signal = 1; process->signals.actions != NULL && signal <= NR_SIGNALS; signal++) {
        struct abi_sigaction action;

        signal_action_read(process, signal, &action);
        if (action.handler == SIG_IGN)
            sets->ignored |= SIGNAL_BIT(signal);
        else if (action.handler != SIG_DFL)
            sets->caught |= SIGNAL_BIT(signal);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

void signal_state_init_task(struct task *task)
{
    list_init(&task->signals.pending.entries);
    task->signals.alternate.flags = SS_DISABLE;
}

void signal_state_init_process(struct process *process)
{
    list_init(&process->signals.pending.entries);
}

void signal_flush_task(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);

    signal_queue_drop(&task->signals.pending, ~0ul);
    spin_unlock_irqrestore(&task->process->lock, flags);
}

void signal_flush_process_locked(struct process *process)
{
    ASSERT(process->nr_tasks == 0);
    signal_queue_drop(&process->signals.pending, ~0ul);
}
