/*
 * The options of prctl(2) that exist here. Others are refused with EINVAL, as by a Linux without
 * them.
 */
#include <proc/control.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/prctl.h>
#include <abi/signal.h>
#include <arch/thread.h>
#include <arch/user.h>
#include <kern/panic.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/call_dispatch.h>
#include <proc/credentials.h>
#include <proc/memory_marks.h>
#include <proc/seccomp.h>
#include <proc/task.h>
#include <vfs/cred.h>

static long set_name(const char __user *user)
{
    char name[16];
    ssize_t len = strncpy_from_user(name, user, sizeof(name) - 1);

    if (len < 0 && len != -ENAMETOOLONG)
        return len;
    name[len < 0 ? 15 : len] = '\0';
    task_set_name(current_task(), name);
    return 0;
}

static long get_name(char __user *user)
{
    char name[16];

    task_get_name(current_task(), name);
    return copy_to_user(user, name, sizeof(name));
}

static long set_death_signal(unsigned long signal)
{
    if (signal > NR_SIGNALS)
        return -EINVAL;
    current_task()->parent_death_signal = (int)signal;
    return 0;
}

static long set_dumpable(unsigned long value)
{
    if (value > 1)
        return -EINVAL;
    __atomic_store_n(&current_process()->dumpable, (int)value, __ATOMIC_RELAXED);
    return 0;
}

static void set_task_flag(u32 flag, bool on)
{
    if (on)
        __atomic_fetch_or(&current_task()->flags, flag, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&current_task()->flags, ~flag, __ATOMIC_RELAXED);
}

/* The process after @process in a walk over the descendants of @top, parents first; NULL: the end.
 * => tree lock held */
static struct process *next_descendant(struct process *process, const struct process *top)
{
    if (!list_is_empty(&process->children))
        return list_first_entry(&process->children, struct process, sibling);
    while (process != top && process->sibling.next == &process->parent->children)
        process = process->parent;
    return process == top ? NULL : container_of(process->sibling.next, struct process, sibling);
}

static long set_subreaper(unsigned long on)
{
    struct process *self = current_process(), *process;
    irqflags_t flags = process_tree_lock();

    if (on != 0 && !self->is_subreaper) { /* those that were forked before have one too */
        for (process = next_descendant(self, self); process != NULL;
             process = next_descendant(process, self))
            process->has_subreaper = true;
    }
    self->is_subreaper = on != 0;
    process_tree_unlock(flags);
    return 0;
}

/* Once on it stays on. */
static long refuse_write_exec(unsigned long flags)
{
    struct mm *mm = current_task()->mm;

    if (flags & ~(unsigned long)PR_MDWE_REFUSE_EXEC_GAIN)
        return -EINVAL;
    if (flags == 0 && mm->refuse_write_exec)
        return -EPERM;
    if (flags != 0)
        WRITE_ONCE(mm->refuse_write_exec, true);
    return 0;
}

static long set_timer_slack(unsigned long ns)
{
    struct task *self = current_task();

    self->timer_slack = ns == 0 ? self->usual_timer_slack : ns;
    return 0;
}

/* When failing memory (madvise(MADV_HWPOISON)) is to be told of: kept for the task, and shown. */
static long set_memory_failure_policy(unsigned long what, unsigned long when)
{
    if (what == PR_MCE_KILL_CLEAR && when == 0) {
        set_task_flag(TASK_MCE_POLICY, false);
        return 0;
    }
    if (what != PR_MCE_KILL_SET || when > PR_MCE_KILL_DEFAULT)
        return -EINVAL;
    set_task_flag(TASK_MCE_EARLY, when == PR_MCE_KILL_EARLY);
    set_task_flag(TASK_MCE_POLICY, when != PR_MCE_KILL_DEFAULT);
    return 0;
}

static long get_memory_failure_policy(void)
{
    u32 flags = current_task()->flags;

    if (!(flags & TASK_MCE_POLICY))
        return PR_MCE_KILL_DEFAULT;
    return flags & TASK_MCE_EARLY ? PR_MCE_KILL_EARLY : PR_MCE_KILL_LATE;
}

