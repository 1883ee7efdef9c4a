/*
 * Processes: making, replacing, ending and waiting for them; their numbers, groups and sessions.
 */
#include <abi/fcntl.h>
#include <abi/sched.h>
#include <abi/wait.h>
#include <arch/thread.h>
#include <lib/string.h>
#include <proc/exec.h>
#include <proc/exit.h>
#include <proc/fork.h>
#include <proc/namespaces.h>
#include <proc/pidfd.h>
#include <proc/ptrace.h>
#include <proc/session.h>
#include <proc/task.h>
#include <proc/wait.h>
#include <sched/sched.h>

#include "sys.h"

long sys_fork(void)
{
    struct clone_request request = {.exit_signal = SIGCHLD};

    return task_clone(arch_frame_current(), &request);
}

long sys_ptrace(long request, int pid, unsigned long addr, unsigned long data)
{
    return ptrace_call(request, pid, addr, data);
}

long sys_vfork(void)
{
    struct clone_request request = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD};

    return task_clone(arch_frame_current(), &request);
}

long sys_clone(unsigned long flags, unsigned long stack, void __user *parent_tid,
               void __user *child_tid, unsigned long tls)
{
    struct clone_request request = {
        .flags = (u32)flags & ~CSIGNAL,
        .exit_signal = (int)(flags & CSIGNAL),
        .stack_pointer = stack,
        .tls = tls,
        .parent_tid = parent_tid,
        .child_tid = child_tid,
        .pidfd = parent_tid, /* clone(2): the descriptor goes where the number would */
    };

    if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
        return -EINVAL;
    return task_clone(arch_frame_current(), &request);
}

