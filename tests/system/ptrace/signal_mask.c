/* The mask that a tracer sets of a task in sigsuspend is the one that it goes on with. */
#include "words.h"

static volatile sig_atomic_t caught;

static void catch (int signal)
{
    caught = signal;
}

static int suspend(void)
{
    sigset_t none, now;

    signal(SIGUSR1, catch);
    sigemptyset(&none);
    sigsuspend(&none);
    sigprocmask(SIG_BLOCK, NULL, &now);
    return (sigismember(&now, SIGUSR2) ? 1 : 0) | (sigismember(&now, SIGHUP) ? 2 : 0) |
           (caught != 0 ? 4 : 0);
}

int main(void)
{
    uint64_t mask = 1ull << (SIGUSR2 - 1), before = 0;
    sigset_t blocked;
    pid_t child;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGHUP);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    child = traced_child(suspend);
    go_on(PTRACE_CONT, child, 0);
    wait_until_asleep(child);
    kill(child, SIGUSR1);
    wait_for_stop("a signal in sigsuspend", child);
    call("GETSIGMASK", ptrace(PTRACE_GETSIGMASK, child, 8, &before));
    say("mask %lx", (unsigned long)before);
    call("SETSIGMASK", ptrace(PTRACE_SETSIGMASK, child, 8, &mask));
    call("GETSIGMASK", ptrace(PTRACE_GETSIGMASK, child, 8, &before));
    say("mask %lx", (unsigned long)before);
    go_on(PTRACE_CONT, child, SIGUSR1);
    wait_for_stop("end: 1 SIGUSR2 blocked, 2 SIGHUP blocked, 4 caught", child);
    return 0;
}
