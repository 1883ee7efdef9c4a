/*
 * What is told about a signal (siginfo_t): made for the signals that kill(2) and the kernel send,
 * and carried between kernel and user memory.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <arch/user.h>
#include <vfs/cred.h>

#define SI_ASYNCNL (-60)

void signal_info_kernel(struct abi_siginfo *info, int signal)
{
    *info = (struct abi_siginfo){.signo = signal, .code = SI_KERNEL};
}

void signal_info_user(struct abi_siginfo *info, int signal, int code)
{
    struct task *self = current_task();

    *info = (struct abi_siginfo){.signo = signal, .code = code};
    info->sent.pid = process_id(self->process);
    info->sent.uid = self->vfs.credentials->uid;
}

int signal_info_to_user(void __user *user, const struct abi_siginfo *info)
{
    struct abi_siginfo_whole whole = {.info = *info};

    return copy_to_user(user, &whole, sizeof(whole));
}

/* The largest si_code of the kernel's that has a meaning with @signal. */
static int last_code(int signal)
{
    static const s8 last[NR_SIGNALS + 1] = {
        [SIGILL] = 11,
        [SIGFPE] = 15,
        [SIGSEGV] = 9,
        [SIGBUS] = 5,
        [SIGTRAP] = 6,
        [SIGSYS] = 2,
        [SIGCHLD] = CLD_CONTINUED,
    };
    int code = signal >= 1 && signal <= NR_SIGNALS ? last[signal] : 0;

    return code != 0 ? code : POLL_HUP; /* F_SETSIG: those of SIGIO go with any other */
}

static bool is_known(int signal, int code)
{
    if (code > SI_USER)
        return code == SI_KERNEL || code <= last_code(signal);
    return code >= SI_DETHREAD || code == SI_ASYNCNL;
}

/* The rest of a siginfo_t of a kind that nobody knows must be zero. */
static int check_rest(const struct abi_siginfo *info, const void __user *user)
{
    struct abi_siginfo_whole whole;

    if (is_known(info->signo, info->code))
        return 0;
    if (copy_from_user(&whole, user, sizeof(whole)) != 0)
        return -EFAULT;
    for (unsigned i = 0; i < ARRAY_SIZE(whole.zero); i++) {
        if (whole.zero[i] != 0)
            return -E2BIG;
    }
    return 0;
}

int signal_info_from_user(struct abi_siginfo *info, const void __user *user)
{
    if (copy_from_user(info, user, sizeof(*info)) != 0)
        return -EFAULT;
    return check_rest(info, user);
}

int signal_info_from_user_as(struct abi_siginfo *info, int signal, const void __user *user)
{
    if (copy_from_user(info, user, sizeof(*info)) != 0)
        return -EFAULT;
    info->signo = signal;
    return check_rest(info, user);
}
