/* Setting CLOCK_REALTIME: absolute timers on it expire when it passes them, relative ones are not
 * moved. */

#include "test.h"

static void expired(const char *label)
{
    sigset_t set;
    siginfo_t info;
    struct timespec wait = {1, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    memset(&info, 0, sizeof(info));
    int signal = sigtimedwait(&set, &info, &wait);
    say("%s: %s", label, signal == SIGUSR1 ? "expired" : "not yet");
}

int main(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec absolute = {0}, relative = {0};
    struct timespec now, later;
    timer_t timer;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    must(timer_create(CLOCK_REALTIME, &event, &timer));
    must(clock_gettime(CLOCK_REALTIME, &now));
    absolute.it_value.tv_sec = now.tv_sec + 1000;
    must(timer_settime(timer, TIMER_ABSTIME, &absolute, NULL));
    expired("absolute, before");
    later = now;
    later.tv_sec += 1001;
    call("set the clock", clock_settime(CLOCK_REALTIME, &later));
    expired("absolute, after");
    relative.it_value.tv_sec = 1000;
    must(timer_settime(timer, 0, &relative, NULL));
    later.tv_sec += 2000;
    call("set the clock", clock_settime(CLOCK_REALTIME, &later));
    expired("relative");
    now.tv_sec += 3;
    call("set it back", clock_settime(CLOCK_REALTIME, &now));
    return 0;
}
