/* sigprocmask, sigpending, sigsuspend: blocking, order of delivery, what cannot be blocked. */

#include "test.h"

static char order[64];

static void handler(int number)
{
    strcat(order, signal_name(number));
    strcat(order, " ");
}

int main(void)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM};
    sigset_t set, old, pending;

    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        signal(numbers[i], handler);
    sigfillset(&set);
    call("block all", sigprocmask(SIG_BLOCK, &set, &old));
    sigprocmask(SIG_BLOCK, NULL, &set);
    say("KILL %d STOP %d CONT %d", sigismember(&set, SIGKILL), sigismember(&set, SIGSTOP),
        sigismember(&set, SIGCONT));
    raise(SIGUSR2);
    raise(SIGUSR1);
    raise(SIGHUP);
    raise(SIGHUP);
    say("handled while blocked: '%s'", order);
    sigpending(&pending);
    say("pending %d %d %d %d", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2),
        sigismember(&pending, SIGHUP), sigismember(&pending, SIGTERM));
    call("unblock", sigprocmask(SIG_SETMASK, &old, NULL));
    say("order: %s", order);

    order[0] = '\0';
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigemptyset(&set);
    call("sigsuspend", sigsuspend(&set));
    say("handled: %s", order);
    sigprocmask(SIG_BLOCK, NULL, &set);
    yes("mask is back", sigismember(&set, SIGUSR1));
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    sigpending(&pending);
    say("ignored and blocked is pending: %d", sigismember(&pending, SIGUSR1));
    call("unknown how", syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8));
    call("unknown how, no set", syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8));
    call("size", syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 16));
    call("bad pointer", syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8));
    return 0;
}
