/*
 * The end of a task: give back what it holds, tell who waits for it, become a zombie if it was the
 * last of its process.
 */
#include <proc/exit.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <abi/wait.h>
#include <arch/user.h>
#include <ipc/futex.h>
#include <ipc/sem.h>
#include <ipc/shm.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <mm/mm.h>
#include <proc/accounting.h>
#include <proc/core_dump.h>
#include <proc/ptrace.h>
#include <proc/session.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/cred.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

#include "proc_internal.h"

void task_leave_memory(struct task *task)
{
    struct mm *mm = task->mm;
    struct completion *done;
    irqflags_t flags;

    if (mm == NULL)
        return;
    futex_task_exit(task->robust_list);
    task->robust_list = NULL;
    if (task->clear_child_tid != NULL && READ_ONCE(mm->users) > 1) {
        /* A bad address is the program's loss. */
        if (put_user(0u, (u32 __user *)task->clear_child_tid) == 0)
            (void)futex_wake(task->clear_child_tid, true, 1, FUTEX_BITSET_MATCH_ANY);
    }
    task->clear_child_tid = NULL;
    flags = spin_lock_irqsave(&task->process->lock);
    done = task->vfork_done;
    task->vfork_done = NULL;
    if (done != NULL)
        completion_signal(done); /* under the lock: the waiter may not leave its stack before */
    spin_unlock_irqrestore(&task->process->lock, flags);
}

static void drop_memory(struct task *task)
{
    struct mm *mm = task->mm;
    irqflags_t flags;

    if (mm == NULL)
        return;
    flags = spin_lock_irqsave(&task->process->lock);
    task->mm = NULL;
    spin_unlock_irqrestore(&task->process->lock, flags);
    flags = irq_save();
    task->thread.mmu = NULL;
    irq_restore(flags);
    mm_put_user(mm);
}

static void drop_files(struct task *task)
{
    struct fd_table *files = task->vfs.files;
    struct fs_context *fs = task->vfs.fs;
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);

    task->vfs.files = NULL;
    task->vfs.fs = NULL;
    spin_unlock_irqrestore(&task->process->lock, flags);
    if (files != NULL)
        fd_table_put(files);
    if (fs != NULL)
        fs_context_put(fs);
}

void task_drop_resources(struct task *task)
{
    drop_memory(task);
    sem_task_exit(task);
    drop_files(task);
}

