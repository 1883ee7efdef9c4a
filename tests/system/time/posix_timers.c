/* timer_create and friends: signal with value, none, overrun, absolute, errnos; not inherited by
 * fork. */

#include "test.h"

#include <time.h>

int main(void)
{
    timer_t timer, other;
    sigset_t set;
    siginfo_t info;
    struct timespec limit = {2, 0};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 42};
    struct itimerspec one = {{0, 0}, {0, 500000000}}, soon = {{0, 0}, {0, 20000000}},
                      repeat = {{0, 1000000}, {0, 1000000}}, off = {0}, now;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    call("create", timer_create(CLOCK_MONOTONIC, &event, &timer));
    call("set", timer_settime(timer, 0, &one, NULL));
    call("get", timer_gettime(timer, &now));
    yes("something is left", now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 500000000);
    yes("signal", sigtimedwait(&set, &info, &limit) == SIGRTMIN + 1);
    say("%s value %d overrun %d", signal_code_name(info.si_signo, info.si_code),
        info.si_value.sival_int, info.si_overrun);
    timer_gettime(timer, &now);
    say("left %ld", now.it_value.tv_nsec);
    must(timer_settime(timer, 0, &repeat, NULL));
    nap(60);
    yes("signal", sigtimedwait(&set, &info, &limit) == SIGRTMIN + 1);
    yes("overrun", info.si_overrun > 10 && timer_getoverrun(timer) >= info.si_overrun);
    call("off", timer_settime(timer, 0, &off, &now));
    say("interval was %ld", now.it_interval.tv_nsec);
    struct itimerspec past = {{0, 0}, {1, 0}};
    call("absolute, in the past", timer_settime(timer, TIMER_ABSTIME, &past, NULL));
    yes("at once", sigtimedwait(&set, &info, &limit) == SIGRTMIN + 1);
    call("default event", syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &other));
    struct itimerspec bad = {{0, 0}, {0, 1000000000}};
    call("bad time", timer_settime(timer, 0, &bad, NULL));
    call("clock 99", syscall(SYS_timer_create, 99, NULL, &other));
    event.sigev_signo = 99;
    call("signal 99", syscall(SYS_timer_create, CLOCK_REALTIME, &event, &other));
    event.sigev_notify = SIGEV_NONE;
    event.sigev_signo = SIGALRM;
    timer_t silent;
    call("no signal", timer_create(CLOCK_MONOTONIC, &event, &silent));
    must(timer_settime(silent, 0, &soon, NULL));
    nap(40);
    timer_gettime(silent, &now);
    say("left %ld", now.it_value.tv_nsec);
    if (fork() == 0) {
        call("in a child", syscall(SYS_timer_gettime, timer, &now));
        _exit(0);
    }
    wait(NULL);
    call("delete", timer_delete(timer));
    call("delete again", syscall(SYS_timer_delete, timer));
    return 0;
}
