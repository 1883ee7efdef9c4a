/*
 * Making tasks. A clone is built completely before anybody can see it (reserve: each step can fail,
 * and task_free_unstarted undoes all of them); then it is inserted under the locks and started.
 */
#include <proc/fork.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/thread.h>
#include <arch/user.h>
#include <ipc/sem.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/pidfd.h>
#include <proc/ptrace.h>
#include <proc/rlimit.h>
#include <proc/rseq.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/cred.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

#include "proc_internal.h"

#define CLONE_KNOWN 0x3fffffffful

#define CLONE_NAMESPACES                                                                           \
    (CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
     CLONE_NEWPID | CLONE_NEWNET)

/* Combinations that clone(2) refuses; namespaces are a feature this kernel is built without. */
static int check_flags(u64 flags)
{
    if (flags & ~CLONE_KNOWN)
        return -EINVAL;
    if (flags & (CLONE_NAMESPACES | CLONE_INTO_CGROUP))
        return -EINVAL;
    if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
        return -EINVAL;
    if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        return -EINVAL;
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        return -EINVAL;
    if ((flags & CLONE_PARENT) && current_process() == process_init_get())
        return -EINVAL;
    if ((flags & CLONE_CLEAR_SIGHAND) && (flags & CLONE_SIGHAND))
        return -EINVAL;
    return 0;
}

/* RLIMIT_NPROC and kernel.threads-max. The count includes the task to be made. */
static int charge_user(struct task *child, struct user_account *account)
{
    s64 nr = fetch_add(&account->nr_tasks, 1) + 1;

    child->account = user_account_get(account);
    if (!rlimit_allows_task())
        return -EAGAIN;
    if ((u64)nr <= rlimit_current(RLIMIT_NPROC) || account->uid == 0 || capable(CAP_SYS_RESOURCE) ||
        capable(CAP_SYS_ADMIN))
        return 0;
    return -EAGAIN;
}

static int copy_files(struct task *child, const struct task *self, u64 flags)
{
    child->vfs = self->vfs;
    credentials_get(child->vfs.credentials);
    child->vfs.files = NULL;
    child->vfs.fs = NULL;
    if (flags & CLONE_FILES)
        child->vfs.files = fd_table_get(self->vfs.files);
    else
        child->vfs.files = fd_table_copy(self->vfs.files);
    if (flags & CLONE_FS)
        child->vfs.fs = fs_context_get(self->vfs.fs);
    else
        child->vfs.fs = fs_context_copy(self->vfs.fs);
    return child->vfs.files == NULL || child->vfs.fs == NULL ? -ENOMEM : 0;
}

static int copy_memory(struct task *child, struct task *self, u64 flags)
{
    struct mm *mm = flags & CLONE_VM ? mm_get_user(self->mm) : mm_fork(self->mm);

    if (IS_ERR(mm))
        return PTR_ERR(mm);
    child->mm = mm;
    child->thread.mmu = &mm->mmu;
    return 0;
}

static int copy_machine(struct task *child, struct task *self, const struct trap_frame *frame,
                        const struct clone_request *request)
{
    struct arch_thread *arch = &child->thread.arch;

    arch_thread_init_user(arch, child->thread.stack, frame, &self->thread.arch);
    arch_frame_set_result(arch_user_frame(child->thread.stack), 0);
    if (request->stack_pointer != 0)
        arch_frame_set_stack(arch_user_frame(child->thread.stack), request->stack_pointer);
    if (request->flags & CLONE_SETTLS)
        return arch_set_thread_pointer(arch, request->tls);
    return 0;
}

static void copy_small_things(struct task *child, const struct task *self,
                              const struct clone_request *request)
{
    u64 flags = request->flags;

    child->flags = (self->flags & TASK_INHERITED) | TASK_FORKED;
    child->personality = self->personality;
    child->io_priority = self->io_priority;
    child->policy_mode = self->policy_mode;
    child->policy_nodes = self->policy_nodes;
    rseq_fork(child, self, flags & CLONE_VM);
    child->timer_slack = self->timer_slack;
    child->usual_timer_slack = self->timer_slack;
    child->signals.blocked = self->signals.blocked;
    if (!(flags & CLONE_VM) || (flags & CLONE_VFORK))
        child->signals.alternate = self->signals.alternate;
    if (flags & CLONE_CHILD_CLEARTID)
        child->clear_child_tid = request->child_tid;
}

/* A new process shares nothing of the parent's but copies. */
static int copy_process(struct process *process, struct process *parent,
                        const struct clone_request *request)
{
    if (request->flags & CLONE_SIGHAND)
        process->signals.actions = signal_actions_share(parent);
    else
        process->signals.actions = signal_actions_copy(parent);
    if (process->signals.actions == NULL)
        return -ENOMEM;
    if (request->clear_handlers)
        signal_actions_reset_handlers(process);
    for (int i = 0; i < NR_RLIMITS; i++)
        process->rlimits[i] = parent->rlimits[i];
    process->exit_signal = request->exit_signal;
    process->oom_score_adj = READ_ONCE(parent->oom_score_adj);
    process->oom_score_adj_min = READ_ONCE(parent->oom_score_adj_min);
    process->dumpable = READ_ONCE(parent->dumpable);
    process->creator_tid = task_id(current_task());
    return 0;
}

