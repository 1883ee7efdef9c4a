/* sigaction and kill: dispositions, defaults of every signal, what cannot be changed, errnos. */

#include "test.h"

static volatile int caught;

static void handler(int number)
{
    caught = number;
}

static int signal_to_send;

static void die(void)
{
    signal(signal_to_send, SIG_DFL);
    raise(signal_to_send);
    say("  survived");
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler}, old;
    char label[32];

    for (int number = 1; number < 32; number++) {
        if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
            continue;
        signal_to_send = number;
        snprintf(label, sizeof(label), "default of %s", signal_name(number));
        in_child(label, die);
    }
    signal_to_send = SIGRTMIN + 3;
    in_child("default of a real-time signal", die);
    call("catch SIGKILL", sigaction(SIGKILL, &action, NULL));
    call("catch SIGSTOP", sigaction(SIGSTOP, &action, NULL));
    call("query SIGKILL", sigaction(SIGKILL, NULL, &old));
    call("signal 0", syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
    call("signal 65", syscall(SYS_rt_sigaction, 65, NULL, NULL, 8));
    call("size 4", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    call("bad pointer", syscall(SYS_rt_sigaction, SIGUSR1, 8, NULL, 8));
    call("sigaction", sigaction(SIGUSR1, &action, &old));
    yes("old was default", old.sa_handler == SIG_DFL);
    call("kill self", kill(getpid(), SIGUSR1));
    say("caught %s", signal_name(caught));
    sigaction(SIGUSR1, NULL, &old);
    yes("still installed", old.sa_handler == handler);
    call("kill with 0", kill(getpid(), 0));
    call("kill with 65", kill(getpid(), 65));
    call("kill with -1", kill(getpid(), -1));
    call("kill nobody", kill(999999, SIGUSR1));
    call("kill group of nobody", kill(-999999, SIGUSR1));
    call("tgkill", syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
    call("tgkill tgid 0", syscall(SYS_tgkill, 0, getpid(), SIGUSR1));
    call("tgkill wrong group", syscall(SYS_tgkill, 1, getpid(), SIGUSR1));
    call("tkill -1", syscall(SYS_tkill, -1, SIGUSR1));
    return 0;
}