/* A task that writes for others' memory: kept for the task, and shown. */
static long set_flusher(unsigned long on)
{
    if (on > 1)
        return -EINVAL;
    set_task_flag(TASK_IO_FLUSHER, on);
    return 0;
}

static long set_time_stamp_counter(unsigned long what)
{
    if (what != PR_TSC_ENABLE && what != PR_TSC_SIGSEGV)
        return -EINVAL;
    arch_time_stamp_allow(what == PR_TSC_ENABLE);
    return 0;
}

static long put_int(int value, unsigned long user)
{
    return put_user(value, (int __user *)user);
}

/* Options about capabilities and privileges. -ENOSYS: not one of these. */
static long control_privileges(int option, unsigned long a, unsigned long b, unsigned long c,
                               unsigned long d)
{
    const struct credentials *credentials = current_task()->vfs.credentials;

    switch (option) {
    case PR_CAPBSET_READ:
        return a > CAP_LAST ? -EINVAL : (long)(credentials->bounding >> a & 1);
    case PR_CAPBSET_DROP:
        return capability_bounding_drop((int)a);
    case PR_CAP_AMBIENT:
        return c || d ? -EINVAL : capability_ambient((int)a, (int)b);
    case PR_GET_SECUREBITS:
        return credentials->secure_bits;
    case PR_GET_KEEPCAPS:
        return credentials->secure_bits >> 4 & 1;
    case PR_SET_KEEPCAPS:
        if (a > 1)
            return -EINVAL;
        return credentials_keep_capabilities(a);
    case PR_SET_SECUREBITS:
        return credentials_set_secure_bits(a);
    case PR_SET_NO_NEW_PRIVS:
        if (a != 1 || b || c || d)
            return -EINVAL;
        set_task_flag(TASK_NO_NEW_PRIVS, true);
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return a || b || c || d ? -EINVAL : !!(current_task()->flags & TASK_NO_NEW_PRIVS);
    default:
        return -ENOSYS;
    }
}

/* The processor speculates as it likes: nothing here changes it. */
static long get_speculation(unsigned long what)
{
    switch (what) {
    case PR_SPEC_STORE_BYPASS:
    case PR_SPEC_INDIRECT_BRANCH:
        return PR_SPEC_ENABLE;
    case PR_SPEC_L1D_FLUSH:
        return PR_SPEC_FORCE_DISABLE;
    default:
        return -ENODEV;
    }
}

static long set_speculation(unsigned long what, unsigned long wanted)
{
    switch (what) {
    case PR_SPEC_STORE_BYPASS:
        return -ENXIO;
    case PR_SPEC_INDIRECT_BRANCH:
        return wanted == PR_SPEC_ENABLE ? 0 : -EPERM;
    case PR_SPEC_L1D_FLUSH:
        return -EPERM;
    default:
        return -ENODEV;
    }
}

/* Who may trace the process where kernel.yama.ptrace_scope forbids others to. It is 0 here: nobody
 * is forbidden, and nothing is to be remembered. */
static long set_ptracer(unsigned long who)
{
    struct process *process;

    if (who == 0 || who == ~0ul)
        return 0;
    process = process_find((int)who);
    if (process == NULL)
        return -EINVAL;
    process_put(process);
    return 0;
}

/* Options about how the task meets the machine. -ENOSYS: not one of these. */
static long control_machine(int option, unsigned long a, unsigned long b, unsigned long c,
                            unsigned long d)
{
    switch (option) {
    case PR_TASK_PERF_EVENTS_DISABLE: /* of the events it has: none */
    case PR_TASK_PERF_EVENTS_ENABLE:
        return 0;
    case PR_MCE_KILL:
        return c || d ? -EINVAL : set_memory_failure_policy(a, b);
    case PR_MCE_KILL_GET:
        return a || b || c || d ? -EINVAL : get_memory_failure_policy();
    case PR_SET_IO_FLUSHER:
        if (!capable(CAP_SYS_RESOURCE))
            return -EPERM;
        return b || c || d ? -EINVAL : set_flusher(a);
    case PR_GET_IO_FLUSHER:
        if (!capable(CAP_SYS_RESOURCE))
            return -EPERM;
        return a || b || c || d ? -EINVAL : !!(current_task()->flags & TASK_IO_FLUSHER);
    case PR_GET_SPECULATION_CTRL:
        return b || c || d ? -EINVAL : get_speculation(a);
    case PR_SET_SPECULATION_CTRL:
        return c || d ? -EINVAL : set_speculation(a, b);
    case PR_SET_PTRACER:
        return set_ptracer(a);
    case PR_SET_SYSCALL_USER_DISPATCH:
        return call_dispatch_set(a, b, c, d);
    default:
        return -ENOSYS;
    }
}