/* The structure grows at its end; what we do not know must be zero. */
static int read_clone_args(struct abi_clone_args *args, const void __user *user, size_t size)
{
    u8 byte;

    if (size > PAGE_SIZE)
        return -E2BIG;
    if (size < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    memset(args, 0, sizeof(*args));
    if (copy_from_user(args, user, min(size, sizeof(*args))))
        return -EFAULT;
    for (size_t i = sizeof(*args); i < size; i++) {
        if (get_user(byte, (const u8 __user *)user + i))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

static bool clone_args_valid(const struct abi_clone_args *args)
{
    if (args->set_tid_size > 32 || (args->set_tid != 0) != (args->set_tid_size != 0))
        return false;
    if (args->exit_signal & ~CSIGNAL || args->exit_signal > NR_SIGNALS)
        return false;
    if (args->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
        return false;
    if ((args->flags & CLONE_SIGHAND) && (args->flags & CLONE_CLEAR_SIGHAND))
        return false;
    if ((args->flags & (CLONE_THREAD | CLONE_PARENT)) && args->exit_signal)
        return false;
    if ((args->stack == 0) != (args->stack_size == 0))
        return false;
    return !args->stack || user_range_ok((void __user *)args->stack, args->stack_size);
}

long sys_clone3(void __user *user, size_t size)
{
    struct clone_request request = {0};
    struct abi_clone_args args;
    int error = read_clone_args(&args, user, size);

    if (error)
        return error;
    if (!clone_args_valid(&args))
        return -EINVAL;
    request.flags = args.flags;
    request.exit_signal = (int)args.exit_signal;
    request.stack_pointer = args.stack ? args.stack + args.stack_size : 0;
    request.tls = args.tls;
    request.parent_tid = (int __user *)args.parent_tid;
    request.child_tid = (int __user *)args.child_tid;
    request.pidfd = (int __user *)args.pidfd;
    request.clear_handlers = args.flags & CLONE_CLEAR_SIGHAND;
    if (args.set_tid_size) {
        /* There is one level of process numbers here. */
        if (args.set_tid_size > 1)
            return -EINVAL;
        if (get_user(request.set_tid, (int __user *)args.set_tid))
            return -EFAULT;
        if (request.set_tid < 1)
            return -EINVAL;
    }
    return task_clone(arch_frame_current(), &request);
}

long sys_unshare(unsigned long flags)
{
    return task_unshare(flags);
}

long sys_setns(int fd, int flags)
{
    return WITH_FILE(fd, file, namespace_join(file, flags));
}

long sys_execve(const char __user *path, const char __user *const __user *argv,
                const char __user *const __user *envp)
{
    return exec_user(arch_frame_current(), AT_FDCWD, path, argv, envp, 0);
}

long sys_execveat(int dirfd, const char __user *path, const char __user *const __user *argv,
                  const char __user *const __user *envp, int flags)
{
    return exec_user(arch_frame_current(), dirfd, path, argv, envp, flags);
}

long sys_exit(int code)
{
    ptrace_event(PTRACE_EVENT_EXIT, (u64)WAIT_STATUS_EXITED(code));
    task_exit(WAIT_STATUS_EXITED(code));
}

long sys_exit_group(int code)
{
    process_exit(WAIT_STATUS_EXITED(code));
}

/* Which children wait4's first argument means. */
static struct wait_request wait4_request(int pid, int options)
{
    struct wait_request request = {.which = P_ALL, .options = (unsigned)options | WEXITED};

    if (pid > 0) {
        request.which = P_PID;
        request.id = pid;
    } else if (pid == 0) {
        request.which = P_PGID;
        request.id = (int)session_get_group(0);
    } else if (pid != -1) {
        request.which = P_PGID;
        request.id = -pid;
    }
    return request;
}

long sys_wait4(int pid, void __user *status, int options, void __user *usage)
{
    struct wait_request request = wait4_request(pid, options);
    struct wait_result result;
    long number;

    if ((unsigned)options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    number = process_wait(&request, &result);
    if (number <= 0)
        return number;
    if (status && put_user(result.status, (int __user *)status))
        return -EFAULT;
    if (usage && copy_to_user(usage, &result.usage, sizeof(result.usage)))
        return -EFAULT;
    return number;
}

/* The number of the process behind a descriptor: -EBADF. */
static long pidfd_number(int fd)
{
    return WITH_FILE(fd, file, pidfd_process(file) ? process_id(pidfd_process(file)) : -EBADF);
}

long sys_waitid(int which, int id, void __user *user_info, int options, void __user *usage)
{
    struct wait_request request = {.which = which, .id = id, .options = (unsigned)options};
    struct wait_result result;
    struct abi_siginfo info = {0};
    long number;

    if ((unsigned)options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
                              __WCLONE | __WALL) ||
        !((unsigned)options & (WEXITED | WSTOPPED | WCONTINUED)))
        return -EINVAL;
    if (which == P_PIDFD) {
        number = pidfd_number(id);
        if (number < 0)
            return number;
        request = (struct wait_request){P_PID, (int)number, (unsigned)options};
        which = P_PID;
        id = (int)number;
    }
    if (which != P_ALL && which != P_PID && which != P_PGID)
        return -EINVAL;
    if ((which == P_PID && id <= 0) || (which == P_PGID && id < 0))
        return -EINVAL;
    if (which == P_PGID && id == 0)
        request.id = (int)session_get_group(0);
    number = process_wait(&request, &result);
    if (number < 0)
        return number;
    if (number > 0) {
        info.signo = SIGCHLD;
        info.code = result.signal;
        info.child.pid = result.pid;
        info.child.uid = result.uid;
        info.child.status = result.detail;
        if (usage && copy_to_user(usage, &result.usage, sizeof(result.usage)))
            return -EFAULT;
    }
    /* Only the part that wait fills in: the rest of the structure is the caller's. */
    if (user_info && copy_to_user(user_info, &info, offsetof(struct abi_siginfo, child.padding)))
        return -EFAULT;
    return 0;
}

long sys_pidfd_open(int number, unsigned long flags)
{
    struct file *file = pidfd_open(number, (int)(unsigned)flags);

    return IS_ERR(file) ? PTR_ERR(file) : fd_add(vfs_current(), file, O_CLOEXEC);
}

long sys_getpid(void)
{
    return process_id(current_process());
}

long sys_gettid(void)
{
    return task_id(current_task());
}

long sys_getppid(void)
{
    return READ_ONCE(current_process()->parent_number);
}

long sys_getpgid(int pid)
{
    return session_get_group(pid);
}

long sys_getpgrp(void)
{
    return session_get_group(0);
}

long sys_setpgid(int pid, int group)
{
    return session_set_group(pid, group);
}

long sys_getsid(int pid)
{
    return session_get_id(pid);
}

long sys_setsid(void)
{
    return session_create();
}

long sys_set_tid_address(void __user *address)
{
    current_task()->clear_child_tid = address;
    return task_id(current_task());
}

long sys_sched_yield(void)
{
    sched_yield_current();
    return 0;
}