/* From here on the task takes no signals. => true: no other task of the process is left alive */
static bool begin_exit(struct task *self, int status)
{
    struct process *process = self->process;
    bool last;

    spin_lock_irq(&process->lock);
    core_dump_park_locked(self);
    signal_task_leaves(self);
    fetch_or(&self->flags, TASK_EXITING);
    if (!process->signals.group_exit && process->leader == self)
        process->exit_status = status;
    last = --process->nr_live == 0;
    thread_clear_flag(&self->thread, THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
    spin_unlock_irq(&process->lock);
    return last;
}

/* Who takes the children of @process: the nearest living subreaper, or pid 1. => tree lock held */
static struct process *find_reaper(struct process *process)
{
    struct process *ancestor;

    if (process->has_subreaper) {
        for (ancestor = process->parent; ancestor != NULL; ancestor = ancestor->parent) {
            if (ancestor->is_subreaper && ancestor->state == PROCESS_ALIVE && ancestor->nr_live > 0)
                return ancestor;
        }
    }
    return process_init_get();
}

/* Tell @process's parent that it has ended. => true: nobody will wait for it. tree lock held */
static bool notify_parent(struct process *process)
{
    struct process *parent = process->parent;
    struct abi_siginfo info = {.signo = process->exit_signal};
    int signal = process->exit_status & 0x7f;
    struct process_totals totals;
    struct abi_sigaction action;
    bool forget = false;

    process_totals_get(process, &totals);
    info.code = signal == 0                                 ? CLD_EXITED
                : process->exit_status & WAIT_STATUS_DUMPED ? CLD_DUMPED
                                                            : CLD_KILLED;
    info.child.status = signal == 0 ? process->exit_status >> 8 & 0xff : signal;
    info.child.pid = process_id(process);
    info.child.uid = process->uid;
    info.child.user_time = (s64)ns_to_clock_ticks(totals.user_ns);
    info.child.system_time = (s64)ns_to_clock_ticks(totals.system_ns);
    spin_lock(&parent->lock);
    if (process->exit_signal == SIGCHLD) {
        signal_action_read(parent, SIGCHLD, &action);
        forget = action.handler == SIG_IGN || (action.flags & SA_NOCLDWAIT);
    }
    if (process->exit_signal > 0 && process->exit_signal <= NR_SIGNALS) /* clone takes any byte */
        (void)signal_send_locked(parent, NULL, &info);
    spin_unlock(&parent->lock);
    wake_all(&parent->child_wait);
    return forget || process->unattended;
}

/* The parent-death signal of each task of @child that asked for one. => tree lock held */
static void send_death_signals(struct process *child)
{
    struct task *task;

    list_for_each_entry (task, &child->tasks, process_link) {
        if (task->parent_death_signal != 0)
            signal_task(task, task->parent_death_signal);
    }
}

/* The children that the task @number made lose it; another task of the process stands in. => tree
 * lock held */
static void leave_children(struct process *process, int number)
{
    struct task *heir = list_first_entry(&process->tasks, struct task, process_link);
    struct process *child;

    list_for_each_entry (child, &process->children, sibling) {
        if (child->creator_tid != number)
            continue;
        send_death_signals(child);
        child->creator_tid = task_id(heir);
    }
}

/* Give all children to the reaper. Zombies nobody will wait for end up on @forgotten. => tree lock
 * held */
static void reparent_children(struct process *process, struct list_head *forgotten)
{
    struct process *reaper = find_reaper(process);
    struct process *child, *following;

    list_for_each_entry_safe (child, following, &process->children, sibling) {
        send_death_signals(child);
        child->parent = reaper;
        WRITE_ONCE(child->parent_number, process_id(reaper));
        child->creator_tid = process_id(reaper);
        child->exit_signal = SIGCHLD;
        list_move_tail(&child->sibling, &reaper->children);
        process_group_check_child(child, process);
        if (child->state == PROCESS_ZOMBIE && !child->waits_for_tracer)
            process_show_to_parent_locked(child, forgotten);
    }
}

void process_show_to_parent_locked(struct process *process, struct list_head *forgotten)
{
    if (notify_parent(process)) {
        process_reap_locked(process);
        list_add(&process->sibling, forgotten);
    }
}

void process_forget(struct list_head *forgotten)
{
    struct process *process, *following;

    list_for_each_entry_safe (process, following, forgotten, sibling) {
        list_remove(&process->sibling);
        process_put(process);
    }
}

static void become_zombie(struct process *process, struct list_head *forgotten)
{
    process->uid = current_task()->vfs.credentials->uid;
    process_group_check_exit(process);
    reparent_children(process, forgotten);
    if (process->group->session->leader == process)
        process->group->session->leader = NULL;
    process->state = PROCESS_ZOMBIE;
    wake_all(&process->exit_wait);
    if (!ptrace_process_exit(process))
        process_show_to_parent_locked(process, forgotten);
}

/* Leave the tree; the last task of a process makes it a zombie. */
static void leave_process(struct task *self, int status)
{
    struct process *process = self->process;
    struct list_head forgotten = LIST_INIT(forgotten);
    struct process_totals totals;
    irqflags_t flags = process_tree_lock();
    bool last;

    ptrace_tracer_exit_locked(self, &forgotten);
    spin_lock(&process->lock);
    task_totals_get(self, &totals);
    process_totals_add(&process->dead_tasks, &totals);
    last = task_remove_locked(self);
    if (last)
        signal_flush_process_locked(process);
    spin_unlock(&process->lock);
    ptrace_task_exit(self, status);
    if (last) {
        become_zombie(process, &forgotten);
    } else {
        leave_children(process, task_id(self));
        wake_all(&process->exit_wait);
    }
    process_tree_unlock(flags);
    process_forget(&forgotten);
}

static void drop_executable(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct file *file = process->executable;

    process->executable = NULL;
    spin_unlock_irqrestore(&process->lock, flags);
    file_put(file);
}

/* What the process holds as a whole goes with its last task. */
static void end_process(struct process *process)
{
    if (process == process_init_get())
        panic("init exited with wait status 0x%x", (unsigned)process->exit_status);
    process_timers_exit(process);
    drop_executable(process);
    if (session_is_leader())
        session_leader_ends();
}

void task_note_peak(struct task *self)
{
    struct process *process = self->process;
    struct mm_resident resident;
    irqflags_t flags;

    mm_resident_get(self->mm, &resident); /* notes the peak */
    flags = spin_lock_irqsave(&process->lock);
    process->dead_tasks.max_resident_pages =
        max(process->dead_tasks.max_resident_pages, self->mm->peak_resident_pages);
    spin_unlock_irqrestore(&process->lock, flags);
}

void task_exit(int status)
{
    struct task *self = current_task();
    struct process *process = self->process;
    bool last = begin_exit(self, status);

    if (READ_ONCE(process->signals.notify) != 0)
        signal_notify_parent_stop(process); /* it was the last that had to stop */
    if (last)
        end_process(process);
    if (self->mm != NULL)
        task_note_peak(self);
    task_leave_memory(self);
    drop_memory(self);
    sem_task_exit(self);
    shm_task_exit();
    drop_files(self);
    signal_flush_task(self);
    fetch_sub(&self->account->nr_tasks, 1);
    leave_process(self, status);
    dead_task_leaves();
    thread_exit(task_reap);
}

void process_exit(int status)
{
    struct process *process = current_process();
    irqflags_t flags;

    ptrace_event(PTRACE_EVENT_EXIT, (u64)status);
    flags = spin_lock_irqsave(&process->lock);
    signal_group_exit(process, status);
    spin_unlock_irqrestore(&process->lock, flags);
    task_exit(status);
}

void process_reap_locked(struct process *process)
{
    struct process *parent = process->parent;
    struct process_totals totals;

    spin_lock(&process->lock);
    process_totals_get_locked(process, &totals);
    process_totals_add(&totals, &process->children_totals);
    spin_unlock(&process->lock);
    spin_lock(&parent->lock);
    process_totals_add(&parent->children_totals, &totals);
    spin_unlock(&parent->lock);
    process_remove_locked(process);
}

/* execve with other tasks alive. */

static bool end_others(struct task *self)
{
    struct process *process = self->process;
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    bool begun = !process->signals.group_exit && process->signals.group_exec == NULL;
    struct task *task;

    if (begun) {
        process->signals.group_exec = self;
        list_for_each_entry (task, &process->tasks, process_link) {
            if (task == self)
                continue;
            thread_set_flag(&task->thread, THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
            thread_signal_wake(&task->thread, true);
        }
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return begun;
}

/* Take over the number of the process from a leader that has exited. */
static void become_leader(struct task *self)
{
    struct process *process = self->process;
    irqflags_t flags = process_tree_lock();
    struct pid *own = self->pid;

    ptrace_become_leader(self);
    spin_lock(&process->lock);
    process->signals.group_exec = NULL;
    process->leader = self;
    if (own != process->pid) {
        own->task = NULL;
        pid_get(process->pid);
        self->pid = process->pid;
        self->pid->task = self;
    }
    spin_unlock(&process->lock);
    if (own != process->pid)
        pid_put(own);
    process_tree_unlock(flags);
}

int process_become_single(void)
{
    struct task *self = current_task();
    struct process *process = self->process;
    irqflags_t flags;

    if (!end_others(self))
        return -EAGAIN;
    if (wait_event_killable(&process->exit_wait, READ_ONCE(process->nr_tasks) == 1) == 0) {
        become_leader(self);
        return 0;
    }
    flags = spin_lock_irqsave(&process->lock);
    process->signals.group_exec = NULL;
    spin_unlock_irqrestore(&process->lock, flags);
    return -EAGAIN;
}
