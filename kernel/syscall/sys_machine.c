/*
 * The system as a whole, and what a process may set about itself: uname(2), sysinfo(2), syslog(2),
 * reboot(2), getrandom(2), limits, prctl(2), personality(2).
 */
#include <abi/resource.h>
#include <abi/utsname.h>
#include <arch/thread.h>
#include <lib/random.h>
#include <lib/string.h>
#include <proc/control.h>
#include <proc/credentials.h>
#include <proc/machine.h>
#include <proc/rlimit.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/task.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <vfs/cred.h>

#include "sys.h"

long sys_uname(void __user *user)
{
    struct abi_utsname names;

    machine_names_get(&names);
    return copy_to_user(user, &names, sizeof(names));
}

static long set_name(const char __user *user, int len, int (*set)(const char *name, size_t len))
{
    char name[UTS_LEN];

    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (len < 0 || len > UTS_LEN)
        return -EINVAL;
    if (copy_from_user(name, user, (size_t)len))
        return -EFAULT;
    return set(name, (size_t)len);
}

long sys_sethostname(const char __user *user, int len)
{
    return set_name(user, len, machine_set_hostname);
}

long sys_setdomainname(const char __user *user, int len)
{
    return set_name(user, len, machine_set_domainname);
}

long sys_sysinfo(void __user *user)
{
    struct abi_sysinfo info;

    machine_sysinfo_get(&info);
    return copy_to_user(user, &info, sizeof(info));
}

long sys_syslog(int action, void __user *buffer, int len)
{
    return machine_syslog(action, buffer, len);
}

long sys_reboot(unsigned long magic1, unsigned long magic2, unsigned long command,
                void __user *argument)
{
    u32 second = (u32)magic2;

    (void)argument;
    if (!capable(CAP_SYS_BOOT))
        return -EPERM;
    if ((u32)magic1 != REBOOT_MAGIC1 || (second != REBOOT_MAGIC2 && second != REBOOT_MAGIC2A &&
                                         second != REBOOT_MAGIC2B && second != REBOOT_MAGIC2C))
        return -EINVAL;
    return machine_reboot((unsigned)command);
}

long sys_getrandom(void __user *user, size_t len, unsigned long flags)
{
    struct random_stream stream = {};
    u8 chunk[MACHINE_RANDOM_CHUNK];
    size_t done = 0;

    if (flags & ~(unsigned long)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    len = min(len, (size_t)INT32_MAX);
    while (done < len) {
        size_t part = min(len - done, sizeof(chunk));

        machine_random_chunk(&stream, chunk, part);
        if (copy_to_user((u8 __user *)user + done, chunk, part)) {
            done = done ? done : (size_t)-EFAULT;
            break;
        }
        done += part;
        if (signal_pending() && done < len)
            break;
    }
    memzero_secret(chunk, sizeof(chunk));
    memzero_secret(&stream, sizeof(stream));
    return (long)done;
}

long sys_prlimit64(int pid, unsigned resource, void __user *user_new, void __user *user_old)
{
    struct abi_rlimit limit, old;
    int error;

    if (user_new && copy_from_user(&limit, user_new, sizeof(limit)))
        return -EFAULT;
    error = rlimit_change_of(pid, (int)resource, user_new ? &limit : NULL, &old);
    if (!error && user_old)
        error = copy_to_user(user_old, &old, sizeof(old));
    return error;
}

long sys_getrlimit(unsigned resource, void __user *user)
{
    return sys_prlimit64(0, resource, NULL, user);
}

long sys_setrlimit(unsigned resource, void __user *user)
{
    struct abi_rlimit limit;

    if (copy_from_user(&limit, user, sizeof(limit)))
        return -EFAULT;
    return rlimit_change_of(0, (int)resource, &limit, NULL);
}

long sys_seccomp(unsigned long operation, unsigned long flags, void __user *args)
{
    return seccomp_call((unsigned)operation, (unsigned)flags, args);
}

long sys_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return process_control(option, a, b, c, d);
}

long sys_arch_prctl(int code, unsigned long addr)
{
    return arch_prctl_call(code, addr);
}

long sys_personality(unsigned long persona)
{
    struct task *task = current_task();
    u32 old = task->personality;

    if ((u32)persona != PER_QUERY)
        task->personality = (u32)persona;
    return old;
}

long sys_vhangup(void)
{
    if (!capable(CAP_SYS_TTY_CONFIG))
        return -EPERM;
    session_hang_up();
    return 0;
}
