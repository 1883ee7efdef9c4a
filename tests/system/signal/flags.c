/* SA_RESETHAND, SA_NODEFER, sa_mask, SA_SIGINFO, SA_RESTORER, nested delivery. */

#include "test.h"

static volatile int depth, deepest, raised, second_while_first;
static siginfo_t seen;

static void nesting(int number)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (raised++ < 3)
        raise(number);
    depth--;
}

static void first(int number)
{
    sigset_t mask, pending;
    (void)number;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    say("  in the handler: USR1 %d USR2 %d HUP %d", sigismember(&mask, SIGUSR1),
        sigismember(&mask, SIGUSR2), sigismember(&mask, SIGHUP));
    raise(SIGUSR2);
    sigpending(&pending);
    say("  USR2 pending %d, handled %d", sigismember(&pending, SIGUSR2), second_while_first);
}

static void second(int number)
{
    (void)number;
    second_while_first++;
}

static void with_info(int number, siginfo_t *info, void *context)
{
    (void)number;
    yes("  context given", context != NULL);
    seen = *info;
}

int main(void)
{
    struct sigaction action = {.sa_handler = nesting}, old;
    sigset_t mask;

    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    say("deepest without SA_NODEFER: %d", deepest);
    action.sa_flags = SA_NODEFER;
    sigaction(SIGUSR1, &action, NULL);
    deepest = raised = 0;
    raise(SIGUSR1);
    say("deepest with SA_NODEFER: %d", deepest);

    action.sa_flags = SA_RESETHAND;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    yes("SA_RESETHAND resets", old.sa_handler == SIG_DFL);

    memset(&action, 0, sizeof(action));
    action.sa_handler = first;
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaddset(&action.sa_mask, SIGKILL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR1, NULL, &old);
    yes("SIGKILL is not in the mask read back", !sigismember(&old.sa_mask, SIGKILL));
    signal(SIGUSR2, second);
    raise(SIGUSR1);
    say("USR2 handled after: %d", second_while_first);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    yes("mask restored", !sigismember(&mask, SIGUSR1) && !sigismember(&mask, SIGUSR2));

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = with_info;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, NULL);
    kill(getpid(), SIGUSR1);
    say("kill: %s, %s, sender %d uid %u", signal_name(seen.si_signo),
        signal_code_name(seen.si_signo, seen.si_code), seen.si_pid == getpid(), seen.si_uid);
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    say("tgkill: %s", signal_code_name(seen.si_signo, seen.si_code));
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77});
    say("sigqueue: %s value %d", signal_code_name(seen.si_signo, seen.si_code),
        seen.si_value.sival_int);
    return 0;
}
