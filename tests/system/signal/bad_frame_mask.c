/* A frame whose registers cannot be restored: its signal mask is in force when the SIGSEGV comes.
 */

#include "test.h"

#include <ucontext.h>

static bool blocks_in_frame;

static void say_mask(const char *label)
{
    sigset_t mask;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    say("%s: SEGV %d, USR1 %d, USR2 %d, HUP %d, KILL %d", label, sigismember(&mask, SIGSEGV),
        sigismember(&mask, SIGUSR1), sigismember(&mask, SIGUSR2), sigismember(&mask, SIGHUP),
        sigismember(&mask, SIGKILL));
}

static void on_fault(int number)
{
    (void)number;
    say_mask("  at the fault");
    _exit(3);
}

static void spoil(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    (void)number;
    (void)info;
    say_mask("  in the handler");
    sigemptyset(&user->uc_sigmask);
    sigaddset(&user->uc_sigmask, SIGUSR2);
    sigaddset(&user->uc_sigmask, SIGKILL);
    if (blocks_in_frame)
        sigaddset(&user->uc_sigmask, SIGSEGV);
    user->uc_mcontext.fpregs = (void *)8;
}

static void spoiled(void)
{
    struct sigaction action = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO};

    signal(SIGSEGV, on_fault);
    sigaddset(&action.sa_mask, SIGHUP);
    if (!blocks_in_frame)
        sigaddset(&action.sa_mask, SIGSEGV);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

/* A pending signal that the frame's mask lets through comes, too. */
static void on_hangup(int number)
{
    (void)number;
    say("  SIGHUP came");
}

static void spoiled_with_pending(void)
{
    struct sigaction action = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO};
    sigset_t hangup;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hangup, NULL);
    signal(SIGHUP, on_hangup);
    signal(SIGSEGV, on_fault);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGHUP);
    raise(SIGUSR1);
}

int main(void)
{
    in_child("the handler blocks SIGSEGV, the frame does not", spoiled);
    in_child("another signal is pending", spoiled_with_pending);
    blocks_in_frame = true;
    in_child("the frame blocks SIGSEGV, the handler does not", spoiled);
    return 0;
}