long process_control(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    long result = control_privileges(option, a, b, c, d);

    if (result == -ENOSYS)
        result = control_machine(option, a, b, c, d);
    if (result != -ENOSYS)
        return result;
    switch (option) {
    case PR_SET_NAME:
        return set_name((const char __user *)a);
    case PR_GET_NAME:
        return get_name((char __user *)a);
    case PR_SET_PDEATHSIG:
        return set_death_signal(a);
    case PR_GET_PDEATHSIG:
        return put_int(current_task()->parent_death_signal, a);
    case PR_SET_DUMPABLE:
        return set_dumpable(a);
    case PR_GET_DUMPABLE:
        return current_process()->dumpable;
    case PR_SET_CHILD_SUBREAPER:
        return set_subreaper(a);
    case PR_GET_CHILD_SUBREAPER:
        return put_int(current_process()->is_subreaper, a);
    case PR_SET_TIMERSLACK:
        return set_timer_slack(a);
    case PR_GET_TIMERSLACK:
        return (long)current_task()->timer_slack;
    case PR_GET_TID_ADDRESS:
        return put_user(current_task()->clear_child_tid, (void __user *__user *)a);
    case PR_GET_SECCOMP:
        return seccomp_get_mode();
    case PR_SET_SECCOMP:
        return seccomp_set_mode(a, (void __user *)b);
    case PR_SET_MDWE:
        return b || c || d ? -EINVAL : refuse_write_exec(a);
    case PR_GET_MDWE:
        return a || b || c || d ? -EINVAL : current_task()->mm->refuse_write_exec;
    case PR_SET_THP_DISABLE:
        if (b || c || d)
            return -EINVAL;
        WRITE_ONCE(current_task()->mm->thp_disabled, a != 0);
        return 0;
    case PR_GET_THP_DISABLE:
        return a || b || c || d ? -EINVAL : READ_ONCE(current_task()->mm->thp_disabled);
    case PR_GET_TSC:
        return put_int(arch_time_stamp_is_allowed() ? PR_TSC_ENABLE : PR_TSC_SIGSEGV, a);
    case PR_SET_TSC:
        return set_time_stamp_counter(a);
    case PR_GET_TIMING:
        return 0;
    case PR_SET_TIMING:
        return a == 0 ? 0 : -EINVAL;
    case PR_SET_MM:
        return memory_marks_set(a, b, c, d);
    default:
        return -EINVAL;
    }
}

int task_may_inspect_locked(struct task *task)
{
    const struct credentials *mine = current_task()->vfs.credentials;
    const struct credentials *theirs = task->vfs.credentials;

    ASSERT_HELD(&task->process->lock);
    if (task->process == current_process())
        return 0;
    if (capable(CAP_SYS_PTRACE))
        return 0;
    if (theirs != NULL && mine->uid == theirs->uid && mine->uid == theirs->euid &&
        mine->uid == theirs->suid && mine->gid == theirs->gid && mine->gid == theirs->egid &&
        mine->gid == theirs->sgid && (theirs->permitted & ~mine->permitted) == 0 &&
        task->process->dumpable == 1)
        return 0;
    return -EPERM;
}

int task_may_inspect(struct task *task)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    int err = task_may_inspect_locked(task);

    spin_unlock_irqrestore(&task->process->lock, flags);
    return err;
}

struct mm *task_inspect_mm(struct task *task)
{
    struct mm *mm = task_get_mm(task);

    if (task_may_inspect(task) == 0)
        return mm;
    if (mm != NULL)
        mm_put_user(mm);
    return ERR_PTR(-EPERM);
}
