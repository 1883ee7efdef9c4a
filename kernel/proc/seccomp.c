/*
 * seccomp: strict mode and filters.
 *
 * A filter is a checked program of classic BPF, never changed once it is there. A task points to
 * the one it took last; each holds a reference to the one before it, so tasks that fork or
 * synchronise share the older part of the chain:
 *
 *      task A ──> filter 3 ──> filter 1 <── filter 2 <── task B
 *
 * Every filter of the chain is asked, the newest first; the lowest answer counts.
 *
 * Locks: task.seccomp is written under process.lock, by the task itself or by another of its
 * process (TSYNC), and then only to a chain that contains the old one: so the task reads it without
 * the lock.
 */
#include <proc/seccomp.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/seccomp.h>
#include <abi/signal.h>
#include <abi/wait.h>
#include <arch/user.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bpf.h>
#include <lib/refcount.h>
#include <proc/credentials.h>
#include <proc/exit.h>
#include <proc/task.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <time/time.h>
#include <vfs/cred.h>

#define CHAIN_INSTRUCTIONS_MAX 32768
#define CHAIN_PENALTY          4 /* what a filter counts beside its instructions */
#define FLAGS_KNOWN                                                                                \
    (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW |        \
     SECCOMP_FILTER_FLAG_TSYNC_ESRCH)

struct seccomp_filter {
    refcount_t references;
    bool log;    /* (I) answers other than to allow are noted in the kernel's log */
    u32 length;  /* (I) instructions */
    unsigned nr; /* (I) filters of the chain, with this one */
    u64 chain;   /* (I) what the chain counts, with this one */
    struct seccomp_filter *previous; /* (I) a reference; NULL: none */
    struct abi_sock_filter program[];
};

static void filter_put(struct seccomp_filter *filter)
{
    while (filter != NULL && refcount_put_and_test(&filter->references)) {
        struct seccomp_filter *previous = filter->previous;

        kfree(filter);
        filter = previous;
    }
}

/* ---- making ---- */

static int check_program(const struct seccomp_filter *filter)
{
    u16 *scratch = kmalloc_array(filter->length, sizeof(*scratch), ALLOC_WAIT);
    bool good;

    if (scratch == NULL)
        return -ENOMEM;
    good = bpf_check(filter->program, filter->length, sizeof(struct abi_seccomp_data), scratch);
    kfree(scratch);
    return good ? 0 : -EINVAL;
}

static struct seccomp_filter *filter_create(const void __user *user, bool log)
{
    struct seccomp_filter *filter;
    struct abi_sock_fprog given;
    size_t bytes;
    int err;

    if (copy_from_user(&given, user, sizeof(given)) != 0)
        return ERR_PTR(-EFAULT);
    if (given.length == 0 || given.length > BPF_INSTRUCTIONS_MAX)
        return ERR_PTR(-EINVAL);
    if (!(current_task()->flags & TASK_NO_NEW_PRIVS) && !capable(CAP_SYS_ADMIN))
        return ERR_PTR(-EACCES);
    bytes = given.length * sizeof(struct abi_sock_filter);
    filter = kmalloc(sizeof(*filter) + bytes, ALLOC_WAIT);
    if (filter == NULL)
        return ERR_PTR(-ENOMEM);
    refcount_init(&filter->references, 1);
    filter->length = given.length;
    filter->log = log;
    filter->previous = NULL;
    err = copy_from_user(filter->program, (const void __user *)given.filter, bytes) != 0 ? -EFAULT
                                                                                         : 0;
    if (err == 0)
        err = check_program(filter);
    if (err == 0)
        return filter;
    kfree(filter);
    return ERR_PTR(err);
}

/* ---- attaching ---- */

static bool is_ancestor(const struct seccomp_filter *filter, const struct seccomp_filter *of)
{
    for (; of != NULL; of = of->previous)
        if (of == filter)
            return true;
    return filter == NULL;
}

/* The first other task that is not held to a part of what the running task is; NULL: none. */
static struct task *find_stranger(struct process *process)
{
    struct task *self = current_task(), *task;

    list_for_each_entry (task, &process->tasks, process_link) {
        if (task == self || (READ_ONCE(task->flags) & TASK_EXITING))
            continue;
        if ((task->flags & TASK_SECCOMP_STRICT) || !is_ancestor(task->seccomp, self->seccomp))
            return task;
    }
    return NULL;
}

/* Hold every other task to what the running one is held to. @old: chains to be put without the
 * lock. */
static void synchronise(struct process *process)
{
    struct task *self = current_task(), *task;

    list_for_each_entry (task, &process->tasks, process_link) {
        struct seccomp_filter *old = task->seccomp;

        if (task == self || (READ_ONCE(task->flags) & TASK_EXITING))
            continue;
        refcount_get(&self->seccomp->references);
        WRITE_ONCE(task->seccomp, self->seccomp);
        fetch_or(&task->flags, TASK_SECCOMP_FILTER | (self->flags & TASK_NO_NEW_PRIVS));
        filter_put(old); /* never the last reference: it is part of the new chain */
    }
}