/* Fill @child. What was reached is undone by task_free_unstarted. */
static int copy_task(struct task *child, const struct trap_frame *frame,
                     const struct clone_request *request)
{
    struct task *self = current_task();
    int error = copy_files(child, self, request->flags);

    if (!error)
        error = charge_user(child, self->account);
    if (!error)
        error = copy_memory(child, self, request->flags);
    if (!error)
        error = copy_machine(child, self, frame, request);
    if (!error && (request->flags & CLONE_SYSVSEM))
        error = sem_undo_share(child);
    if (error)
        return error;
    copy_small_things(child, self, request);
    child->pid = request->set_tid != 0 ? pid_alloc_number(request->set_tid) : pid_alloc();
    if (!IS_ERR(child->pid))
        return 0;
    error = PTR_ERR(child->pid);
    child->pid = NULL;
    return error;
}

/* A new task of the current process. => tree lock and process lock held */
static int insert_thread(struct task *child, struct ptrace *inherited)
{
    struct process_signals *signals = &child->process->signals;

    if (signals->group_exit || signals->group_exec != NULL)
        return -ERESTARTNOINTR; /* a dying task, which does not return */
    task_insert_locked(child);
    signal_join_stop_locked(child); /* its maker may run in a stop when it is traced */
    ptrace_attach_child(child, inherited);
    child->process->nr_live++;
    process_cpu_watch_hurry_locked(child->process);
    return 0;
}

static void insert_process(struct task *child, struct process *self, u64 flags,
                           struct ptrace *inherited)
{
    struct process *process = child->process;
    struct process *parent = flags & CLONE_PARENT ? self->parent : self;

    process->pid = child->pid;
    child->vfs.process_id = process_id(process);
    if (flags & CLONE_PARENT) {
        process->creator_tid = self->creator_tid;
        process->exit_signal = self->exit_signal;
    }
    process->has_subreaper = parent->has_subreaper || parent->is_subreaper;
    process_insert_locked(process, parent);
    process_group_join(process, self->group);
    process->terminal_serial = self->terminal_serial;
    spin_lock(&process->lock);
    task_insert_locked(child);
    process->nr_live = 1;
    ptrace_attach_child(child, inherited);
    spin_unlock(&process->lock);
}

/* Make @child visible, unless a signal wants to be delivered first: a kill must find every task
 * there is. */
static int insert_task(struct task *child, u64 flags, struct ptrace *inherited)
{
    struct process *self = current_process();
    irqflags_t irqflags = process_tree_lock();
    int error = 0;

    if (signal_pending()) {
        error = -ERESTARTNOINTR;
    } else {
        spin_lock(&self->lock);
        seccomp_inherit(child); /* another task's TSYNC comes before or finds the child */
        if (flags & CLONE_THREAD)
            error = insert_thread(child, inherited);
        spin_unlock(&self->lock);
        if (!(flags & CLONE_THREAD))
            insert_process(child, self, flags, inherited);
    }
    process_tree_unlock(irqflags);
    return error;
}

/* The child's copy of its number; a bad address is the program's loss (clone(2)). */
static void store_child_tid(struct task *child, const struct clone_request *request, int number)
{
    if ((request->flags & CLONE_PARENT_SETTID) && put_user(number, request->parent_tid))
        pr_debug("clone: bad parent_tid\n");
    if (request->flags & CLONE_CHILD_SETTID)
        (void)mm_access(child->mm, (vaddr_t)request->child_tid, &number, sizeof(number), true,
                        false);
}

/* The parent of a vfork sleeps until the child has done with its memory. */
static void wait_for_vfork(struct task *child, struct completion *done)
{
    bool killed = completion_wait_killable(done) != 0;
    irqflags_t flags = spin_lock_irqsave(&child->process->lock);

    /* The completion is on this stack: nobody may come to it, or still be at it, when it goes. */
    if (killed)
        child->vfork_done = NULL;
    spin_unlock_irqrestore(&child->process->lock, flags);
}

/* CLONE_PIDFD: reserve a descriptor and tell the parent its number. => 0, with *file to be
 * installed at *fd */
static int reserve_pidfd(struct task *child, const struct clone_request *request, int *fd,
                         struct file **file)
{
    struct vfs_context *context = &current_task()->vfs;
    struct file *fresh;
    int error = -EFAULT;

    *fd = fd_reserve(context->files, 0, context->nr_files_limit, true);
    if (*fd < 0)
        return *fd;
    fresh = pidfd_create(child->process, 0);
    if (IS_ERR(fresh)) {
        error = PTR_ERR(fresh);
    } else if (put_user(*fd, request->pidfd) == 0) {
        *file = fresh;
        return 0;
    } else {
        file_put(fresh);
    }
    fd_unreserve(context->files, *fd);
    return error;
}

