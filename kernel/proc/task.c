/*
 * Tasks and processes as objects: allocation, references, the tree, finding and naming them.
 *
 * A living task holds one reference on itself; a process holds one on itself until it is reaped,
 * and each of its tasks holds one. What is left of a dead task is freed elsewhere (dead_tasks.c).
 */
#include <proc/task.h>

#include <abi/errno.h>
#include <arch/thread.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/ptrace.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/cred.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

#include "proc_internal.h"

static struct kmem_cache task_cache, process_cache;
static struct list_head all_processes = LIST_INIT(all_processes); /* (T) */
static u64 nr_processes, nr_tasks, nr_forks;                      /* (a) */
static struct process *init_process;                              /* (I) once set */

static void (*name_hook)(struct task *task); /* (I) after boot; NULL: none */

struct process *process_allocate(void)
{
    struct process *process = kmem_cache_alloc(&process_cache, ALLOC_WAIT | ALLOC_ZERO);

    if (process == NULL)
        return NULL;
    spin_lock_init(&process->lock, LOCK_RANK_SIGNAL);
    refcount_init(&process->references, 1);
    list_init(&process->all_link);
    list_init(&process->tasks);
    list_init(&process->children);
    list_init(&process->sibling);
    list_init(&process->group_link);
    list_init(&process->tracees);
    wait_queue_init(&process->child_wait);
    wait_queue_init(&process->exit_wait);
    process->dumpable = 1;
    process->start_time = time_monotonic_ns();
    signal_state_init_process(process);
    process_timers_init(process);
    return process;
}

struct task *task_allocate(struct process *process, const char *name)
{
    struct task *task = kmem_cache_alloc(&task_cache, ALLOC_WAIT | ALLOC_ZERO);

    if (task == NULL)
        return NULL;
    if (thread_init(&task->thread, name)) {
        kmem_cache_free(&task_cache, task);
        return NULL;
    }
    task->thread.vfs = &task->vfs;
    refcount_init(&task->references, 1);
    list_init(&task->process_link);
    task->process = process_get(process);
    task->start_time = time_monotonic_ns();
    task->call_number = -1;
    signal_state_init_task(task);
    return task;
}

void task_free(struct task *task)
{
    irqflags_t flags;

    ASSERT(!list_is_linked(&task->process_link));
    if (task->pid != NULL) {
        flags = process_tree_lock();
        pid_put(task->pid);
        process_tree_unlock(flags);
    }
    kfree(task->thread.arch.debug);
    thread_fini(&task->thread);
    seccomp_task_free(task);
    if (task->vfs.credentials != NULL)
        credentials_put(task->vfs.credentials);
    if (task->account != NULL)
        user_account_put(task->account);
    process_put(task->process);
    kmem_cache_free(&task_cache, task);
}

void task_free_unstarted(struct task *task)
{
    if (task->account != NULL)
        fetch_sub(&task->account->nr_tasks, 1);
    task_drop_resources(task);
    task_put(task);
}

struct task *task_get(struct task *task)
{
    refcount_get(&task->references);
    return task;
}

struct process *process_get(struct process *process)
{
    refcount_get(&process->references);
    return process;
}

void process_put(struct process *process)
{
    irqflags_t flags;

    if (!refcount_put_and_test(&process->references))
        return;
    ASSERT(process->nr_tasks == 0 && !list_is_linked(&process->all_link));
    if (process->signals.actions != NULL)
        signal_actions_put(process->signals.actions);
    if (process->pid != NULL) {
        flags = process_tree_lock();
        pid_put(process->pid);
        process_tree_unlock(flags);
    }
    kmem_cache_free(&process_cache, process);
}

/* The tree. */

void process_insert_locked(struct process *process, struct process *parent)
{
    process_get(process); /* until it is reaped */
    process->pid->process = process;
    pid_get(process->pid);
    process->parent = parent;
    process->parent_number = parent != NULL ? process_id(parent) : 0;
    if (parent != NULL)
        list_add_tail(&process->sibling, &parent->children);
    list_add_tail(&process->all_link, &all_processes);
    fetch_add(&nr_processes, 1);
}

void task_insert_locked(struct task *task)
{
    struct process *process = task->process;

    ASSERT(process_tree_is_locked());
    ASSERT_HELD(&process->lock);
    task->pid->task = task;
    list_add_tail(&task->process_link, &process->tasks);
    process->nr_tasks++;
    if (task->pid == process->pid)
        process->leader = task;
    fetch_add(&nr_tasks, 1);
    fetch_add(&nr_forks, 1);
}

bool task_remove_locked(struct task *task)
{
    struct process *process = task->process;

    ASSERT(process_tree_is_locked());
    ASSERT_HELD(&process->lock);
    list_remove(&task->process_link);
    process->nr_tasks--;
    if (process->leader == task)
        process->leader = NULL;
    task->pid->task = NULL;
    fetch_sub(&nr_tasks, 1);
    return process->nr_tasks == 0;
}

void process_remove_locked(struct process *process)
{
    ASSERT(process_tree_is_locked());
    ASSERT(process->state == PROCESS_ZOMBIE && list_is_empty(&process->children));
    process->state = PROCESS_REAPED;
    list_remove(&process->sibling);
    list_remove(&process->all_link);
    process_group_leave(process);
    process->pid->process = NULL;
    fetch_sub(&nr_processes, 1);
}

/* Finding. */

struct task *task_find(int number)
{
    irqflags_t flags = process_tree_lock();
    struct pid *pid = pid_find(number);
    struct task *task = pid != NULL ? pid->task : NULL;

