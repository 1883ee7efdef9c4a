/* sigtimedwait and sigwaitinfo take pending signals without a handler. */

#include "test.h"

int main(void)
{
    sigset_t set;
    siginfo_t info;
    struct timespec zero = {0, 0}, little = {0, 30000000}, bad = {0, 2000000000}, start;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    call("nothing pending, zero time", sigtimedwait(&set, &info, &zero));
    clock_gettime(CLOCK_MONOTONIC, &start);
    call("nothing pending, 30 ms", sigtimedwait(&set, &info, &little));
    yes("it waited", elapsed(&start) >= 29);
    call("bad time", sigtimedwait(&set, &info, &bad));
    kill(getpid(), SIGUSR1);
    call("pending", sigtimedwait(&set, &info, &zero));
    say("%s %s", signal_name(info.si_signo), signal_code_name(info.si_signo, info.si_code));
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1});
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 2});
    sigwaitinfo(&set, &info);
    say("first %d", info.si_value.sival_int);
    sigwaitinfo(&set, &info);
    say("second %d", info.si_value.sival_int);
    if (fork() == 0) {
        nap(20);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    call("from a child", sigwaitinfo(&set, NULL));
    wait(NULL);
    call("size", syscall(SYS_rt_sigtimedwait, &set, NULL, &zero, 4));
    call("bad set", syscall(SYS_rt_sigtimedwait, 8, NULL, &zero, 8));
    return 0;
}