static struct task *build(const struct trap_frame *frame, const struct clone_request *request)
{
    struct task *self = current_task(), *child;
    struct process *process = self->process;
    int error = 0;

    if (!(request->flags & CLONE_THREAD)) {
        process = process_allocate();
        if (process == NULL)
            return ERR_PTR(-ENOMEM);
        error = copy_process(process, self->process, request);
        memcpy(process->comm, self->thread.name, sizeof(process->comm));
    }
    child = error ? NULL : task_allocate(process, self->thread.name);
    if (process != self->process)
        process_put(process); /* the task's reference remains */
    if (child == NULL)
        return ERR_PTR(-ENOMEM);
    error = copy_task(child, frame, request);
    if (error) {
        task_free_unstarted(child);
        return ERR_PTR(error);
    }
    return child;
}

/* Insert @child, and its descriptor if one is asked for. */
static int publish(struct task *child, const struct clone_request *request,
                   struct ptrace *inherited)
{
    struct fd_table *files = current_task()->vfs.files;
    struct file *file = NULL;
    int pidfd = -1, error = 0;

    if (!(request->flags & CLONE_THREAD))
        child->process->executable = process_get_executable(current_process());
    if (request->flags & CLONE_PIDFD)
        error = reserve_pidfd(child, request, &pidfd, &file);
    if (!error)
        error = insert_task(child, request->flags, inherited);
    if (!error) {
        if (file != NULL)
            fd_install(files, pidfd, file);
        if (!(request->flags & CLONE_THREAD) && (rlimit_current(RLIMIT_CPU) != RLIM_INFINITY ||
                                                 rlimit_current(RLIMIT_RTTIME) != RLIM_INFINITY))
            process_cpu_watch_update(child->process);
        return 0;
    }
    if (file != NULL) {
        fd_unreserve(files, pidfd);
        file_put(file);
    }
    if (!(request->flags & CLONE_THREAD))
        file_put(child->process->executable);
    return error;
}

long task_clone(const struct trap_frame *frame, const struct clone_request *request)
{
    int number, event, error = check_flags(request->flags);
    struct completion vfork_done;
    struct ptrace *inherited;
    struct task *child;

    if (error)
        return error;
    if (signal_pending())
        return -ERESTARTNOINTR;
    error = dead_tasks_wait();
    if (error)
        return error;
    event = ptrace_prepare_child(request->flags, request->exit_signal, &inherited);
    if (event < 0)
        return event;
    child = build(frame, request);
    if (IS_ERR(child)) {
        ptrace_discard(inherited);
        return PTR_ERR(child);
    }
    number = task_id(child);
    store_child_tid(child, request, number);
    if (request->flags & CLONE_VFORK) {
        completion_init(&vfork_done);
        child->vfork_done = &vfork_done;
    }
    error = publish(child, request, inherited);
    if (error) {
        ptrace_discard(inherited);
        task_free_unstarted(child);
        return error;
    }
    task_get(child);
    thread_start(&child->thread);
    if (event != 0)
        ptrace_event(event, (u64)number);
    if (request->flags & CLONE_VFORK) {
        wait_for_vfork(child, &vfork_done);
        ptrace_event(PTRACE_EVENT_VFORK_DONE, (u64)number);
    }
    task_put(child);
    return number;
}

#define UNSHARE_KNOWN                                                                              \
    (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SYSVSEM)

long task_unshare(unsigned long flags)
{
    struct task *self = current_task();
    struct fd_table *files = NULL, *old_files;
    struct fs_context *fs = NULL, *old_fs;
    irqflags_t irqflags;

    if (flags & ~UNSHARE_KNOWN)
        return -EINVAL;
    /* What threads share by definition cannot be unshared by one of several (unshare(2)). */
    if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && self->process->nr_tasks > 1)
        return -EINVAL;
    if (flags & CLONE_FILES)
        files = fd_table_copy(self->vfs.files);
    if (flags & CLONE_FS)
        fs = fs_context_copy(self->vfs.fs);
    if (((flags & CLONE_FILES) && files == NULL) || ((flags & CLONE_FS) && fs == NULL)) {
        if (files != NULL)
            fd_table_put(files);
        if (fs != NULL)
            fs_context_put(fs);
        return -ENOMEM;
    }
    if (flags & CLONE_SYSVSEM)
        sem_task_exit(self);
    irqflags = spin_lock_irqsave(&self->process->lock);
    old_files = files != NULL ? self->vfs.files : NULL;
    old_fs = fs != NULL ? self->vfs.fs : NULL;
    if (files != NULL)
        self->vfs.files = files;
    if (fs != NULL)
        self->vfs.fs = fs;
    spin_unlock_irqrestore(&self->process->lock, irqflags);
    if (old_files != NULL)
        fd_table_put(old_files);
    if (old_fs != NULL)
        fs_context_put(old_fs);
    return 0;
}