/*
 * Another task is in execve. What the new program may do was decided by what that task was held to
 * before (exec_credentials): it gets no filter, and no TASK_NO_NEW_PRIVS, from others after that.
 * => process.lock held
 */
static bool another_executes(struct process *process)
{
    struct task *task;

    list_for_each_entry (task, &process->tasks, process_link)
        if (task != current_task() && task->in_execve)
            return true;
    return false;
}

static bool may_synchronise(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    bool may = !another_executes(process);

    spin_unlock_irqrestore(&process->lock, flags);
    return may;
}

/* => 0; the number of the task that cannot be synchronised, or -ESRCH; -EAGAIN: another task is in
 * execve; -EINVAL, -ENOMEM. The reference to @filter passes over with 0 only. process.lock held */
static long attach_locked(struct process *process, struct seccomp_filter *filter, unsigned flags)
{
    struct task *self = current_task();
    struct task *stranger;
    struct seccomp_filter *last = self->seccomp;

    if (self->flags & TASK_SECCOMP_STRICT)
        return -EINVAL;
    if (flags & SECCOMP_FILTER_FLAG_TSYNC) {
        if (another_executes(process))
            return -EAGAIN;
        stranger = find_stranger(process);
        if (stranger != NULL)
            return flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : task_id(stranger);
    }
    filter->chain = (last != NULL ? last->chain : 0) + filter->length + CHAIN_PENALTY;
    if (filter->chain - CHAIN_PENALTY > CHAIN_INSTRUCTIONS_MAX)
        return -ENOMEM;
    filter->nr = (last != NULL ? last->nr : 0) + 1;
    filter->previous = last;
    __atomic_store_n(&self->seccomp, filter, __ATOMIC_RELEASE);
    fetch_or(&self->flags, TASK_SECCOMP_FILTER);
    if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        synchronise(process);
    return 0;
}

static long set_filter(unsigned flags, const void __user *user)
{
    struct process *process = current_process();
    struct seccomp_filter *filter;
    irqflags_t irqflags;
    long result;

    if (flags & ~FLAGS_KNOWN)
        return -EINVAL;
    filter = filter_create(user, flags & SECCOMP_FILTER_FLAG_LOG);
    if (IS_ERR(filter))
        return PTR_ERR(filter);
    do {
        irqflags = spin_lock_irqsave(&process->lock);
        result = attach_locked(process, filter, flags);
        spin_unlock_irqrestore(&process->lock, irqflags);
        if (result == -EAGAIN &&
            wait_event_interruptible(&process->exit_wait, may_synchronise(process)) != 0)
            result = -ERESTARTNOINTR;
    } while (result == -EAGAIN);
    if (result != 0)
        filter_put(filter);
    return result;
}

static long set_strict(void)
{
    struct process *process = current_process();
    irqflags_t irqflags = spin_lock_irqsave(&process->lock);
    bool free = !(current_task()->flags & TASK_SECCOMP_FILTER);

    if (free)
        fetch_or(&current_task()->flags, TASK_SECCOMP_STRICT);
    spin_unlock_irqrestore(&process->lock, irqflags);
    return free ? 0 : -EINVAL;
}

static long is_action_known(const void __user *user)
{
    u32 action;

    if (copy_from_user(&action, user, sizeof(action)) != 0)
        return -EFAULT;
    switch (action) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}

long seccomp_call(unsigned operation, unsigned flags, void __user *args)
{
    switch (operation) {
    case SECCOMP_SET_MODE_STRICT:
        return flags != 0 || args != NULL ? -EINVAL : set_strict();
    case SECCOMP_SET_MODE_FILTER:
        return set_filter(flags, args);
    case SECCOMP_GET_ACTION_AVAIL:
        return flags != 0 ? -EINVAL : is_action_known(args);
    default:
        return -EINVAL;
    }
}

long seccomp_set_mode(unsigned long mode, void __user *filter)
{
    switch (mode) {
    case SECCOMP_MODE_STRICT:
        return set_strict();
    case SECCOMP_MODE_FILTER:
        return set_filter(0, filter);
    default:
        return -EINVAL;
    }
}

long seccomp_get_mode(void)
{
    u32 flags = current_task()->flags;

    return flags & TASK_SECCOMP_FILTER   ? SECCOMP_MODE_FILTER
           : flags & TASK_SECCOMP_STRICT ? SECCOMP_MODE_STRICT
                                         : SECCOMP_MODE_DISABLED;
}

/* ---- asking ---- */

/* The lowest answer of the chain; *log: the filter that gave it wants it noted. */
static u32 ask(const struct seccomp_filter *filter, const struct abi_seccomp_data *data, bool *log)
{
    u32 lowest = SECCOMP_RET_ALLOW;

    for (; filter != NULL; filter = filter->previous) {
        u32 answer = bpf_run(filter->program, (const u32 *)data, sizeof(*data));

        if ((s32)(answer & SECCOMP_RET_ACTION) < (s32)(lowest & SECCOMP_RET_ACTION)) {
            lowest = answer;
            *log = filter->log;
        }
    }
    return lowest;
}

