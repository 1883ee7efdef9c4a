/*
 * Dumping core: whether, where, and with the other tasks of the process standing still.
 *
 * The task that takes the signal begins the exit of its process and names its dump in process.core.
 * The other tasks are woken by that and come, on their way out, to core_dump_park_locked, where
 * their registers are on their kernel stacks and their memory stays. When all have come the core is
 * written; then process.core goes back to NULL and they end. A task is among those waited for
 * exactly as long as it is counted in process.nr_live: it looks for a dump and leaves that count
 * under one hold of the lock.
 *
 * Meanwhile no signal reaches the process but SIGKILL, which ends the core where it is
 * (core_dump_kill_locked): its death is that of SIGKILL then.
 *
 * Lock: process.lock for process.core and what it points to.
 */
#include <abi/fcntl.h>
#include <abi/errno.h>
#include <abi/wait.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <proc/core_dump.h>
#include <proc/rlimit.h>
#include <signal/signal.h>
#include <vfs/io.h>
#include <vfs/names.h>

#include "core_internal.h"

#define CORE_MODE         0600u
#define CORE_LIMIT_LEAST  PAGE_SIZE /* a smaller RLIMIT_CORE means no file */
#define DUMPABLE_BY_OWNER 1
#define DUMPABLE_BY_ROOT  2

/* ---- the other tasks ---- */

/* => false: somebody else has begun to end the process */
static bool stop_others(struct process *process, struct core_park *park, int status)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    bool mine = !process->signals.group_exit && process->signals.group_exec == NULL;

    if (mine) {
        signal_group_exit(process, status);
        process->core = park;
        park->nr_running = process->nr_live - 1;
        /* This one goes on. */
        thread_clear_flag(current_thread(), THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (mine)
        wait_event(&process->exit_wait, READ_ONCE(park->nr_running) == 0);
    return mine;
}

static void release_others(struct process *process, bool dumped)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    process->core = NULL;
    if (dumped && !signal_fatal_pending())
        process->exit_status |= WAIT_STATUS_DUMPED;
    spin_unlock_irqrestore(&process->lock, flags);
    wake_all(&process->exit_wait);
}

void core_dump_park_locked(struct task *self)
{
    struct process *process = self->process;
    struct core_park *park = process->core;

    ASSERT_HELD(&process->lock);
    if (park == NULL || park->dumper == self)
        return;
    park->nr_running--;
    spin_unlock_irq(&process->lock);
    wake_all(&process->exit_wait);
    wait_event(&process->exit_wait, READ_ONCE(process->core) == NULL);
    spin_lock_irq(&process->lock);
}

void core_dump_kill_locked(struct process *process)
{
    struct thread *dumper = &process->core->dumper->thread;

    ASSERT_HELD(&process->lock);
    process->exit_status = WAIT_STATUS_KILLED(SIGKILL);
    thread_set_flag(dumper, THREAD_SIGNAL_PENDING | THREAD_KILL_PENDING);
    thread_signal_wake(dumper, true);
}

/* ---- the file ---- */

/* A file system that gives its files another owner or more rights gets nothing (core(5)). */
static bool is_acceptable(const struct file *file, const struct credentials *credentials)
{
    const struct inode *inode = file->inode;

    return S_ISREG(inode->mode) && inode->links == 1 && inode->uid == credentials->fsuid &&
           (inode->mode & 0677) == CORE_MODE;
}

static struct file *open_new(struct vfs_context *context, const char *name)
{
    u32 flags = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_LARGEFILE;
    struct file *file;

    if (vfs_open_at(context, AT_FDCWD, name, flags, CORE_MODE, &file) != 0)
        return NULL;
    if (is_acceptable(file, context->credentials))
        return file;
    file_put(file);
    return NULL;
}

/*
 * A core is always a new file. An old one of that name goes, except where the rights are root's
 * (a program with more rights than its user), which could remove anybody's.
 */
static struct file *open_core(const struct task *self, const char *name)
{
    struct vfs_context context = self->vfs;
    struct credentials *root;
    struct file *file;

    if (self->process->dumpable != DUMPABLE_BY_ROOT) {
        (void)!vfs_unlink_at(&context, AT_FDCWD, name, 0);
        return open_new(&context, name);
    }
    if (name[0] != '/')
        return NULL;
    root = credentials_copy(self->vfs.credentials);
    if (root == NULL)
        return NULL;
    root->fsuid = 0;
    context.credentials = root;
    file = open_new(&context, name);
    credentials_put(root);
    return file;
}

static bool is_dumpable(const struct process *process)
{
    int dumpable = READ_ONCE(process->dumpable);

    return dumpable == DUMPABLE_BY_OWNER || dumpable == DUMPABLE_BY_ROOT;
}

static bool write_file(struct core *core, const char *name)
{
    if (core->limit < CORE_LIMIT_LEAST)
        return false;
    core->file = open_core(core->dumper, name);
    if (core->file == NULL)
        return false;
    core_file_write(core);
    file_put(core->file);
    return true;
}

/* => true: there is a core, perhaps cut off by the limit */
static bool dump(const struct abi_siginfo *info, struct task *self)
{
    struct core core = {.info = info,
                        .dumper = self,
                        .mm = self->mm,
                        .limit = rlimit_current(RLIMIT_CORE),
                        .filter = READ_ONCE(self->mm->core_filter)};
    struct core_name name;
    bool dumped;

    if (!is_dumpable(self->process) || core_name_make(info, &name) != 0)
        return false;
    dumped = name.is_command ? core_pipe_write(&core, &name) : write_file(&core, name.text);
    kfree(name.text);
    return dumped;
}

bool core_dump(const struct abi_siginfo *info)
{
    struct task *self = current_task();
    struct core_park park = {.dumper = self};

    if (!stop_others(self->process, &park, WAIT_STATUS_KILLED(info->signo)))
        return false;
    release_others(self->process, dump(info, self));
    return true;
}
