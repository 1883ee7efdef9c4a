/*
 * execve: open and check (may fail), then the point of no return, then build the new program in its
 * own address space (a failure kills).
 */
#include <proc/exec.h>

#include <abi/capability.h>
#include <abi/core.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/mman.h>
#include <abi/utsname.h>
#include <arch/mmu.h>
#include <arch/thread.h>
#include <kern/cmdline.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/call_dispatch.h>
#include <proc/core_dump.h>
#include <proc/credentials.h>
#include <proc/exit.h>
#include <proc/machine.h>
#include <proc/ptrace.h>
#include <proc/rseq.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <signal/signal.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/io.h>
#include <vfs/mount.h>
#include <vfs/names.h>

#include "exec_internal.h"
#include "proc_internal.h"

/* kernel.randomize_va_space */
enum layout { LAYOUT_FIXED, LAYOUT_RANDOM, LAYOUT_RANDOM_WITH_HEAP };
static s32 layout = LAYOUT_RANDOM_WITH_HEAP;

static const struct sysctl settings[] = {
    {.name = "randomize_va_space", .value = &layout},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

void exec_init(void)
{
    if (cmdline_has("norandmaps"))
        layout = LAYOUT_FIXED;
    sysctl_register(&table);
}

/* Step 1: the file, through any number of scripts up to the limit, to an ELF image. */

static int read_head(struct exec *exec)
{
    ssize_t len;

    memset(exec->head, 0, sizeof(exec->head));
    len = file_read_kernel(exec->file, exec->head, sizeof(exec->head), 0);
    return len < 0 ? (int)len : 0;
}

static int find_program(struct exec *exec)
{
    for (int depth = 0; depth <= EXEC_SCRIPTS_MAX; depth++) {
        int error = read_head(exec);

        if (error)
            return error;
        exec_note_file(exec, exec->file);
        if (exec->head[0] != '#' || exec->head[1] != '!')
            return elf_open(exec);
        error = exec_script(exec);
        if (error)
            return error;
    }
    return -ELOOP;
}

/* Step 2: what can fail without harm and is needed later. */

/* Readable memory of a 64-bit program is not executable, whatever the old program was. */
static u32 new_personality(const struct exec *exec)
{
    u32 lost = READ_IMPLIES_EXEC | (exec->set_id ? PER_CLEAR_ON_SETID : 0);

    return current_task()->personality & ~lost;
}

static int prepare(struct exec *exec)
{
    struct task *self = current_task();
    int error = exec_credentials(exec);

    if (error)
        return error;
    exec->personality = new_personality(exec);
    exec->fixed_layout =
        READ_ONCE(layout) == LAYOUT_FIXED || (exec->personality & ADDR_NO_RANDOMIZE);
    exec->fixed_heap = exec->fixed_layout || READ_ONCE(layout) < LAYOUT_RANDOM_WITH_HEAP;
    if (refcount_read(&self->process->signals.actions->references) > 1) {
        exec->actions = signal_actions_copy(self->process);
        if (exec->actions == NULL)
            return -ENOMEM;
    }
    exec->mm = mm_create();
    if (IS_ERR(exec->mm)) {
        error = PTR_ERR(exec->mm);
        exec->mm = NULL;
    } else {
        exec->mm->refuse_write_exec = self->mm != NULL && self->mm->refuse_write_exec;
        exec->mm->thp_disabled = self->mm != NULL && READ_ONCE(self->mm->thp_disabled);
        exec->mm->core_filter =
            self->mm != NULL ? READ_ONCE(self->mm->core_filter) : CORE_FILTER_DEFAULT;
    }
    return error;
}

/* Step 3: the old program ends here. */

/* New memory and new credentials come at once: who may look at the old program may not see the new
 * one (task_inspect_mm). */
static void switch_program(struct exec *exec, struct task *self)
{
    const struct credentials *old_credentials = self->vfs.credentials;
    struct mm *mm = mm_get_user(exec->mm), *old = self->mm;
    struct process *process = self->process;
    irqflags_t flags;

    if (old != NULL)
        task_note_peak(self);
    flags = spin_lock_irqsave(&process->lock);
    self->mm = mm;
    self->thread.mmu = &mm->mmu;
    arch_mmu_switch(&mm->mmu);
    self->vfs.credentials = exec->credentials;
    process->dumpable = exec->is_secret ? READ_ONCE(suid_dumpable) : 1;
    spin_unlock_irqrestore(&process->lock, flags);
    exec->credentials = NULL;
    credentials_put(old_credentials);
    if (old != NULL)
        mm_put_user(old);
}

static void replace_shared(struct exec *exec, struct task *self)
{
    struct process *process = self->process;
    struct signal_actions *old_actions = NULL;
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    if (exec->actions != NULL) {
        old_actions = process->signals.actions;
        process->signals.actions = exec->actions;
        exec->actions = NULL;
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (old_actions != NULL)
        signal_actions_put(old_actions);
}

/*
 * The descriptors become the new program's own, if another process shares them. The other tasks of
 * this one are gone: what they shared is not copied, since the table owns its record locks, and
 * nothing of what they did to it is lost.
 */
static int unshare_files(struct task *self)
{
    struct fd_table *files, *old = self->vfs.files;
    irqflags_t flags;

    if (!fd_table_is_shared(old))
        return 0;
    files = fd_table_copy(old);
    if (files == NULL)
        return -ENOMEM;
    flags = spin_lock_irqsave(&self->process->lock);
    self->vfs.files = files;
    spin_unlock_irqrestore(&self->process->lock, flags);
    fd_table_put(old);
    return 0;
}

/* The last part of the name it was started by; of a bare descriptor the name of the program's file.
 */
static void name_task(const struct exec *exec, struct task *self)
{
    const char *slash = strrchr(exec->name, '/');
    char name[sizeof(self->process->comm)];

    if (!exec->is_nameless) {
        task_set_name(self, slash != NULL ? slash + 1 : exec->name);
        return;
    }
    dentry_copy_name(exec->file->path.dentry, name, sizeof(name));
    task_set_name(self, name);
}

static void publish_identity(struct exec *exec, struct task *self)
{
    struct process *process = self->process;
    struct file *old_file;
    irqflags_t flags = process_tree_lock();

    process->executed = true;
    process->exit_signal = SIGCHLD;
    if (exec->set_id)
        self->parent_death_signal = 0;
    spin_lock(&process->lock);
    old_file = process->executable;
    process->executable = file_get(exec->file);
    spin_unlock(&process->lock);
    process_tree_unlock(flags);
    file_put(old_file);
    name_task(exec, self);
}

static int leave_old_program(struct exec *exec)
{
    struct task *self = current_task();
    int error = process_become_single();

    if (!error)
        error = unshare_files(self);
    if (error)
        return error;
    task_leave_memory(self);
    switch_program(exec, self);
    replace_shared(exec, self);
    signal_actions_reset_handlers(self->process);
    self->signals.alternate = (struct abi_stack){.flags = SS_DISABLE};
    self->signals.restart.function = NULL;
    rseq_exec(self);
    fetch_and(&self->flags, ~TASK_FORKED);
    call_dispatch_exec();
    fd_table_close_on_exec(self->vfs.files);
    process_timers_exec(self->process);
    self->personality = exec->personality;
    return 0;
}

/* Step 4: the new one. */

static int build_program(struct exec *exec)
{
    struct mm *mm = exec->mm;
    int error;

    rlimit_apply_to_mm(current_process());
    mm_layout_init(mm, exec->fixed_layout, machine_random_u64());
    mm->bottom_up |= (exec->personality & ADDR_COMPAT_LAYOUT) != 0;
    error = exec_stack_map(exec);
    if (!error)
        error = elf_map(exec);
    if (!error)
        error = vdso_map(mm, exec->fixed_layout ? 0 : exec->stack_top, machine_random_u64());
    if (!error)
        error = exec_stack_fill(exec);
    return error;
}

/* MMAP_PAGE_ZERO: programs of System V may read address 0. It is mapped where the rules let it. */
static void map_page_zero(struct exec *exec)
{
    struct mm_map_request request = {
        .len = PAGE_SIZE,
        .prot = PROT_READ | PROT_EXEC,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
        .rights = capable(CAP_SYS_RAWIO) ? MM_MAP_MAY_LOW : 0,
    };
    long result;

    if (!(exec->personality & MMAP_PAGE_ZERO))
        return;
    result = mm_map(exec->mm, &request);
    if (result < 0)
        pr_debug("%s: no page at address 0: %ld\n", exec->name, result);
}

static int replace_program(struct exec *exec, struct trap_frame *frame)
{
    struct task *self = current_task();
    int error = leave_old_program(exec);

    if (!error)
        error = build_program(exec);
    if (error) {
        signal_force_fatal(SIGSEGV);
        return error;
    }
    publish_identity(exec, self);
    map_page_zero(exec);
    arch_start_user_program(&self->thread.arch, frame, exec->start, exec->stack_pointer);
    return 0;
}

static void exec_free(struct exec *exec)
{
    elf_close(exec);
    exec_strings_free(&exec->prefix);
    exec_strings_free(&exec->arguments);
    exec_strings_free(&exec->environment);
    kfree(exec->script);
    kfree(exec->name);
    if (exec->credentials != NULL)
        credentials_put(exec->credentials);
    if (exec->actions != NULL)
        signal_actions_put(exec->actions);
    if (exec->mm != NULL)
        mm_put_user(exec->mm);
    file_put(exec->file);
    kfree(exec);
}

/* From here to end_change nobody begins to trace the task, since what it may do depends on that. */
static void begin_change(struct task *self)
{
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);

    self->in_execve = true;
    spin_unlock_irqrestore(&self->process->lock, flags);
}

static void end_change(struct task *self)
{
    irqflags_t flags = spin_lock_irqsave(&self->process->lock);

    self->in_execve = false;
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (!wait_queue_is_empty(&self->process->exit_wait))
        wake_all(&self->process->exit_wait);
}

/* exec->name and the strings are set; @path is what to open. */
static long run(struct exec *exec, struct trap_frame *frame, int directory_fd, const char *path,
                int flags)
{
    struct task *self = current_task();
    int old_tid, error = vfs_open_exec(vfs_current(), directory_fd, path, flags, &exec->file);

    if (error) {
        exec->file = NULL;
        return error;
    }
    exec->script = kstrdup(exec->name, ALLOC_WAIT);
    if (exec->script == NULL)
        return -ENOMEM;
    if (exec->arguments.count == 0)
        error =
            exec_strings_add(&exec->arguments, ""); /* nobody gets argc 0 (execve(2), Linux 5.18) */
    if (!error)
        error = exec_check_size(exec);
    if (!error)
        error = find_program(exec);
    if (!error)
        error = exec_check_size(exec);
    if (error)
        return error;
    old_tid = task_id(self);
    begin_change(self);
    error = prepare(exec);
    if (!error)
        error = replace_program(exec, frame);
    end_change(self);
    if (!error)
        ptrace_exec(old_tid);
    return error;
}

/* The name a program started through a descriptor is known by. NULL: no memory */
static char *descriptor_name(int directory_fd, const char *path)
{
    if (*path == '\0')
        return kasprintf(ALLOC_WAIT, "/dev/fd/%d", directory_fd);
    return kasprintf(ALLOC_WAIT, "/dev/fd/%d/%s", directory_fd, path);
}

static int set_name(struct exec *exec, int directory_fd, const char *path)
{
    if (directory_fd == AT_FDCWD || *path == '/') {
        exec->name = kstrdup(path, ALLOC_WAIT);
    } else {
        exec->name = descriptor_name(directory_fd, path);
        exec->is_nameless = *path == '\0';
        exec->name_is_closed = fd_get_cloexec(current_task()->vfs.files, directory_fd) == 1;
    }
    return exec->name == NULL ? -ENOMEM : 0;
}

/* The strings may be no more than the limit in all, so neither part may. */
static u64 strings_limit(void)
{
    return max(min(rlimit_current(RLIMIT_STACK) / 4, 6ul << 20), 131072ul);
}

long exec_user(struct trap_frame *frame, int directory_fd, const char __user *path,
               const char __user *const __user *argv, const char __user *const __user *envp,
               int flags)
{
    struct exec *exec;
    struct name_buffer buffer __uncleared;
    char *kernel_path;
    long result;

    kernel_path = name_copy_from_user(&buffer, path);
    if (IS_ERR(kernel_path))
        return PTR_ERR(kernel_path);
    exec = kzalloc(sizeof(*exec), ALLOC_WAIT);
    if (exec == NULL) {
        name_free(&buffer, kernel_path);
        return -ENOMEM;
    }
    result = *kernel_path == '\0' && !(flags & AT_EMPTY_PATH) ? -ENOENT : 0;
    if (!result)
        result = set_name(exec, directory_fd, kernel_path);
    if (!result)
        result = exec_strings_add_user(&exec->arguments, argv, strings_limit());
    if (!result)
        result = exec_strings_add_user(&exec->environment, envp, strings_limit());
    if (!result && (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)))
        result = -EINVAL;
    if (!result)
        result = run(exec, frame, directory_fd, kernel_path, flags);
    name_free(&buffer, kernel_path);
    exec_free(exec);
    return result;
}

static int add_all(struct exec_strings *strings, const char *const *vector)
{
    int error = 0;

    for (; !error && *vector != NULL; vector++)
        error = exec_strings_add(strings, *vector);
    return error;
}

long exec_kernel(struct trap_frame *frame, const char *path, const char *const *argv,
                 const char *const *envp)
{
    struct exec *exec = kzalloc(sizeof(*exec), ALLOC_WAIT);
    long result;

    if (exec == NULL)
        return -ENOMEM;
    result = set_name(exec, AT_FDCWD, path);
    if (!result)
        result = add_all(&exec->arguments, argv);
    if (!result)
        result = add_all(&exec->environment, envp);
    if (!result)
        result = run(exec, frame, AT_FDCWD, path, 0);
    exec_free(exec);
    return result;
}