    if (task != NULL)
        task_get(task);
    process_tree_unlock(flags);
    return task;
}

struct process *process_find(int number)
{
    irqflags_t flags = process_tree_lock();
    struct pid *pid = pid_find(number);
    struct process *process = pid != NULL ? pid->process : NULL;

    if (process != NULL)
        process_get(process);
    process_tree_unlock(flags);
    return process;
}

struct process *process_next(int number)
{
    irqflags_t flags = process_tree_lock();
    struct process *process = NULL;

    for (number = pid_next(number); number != 0; number = pid_next(number + 1)) {
        process = pid_find(number)->process;
        if (process != NULL)
            break;
    }
    if (process != NULL)
        process_get(process);
    process_tree_unlock(flags);
    return process;
}

struct task *process_next_task(struct process *process, int number)
{
    irqflags_t flags = process_tree_lock();
    struct task *task, *best = NULL;

    list_for_each_entry (task, &process->tasks, process_link) {
        if (task_id(task) >= number && (best == NULL || task_id(task) < task_id(best)))
            best = task;
    }
    if (best != NULL)
        task_get(best);
    process_tree_unlock(flags);
    return best;
}

unsigned process_children_get(struct process *process, int number, int *numbers, unsigned max)
{
    irqflags_t flags = process_tree_lock();
    const struct process *child;
    unsigned nr = 0;

    list_for_each_entry (child, &process->children, sibling) {
        if (child->creator_tid != number)
            continue;
        if (nr < max)
            numbers[nr] = process_id(child);
        nr++;
    }
    process_tree_unlock(flags);
    return nr;
}

struct task *process_get_task(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct task *task = process->leader;

    if (task == NULL)
        task = list_first_entry_or_null(&process->tasks, struct task, process_link);
    if (task != NULL)
        task_get(task);
    spin_unlock_irqrestore(&process->lock, flags);
    return task;
}

/* What other tasks want to see. */

struct mm *task_get_mm(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    struct mm *mm = task->mm != NULL ? mm_get_user(task->mm) : NULL;

    spin_unlock_irqrestore(&task->process->lock, flags);
    return mm;
}

struct fd_table *task_get_files(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    struct fd_table *files = task->vfs.files != NULL ? fd_table_get(task->vfs.files) : NULL;

    spin_unlock_irqrestore(&task->process->lock, flags);
    return files;
}

struct fs_context *task_get_fs(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    struct fs_context *fs = task->vfs.fs != NULL ? fs_context_get(task->vfs.fs) : NULL;

    spin_unlock_irqrestore(&task->process->lock, flags);
    return fs;
}

const struct credentials *task_get_credentials(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    const struct credentials *credentials = credentials_get(task->vfs.credentials);

    spin_unlock_irqrestore(&task->process->lock, flags);
    return credentials;
}

struct file *process_get_executable(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct file *file = process->executable != NULL ? file_get(process->executable) : NULL;

    spin_unlock_irqrestore(&process->lock, flags);
    return file;
}

/* It has joined the stop that its parent knows of, and is on its way to sleep. */
static bool is_stopping(struct task *task)
{
    const struct process_signals *signals = &task->process->signals;

    return READ_ONCE(signals->stopped) && READ_ONCE(signals->stop_signal) != 0 &&
           !ptrace_is_on(task);
}

char task_state_letter(struct task *task)
{
    switch (READ_ONCE(task->thread.state)) {
    case THREAD_RUNNABLE:
    case THREAD_NEW:
        return is_stopping(task) ? 'T' : 'R';
    case THREAD_INTERRUPTIBLE:
        return 'S';
    case THREAD_KILLABLE:
    case THREAD_UNINTERRUPTIBLE:
        return 'D';
    case THREAD_STOPPED:
        return ptrace_is_on(task) ? 't' : 'T';
    default:
        return 'X';
    }
}

char process_state_letter(struct process *process)
{
    struct task *task;
    char letter;

    /* A leader that ended before its other tasks is a zombie, and it stands for the process. */
    if (process->state != PROCESS_ALIVE || READ_ONCE(process->leader) == NULL)
        return 'Z';
    task = process_get_task(process);
    if (task == NULL)
        return 'Z';
    letter = task_state_letter(task);
    task_put(task);
    return letter;
}

void task_set_name(struct task *task, const char *name)
{
    struct process *process = task->process;
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    strlcpy(task->thread.name, name, sizeof(task->thread.name));
    if (process->leader == task || process->leader == NULL)
        strlcpy(process->comm, task->thread.name, sizeof(process->comm));
    spin_unlock_irqrestore(&process->lock, flags);
    if (name_hook != NULL)
        name_hook(task);
}

void task_set_name_hook(void (*hook)(struct task *task))
{
    name_hook = hook;
}

void task_get_name(struct task *task, char name[16])
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);

    memcpy(name, task->thread.name, 16);
    spin_unlock_irqrestore(&task->process->lock, flags);
}

u64 process_count(void)
{
    return READ_ONCE(nr_processes);
}

u64 task_count(void)
{
    return READ_ONCE(nr_tasks);
}

u64 process_fork_count(void)
{
    return READ_ONCE(nr_forks);
}

struct process *process_init_get(void)
{
    return READ_ONCE(init_process);
}

void process_set_init(struct process *process)
{
    store_release(&init_process, process);
}

void task_caches_init(void)
{
    kmem_cache_init(&task_cache, "task", sizeof(struct task), 64, NULL);
    kmem_cache_init(&process_cache, "process", sizeof(struct process), 64, NULL);
}