/* No more than Linux's log takes: a program that is noted at each call does not flood it. */
#define NOTES_MOST   10
#define NOTES_PERIOD (5 * NS_PER_SECOND)

static bool may_note(void)
{
    static u64 since; /* (a) */
    static u32 notes; /* (a) since then */
    u64 now = time_monotonic_ns(), begun = READ_ONCE(since);

    if (now - begun >= NOTES_PERIOD && try_cmpxchg(&since, &begun, now))
        WRITE_ONCE(notes, 0);
    return fetch_add(&notes, 1) < NOTES_MOST;
}

static void note(const struct abi_seccomp_data *data, int signal, u32 answer)
{
    if (!may_note())
        return;
    pr_info("seccomp: %s[%d] signal %d, system call %d at 0x%lx: answer 0x%08x",
            current_thread()->name, task_id(current_task()), signal, data->number,
            data->instruction_pointer, answer);
}

static void force_violation(const struct abi_seccomp_data *data, u32 answer, bool fatal)
{
    struct abi_siginfo info = {.signo = SIGSYS, .code = SYS_SECCOMP};

    info.error = (s32)(answer & SECCOMP_RET_DATA);
    info.syscall.call_address = data->instruction_pointer;
    info.syscall.number = data->number;
    info.syscall.arch = data->arch;
    if (fatal)
        signal_force_fatal_info(&info);
    else
        signal_force(&info);
}

/* Do what the answer says. => as seccomp_check */
static enum seccomp_answer obey(const struct abi_seccomp_data *data, u32 answer, bool log,
                                long *result)
{
    u32 action = answer & SECCOMP_RET_ACTION;

    *result = data->number; /* what the register holds when the call is skipped */
    switch (action) {
    case SECCOMP_RET_ALLOW:
        return SECCOMP_ALLOWS;
    case SECCOMP_RET_LOG:
        note(data, 0, answer);
        return SECCOMP_ALLOWS;
    case SECCOMP_RET_TRACE:
        *result = (long)(answer & SECCOMP_RET_DATA);
        return SECCOMP_ASKS_TRACER;
    case SECCOMP_RET_ERRNO:
        *result = -(long)min(answer & SECCOMP_RET_DATA, 4095u);
        break;
    case SECCOMP_RET_TRAP:
        force_violation(data, answer, false);
        break;
    case SECCOMP_RET_KILL_THREAD:
        if (READ_ONCE(current_process()->nr_live) > 1) {
            note(data, SIGSYS, answer);
            task_exit(WAIT_STATUS_KILLED(SIGSYS));
        }
        __attribute__((fallthrough));
    default: /* to kill the process, and what no filter should answer */
        log = true;
        force_violation(data, answer, true);
        break;
    }
    if (log)
        note(data, action == SECCOMP_RET_ERRNO ? 0 : SIGSYS, answer);
    return SECCOMP_FORBIDS;
}

/* Strict mode: read, write, _exit, rt_sigreturn; all else ends the task. */
static void check_strict(unsigned long number)
{
    if (number == 0 || number == 1 || number == 15 || number == 60)
        return;
    if (READ_ONCE(current_process()->nr_live) > 1)
        task_exit(WAIT_STATUS_KILLED(SIGKILL));
    process_exit(WAIT_STATUS_KILLED(SIGKILL));
}

enum seccomp_answer seccomp_check(unsigned long number, const unsigned long args[6], u64 pc,
                                  long *result)
{
    struct task *self = current_task();
    struct abi_seccomp_data data = {
        .number = (s32)number, .arch = AUDIT_ARCH_X86_64, .instruction_pointer = pc};
    bool log = false;
    u32 answer;

    if (self->flags & TASK_SECCOMP_STRICT)
        check_strict(number);
    if (!(self->flags & TASK_SECCOMP_FILTER))
        return SECCOMP_ALLOWS;
    for (int i = 0; i < 6; i++)
        data.args[i] = args[i];
    answer = ask(__atomic_load_n(&self->seccomp, __ATOMIC_ACQUIRE), &data, &log);
    return obey(&data, answer, log, result);
}

/* ---- life ---- */

void seccomp_inherit(struct task *child)
{
    struct task *self = current_task();

    child->seccomp = self->seccomp;
    if (child->seccomp != NULL)
        refcount_get(&child->seccomp->references);
    fetch_or(&child->flags,
             self->flags & (TASK_SECCOMP_STRICT | TASK_SECCOMP_FILTER | TASK_NO_NEW_PRIVS));
}

void seccomp_task_free(struct task *task)
{
    filter_put(task->seccomp);
    task->seccomp = NULL;
}

unsigned seccomp_filter_count(const struct task *task)
{
    return task->seccomp == NULL ? 0 : task->seccomp->nr;
}

const char seccomp_actions[] = "kill_process kill_thread trap errno trace log allow";
