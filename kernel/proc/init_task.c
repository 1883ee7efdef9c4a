/*
 * The start of the room, and of the first process.
 */
#include <proc/proc.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <arch/thread.h>
#include <arch/trap_frame.h>
#include <kern/cmdline.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/core_dump.h>
#include <proc/exec.h>
#include <proc/exit.h>
#include <proc/machine.h>
#include <proc/namespaces.h>
#include <proc/rlimit.h>
#include <proc/session.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/names.h>

#include "exec_internal.h"
#include "proc_internal.h"
#include "program_start.h"

#define INIT_WORDS_MAX 64
#define LINE_MAX       4096

/* Words of the command line that are the kernel's own; the others are init's. */
static const char *const kernel_words[] = {
    "console",    "debug",    "init",  "initrd",   "loglevel", "maxcpus", "mem",
    "norandmaps", "nosmp",    "panic", "quiet",    "rdinit",   "ro",      "root",
    "rootfstype", "rootwait", "rw",    "selftest", "trace",    "tsc",
};

struct init_words {
    char line[LINE_MAX];
    const char *argv[INIT_WORDS_MAX + 2]; /* argv[0] is the program */
    const char *envp[INIT_WORDS_MAX + 1];
    int nr_arguments, nr_variables;
};

static bool is_kernel_word(const char *word)
{
    size_t len = strcspn(word, "=");

    for (size_t i = 0; i < ARRAY_SIZE(kernel_words); i++) {
        if (strlen(kernel_words[i]) == len && strncmp(word, kernel_words[i], len) == 0)
            return true;
    }
    /* "room.name": a parameter of some room, known or not. */
    return memchr(word, '.', len) != NULL;
}

/* Cut the next word off: double quotes group and are dropped. NULL: the end. */
static char *next_word(char **cursor)
{
    char *from = *cursor, *to, *word;
    bool quoted = false;

    while (char_is_space(*from))
        from++;
    if (*from == '\0')
        return NULL;
    for (word = to = from; *from != '\0' && (quoted || !char_is_space(*from)); from++) {
        if (*from == '"')
            quoted = !quoted;
        else
            *to++ = *from;
    }
    *cursor = *from != '\0' ? from + 1 : from;
    *to = '\0';
    return word;
}

static void add_variable(struct init_words *words, const char *variable)
{
    size_t len = strcspn(variable, "=");

    for (int i = 0; i < words->nr_variables; i++) {
        if (strncmp(words->envp[i], variable, len + 1) == 0) {
            words->envp[i] = variable;
            return;
        }
    }
    if (words->nr_variables < INIT_WORDS_MAX)
        words->envp[words->nr_variables++] = variable;
}

static void collect_words(struct init_words *words)
{
    char *cursor = words->line, *word;
    bool all = false;

    words->nr_arguments = 1;
    add_variable(words, "HOME=/");
    add_variable(words, "TERM=linux");
    strlcpy(words->line, cmdline_get(), sizeof(words->line));
    while ((word = next_word(&cursor)) != NULL) {
        if (!all && strcmp(word, "--") == 0) {
            all = true;
            continue;
        }
        if (!all && is_kernel_word(word))
            continue;
        if (!all && strchr(word, '=') != NULL)
            add_variable(words, word);
        else if (words->nr_arguments <= INIT_WORDS_MAX)
            words->argv[words->nr_arguments++] = word;
    }
}

static void open_console(void)
{
    struct file *file;
    int fd;

    if (vfs_open_at(vfs_current(), AT_FDCWD, "/dev/console", O_RDWR, 0, &file)) {
        pr_warn("unable to open an initial console\n");
        return;
    }
    fd = fd_add(vfs_current(), file, 0);
    for (int i = 0; i < 2 && fd >= 0; i++)
        fd = fd_duplicate(vfs_current(), 0, 0, false);
}

static long try_program(struct init_words *words, const char *path)
{
    words->argv[0] = path;
    pr_info("Run %s as init process\n", path);
    return exec_kernel(arch_frame_current(), path, words->argv, words->envp);
}

static bool try_ramdisk_program(struct init_words *words)
{
    static char name[256] = "/init";
    bool chosen = cmdline_find("rdinit", name, sizeof(name));
    long error;

    if (vfs_access_at(vfs_current(), AT_FDCWD, name, 0, 0) && !chosen)
        return false;
    error = try_program(words, name);
    if (error)
        pr_err("Failed to execute %s (error %ld)\n", name, error);
    return error == 0;
}

static void run_init(struct init_words *words)
{
    static const char *const standard[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};
    static char name[256];
    long error;

    if (try_ramdisk_program(words))
        return;
    if (cmdline_find("init", name, sizeof(name))) {
        error = try_program(words, name);
        if (error)
            panic("Requested init %s failed (error %ld).", name, error);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
        error = try_program(words, standard[i]);
        if (error == 0)
            return;
        if (error != -ENOENT)
            pr_err("Starting init: %s exists but couldn't execute it (error %ld)\n", standard[i],
                   error);
    }
    panic("No working init found.  Try passing init= option to kernel.");
}

/* The first task begins in the kernel, becomes a user task and goes there by returning. */
static void init_main(void *argument)
{
    struct task *self = argument;
    struct init_words *words = kzalloc(sizeof(*words), ALLOC_WAIT);

    if (words == NULL)
        panic("no memory for the first process");
    arch_thread_become_user(&self->thread.arch);
    collect_words(words);
    open_console();
    run_init(words);
    kfree(words);
}

static void insert_first(struct task *task)
{
    struct process *process = task->process;
    irqflags_t flags;

    process->pid = task->pid;
    flags = process_tree_lock();
    process_insert_locked(process, NULL);
    spin_lock(&process->lock);
    task_insert_locked(task);
    process->nr_live = 1;
    spin_unlock(&process->lock);
    process_tree_unlock(flags);
    process_set_init(process);
    if (session_create_first(process))
        panic("no memory for the first process");
}

void proc_start_init(void)
{
    struct process *process = process_allocate();
    struct task *task = process != NULL ? task_allocate(process, "swapper") : NULL;

    if (task == NULL)
        panic("no memory for the first process");
    process_put(process);
    if (task_give_kernel_resources(task) != 0)
        panic("no memory for the first process");
    ASSERT(task_id(task) == 1);
    insert_first(task);
    arch_thread_init_kernel(&task->thread.arch, task->thread.stack, init_main, task);
    thread_start(&task->thread);
}

static bool may_exceed_lock_limit(void)
{
    return capable(CAP_IPC_LOCK);
}

/* For the rule by which user memory is committed, and for userfaultfd. */
static void describe_caller(struct mm_caller *caller)
{
    const struct task *self = current_task_or_null();

    caller->mm = self != NULL ? self->mm : NULL;
    caller->is_exiting = self != NULL && (READ_ONCE(self->flags) & TASK_EXITING);
    caller->thread = self != NULL ? (u32)task_id(self) : 0;
    caller->is_admin = self == NULL || credentials_capable(self->vfs.credentials, CAP_SYS_ADMIN);
}

void proc_init(void)
{
    pid_init();
    task_caches_init();
    machine_init();
    vdso_init();
    upcalls_init();
    time_add_change_hook(process_timers_clock_changed);
    core_settings_init();
    rlimit_settings_init();
    mm_set_oom_hook(process_oom_kill);
    process_oom_init();
    exec_init();
    namespaces_init();
    mm_set_lock_hook(may_exceed_lock_limit);
    mm_set_caller_hook(describe_caller);
}
