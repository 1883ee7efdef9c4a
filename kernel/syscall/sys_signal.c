/*
 * Signals: the calls of signal(7), with masks always eight bytes.
 */
#include <abi/fcntl.h>
#include <abi/signal.h>
#include <arch/thread.h>
#include <fs/procfs.h>
#include <proc/pidfd.h>
#include <proc/task.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <signal/signalfd.h>
#include <time/time.h>

#include "sys.h"

int sys_read_sigset(const u64 __user *user, size_t size, u64 *set)
{
    if (size != sizeof(*set))
        return -EINVAL;
    return get_user(*set, user);
}

long sys_rt_sigaction(int signal, void __user *user_action, void __user *user_old, size_t size)
{
    struct abi_sigaction action, old;
    int error;

    if (size != sizeof(u64))
        return -EINVAL;
    if (user_action && copy_from_user(&action, user_action, sizeof(action)))
        return -EFAULT;
    error = signal_action_change(signal, user_action ? &action : NULL, &old);
    if (!error && user_old)
        error = copy_to_user(user_old, &old, sizeof(old));
    return error;
}

long sys_rt_sigprocmask(int how, u64 __user *user_set, u64 __user *user_old, size_t size)
{
    u64 old = signal_get_blocked();
    u64 set;

    if (size != sizeof(set))
        return -EINVAL;
    if (user_set) {
        if (get_user(set, user_set))
            return -EFAULT;
        switch (how) {
        case SIG_BLOCK:
            set |= old;
            break;
        case SIG_UNBLOCK:
            set = old & ~set;
            break;
        case SIG_SETMASK:
            break;
        default:
            return -EINVAL;
        }
        signal_set_blocked(set);
    }
    return user_old ? put_user(old, user_old) : 0;
}

long sys_rt_sigreturn(void)
{
    return signal_return(arch_frame_current());
}

long sys_rt_sigpending(u64 __user *user, size_t size)
{
    u64 set = signal_pending_set();

    if (size > sizeof(set))
        return -EINVAL;
    return copy_to_user(user, &set, size);
}

long sys_rt_sigsuspend(u64 __user *user, size_t size)
{
    u64 set;
    int error = sys_read_sigset(user, size, &set);

    if (error)
        return error;
    signal_set_temporary_mask(set);
    while (!signal_pending()) {
        int woken = sleep_until_interruptible(WAIT_FOREVER);

        if (woken)
            break;
    }
    return -ERESTARTNOHAND;
}

long sys_pause(void)
{
    while (!signal_pending()) {
        int woken = sleep_until_interruptible(WAIT_FOREVER);

        if (woken)
            break;
    }
    return -ERESTARTNOHAND;
}

long sys_rt_sigtimedwait(u64 __user *user_set, void __user *user_info,
                         struct abi_timespec __user *timeout, size_t size)
{
    u64 deadline = WAIT_FOREVER;
    struct abi_siginfo info;
    u64 set;
    s64 ns;
    int result = sys_read_sigset(user_set, size, &set);

    if (!result && timeout) {
        result = sys_read_timespec(timeout, &ns);
        deadline = result || ns == 0 ? 0 : sys_deadline(ns);
    }
    if (result)
        return result;
    result = signal_wait(set, deadline, &info);
    if (result > 0 && user_info && signal_info_to_user(user_info, &info))
        return -EFAULT;
    return result;
}

long sys_kill(int pid, int signal)
{
    struct abi_siginfo info __uncleared;

    signal_info_user(&info, signal, SI_USER);
    return signal_kill(pid, &info);
}

long sys_tkill(int task, int signal)
{
    struct abi_siginfo info;

    if (task <= 0)
        return -EINVAL;
    signal_info_user(&info, signal, SI_TKILL);
    return signal_kill_task(0, task, &info);
}

long sys_tgkill(int process, int task, int signal)
{
    struct abi_siginfo info;

    if (process <= 0 || task <= 0)
        return -EINVAL;
    signal_info_user(&info, signal, SI_TKILL);
    return signal_kill_task(process, task, &info);
}

/*
 * A process may queue anything to itself, but to others it may not claim to be the kernel or
 * kill(2).
 */
static int read_queued_info(struct abi_siginfo *info, const void __user *user, int signal,
                            int target)
{
    int error = signal_info_from_user_as(info, signal, user);

    if (error)
        return error;
    if ((info->code >= 0 || info->code == SI_TKILL) && target != process_id(current_process()))
        return -EPERM;
    return 0;
}

long sys_rt_sigqueueinfo(int pid, int signal, void __user *user)
{
    struct abi_siginfo info;
    int error = read_queued_info(&info, user, signal, pid);

    if (error)
        return error;
    return pid <= 0 ? -ESRCH : signal_kill(pid, &info);
}

long sys_rt_tgsigqueueinfo(int process, int task, int signal, void __user *user)
{
    struct abi_siginfo info;
    int error = read_queued_info(&info, user, signal, process);

    if (error)
        return error;
    if (process <= 0 || task <= 0)
        return -EINVAL;
    return signal_kill_task(process, task, &info);
}

long sys_sigaltstack(void __user *user_new, void __user *user_old)
{
    struct abi_stack new_stack, old;
    long error;

    if (user_new && copy_from_user(&new_stack, user_new, sizeof(new_stack)))
        return -EFAULT;
    error = signal_alternate_stack(user_new ? &new_stack : NULL, &old,
                                   arch_frame_stack(arch_frame_current()));
    if (!error && user_old)
        error = copy_to_user(user_old, &old, sizeof(old));
    return error;
}

long sys_restart_syscall(void)
{
    struct restart_block *restart = &current_task()->signals.restart;
    long (*function)(struct restart_block *) = restart->function;

    restart->function = NULL;
    return function ? function(restart) : -EINTR;
}

static long signalfd(int fd, const u64 __user *user, size_t size, unsigned long flags)
{
    struct file *file;
    long error;
    u64 mask;

    if (flags & ~(unsigned long)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    error = sys_read_sigset(user, size, &mask);
    if (error)
        return error;
    if (fd != -1) {
        error = WITH_FILE(fd, old, signalfd_change(old, mask));
        return error ? error : fd;
    }
    file = signalfd_create(mask, (int)flags);
    return IS_ERR(file) ? PTR_ERR(file) : fd_add(vfs_current(), file, (u32)flags & O_CLOEXEC);
}

long sys_signalfd(int fd, u64 __user *mask, size_t size)
{
    return signalfd(fd, mask, size, 0);
}

long sys_signalfd4(int fd, u64 __user *mask, size_t size, unsigned long flags)
{
    return signalfd(fd, mask, size, flags);
}

/* @file: a pidfd, or the folder /proc/PID. */
static long send_by_file(struct file *file, int signal, void __user *user)
{
    struct process *process = pidfd_process(file);
    struct abi_siginfo info;

    if (!process)
        process = procfs_file_process(file);
    if (!process)
        return -EBADF;
    if (!user) {
        signal_info_user(&info, signal, SI_USER);
        return pidfd_send_signal(process, &info);
    }
    if (copy_from_user(&info, user, sizeof(info)))
        return -EFAULT;
    if (info.signo != signal)
        return -EINVAL;
    if (process != current_process() && (info.code >= 0 || info.code == SI_TKILL))
        return -EPERM;
    return pidfd_send_signal(process, &info);
}

long sys_pidfd_send_signal(int fd, int signal, void __user *user, unsigned long flags)
{
    return flags ? -EINVAL : WITH_FILE(fd, file, send_by_file(file, signal, user));
}
