/*
 * A program that the kernel starts of its own (program_start.h): a process with root's rights and
 * nothing else, made from nothing. Its first thread begins in the kernel, executes the program and
 * goes to it by returning, as that of pid 1 does (init_task.c).
 *
 * Nobody waits for it: pid 1 is its parent, but hears nothing of its end (exit_signal 0,
 * unattended).
 */
#include "program_start.h"

#include <abi/errno.h>
#include <arch/thread.h>
#include <arch/trap_frame.h>
#include <proc/core_dump.h>
#include <proc/credentials.h>
#include <proc/exec.h>
#include <proc/exit.h>
#include <proc/rlimit.h>
#include <proc/session.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

#include "proc_internal.h"

#define TIMER_SLACK_NS 50000

/* On the stack of who waits for it. */
struct start {
    const char *const *argv;
    struct file *input;
    struct task *task;
    long error;
    struct completion done;
};

int task_give_kernel_resources(struct task *task)
{
    task->vfs = (struct vfs_context){
        .fs = fs_context_create(),
        .files = fd_table_create(),
        .credentials = credentials_get(&credentials_kernel),
    };
    task->timer_slack = TIMER_SLACK_NS;
    task->usual_timer_slack = TIMER_SLACK_NS;
    task->process->signals.actions = signal_actions_create();
    task->account = user_account_find(0);
    if (task->account == NULL)
        return -ENOMEM;
    fetch_add(&task->account->nr_tasks, 1);
    task->pid = pid_alloc();
    if (IS_ERR(task->pid)) {
        task->pid = NULL;
        return -ENOMEM;
    }
    task->vfs.process_id = task_id(task);
    if (task->vfs.fs == NULL || task->vfs.files == NULL || task->process->signals.actions == NULL)
        return -ENOMEM;
    rlimit_init_defaults(task->process->rlimits);
    task->vfs.file_size_limit = task->process->rlimits[RLIMIT_FSIZE].current;
    task->vfs.nr_files_limit = task->process->rlimits[RLIMIT_NOFILE].current;
    return 0;
}

static long execute(const struct start *start)
{
    static const char *const no_variables[] = {NULL};
    int fd = fd_add(vfs_current(), start->input, 0);

    if (fd < 0)
        return fd;
    file_get(start->input);
    return exec_kernel(arch_frame_current(), start->argv[0], start->argv, no_variables);
}

static void program_main(void *argument)
{
    struct start *start = argument;
    long error;

    arch_thread_become_user(&current_task()->thread.arch);
    error = execute(start);
    start->error = error;
    completion_signal(&start->done);
    if (error != 0)
        process_exit(0);
}

static void insert(struct task *task)
{
    struct process *process = task->process;
    struct process *init = process_init_get();
    irqflags_t flags = process_tree_lock();

    process->pid = task->pid;
    process->creator_tid = process_id(init);
    process->unattended = true;
    process_insert_locked(process, init);
    process_group_join(process, init->group);
    spin_lock(&process->lock);
    task_insert_locked(task);
    process->nr_live = 1;
    spin_unlock(&process->lock);
    process_tree_unlock(flags);
}

static struct task *make(void)
{
    struct process *process = process_allocate();
    struct task *task = process != NULL ? task_allocate(process, "program") : NULL;
    int error;

    if (process != NULL)
        process_put(process);
    if (task == NULL)
        return ERR_PTR(-ENOMEM);
    error = task_give_kernel_resources(task);
    if (error == 0)
        return task;
    task_free_unstarted(task);
    return ERR_PTR(error);
}

long program_start(const char *const *argv, struct file *input)
{
    struct start start = {.argv = argv, .input = input};

    start.task = make();
    if (IS_ERR(start.task))
        return PTR_ERR(start.task);
    /* What the program dies of is not given to a program again. */
    start.task->process->rlimits[RLIMIT_CORE] =
        (struct abi_rlimit){CORE_LIMIT_OF_PROGRAMS, CORE_LIMIT_OF_PROGRAMS};
    completion_init(&start.done);
    insert(start.task);
    arch_thread_init_kernel(&start.task->thread.arch, start.task->thread.stack, program_main,
                            &start);
    thread_start(&start.task->thread);
    completion_wait(&start.done);
    return start.error;
}
