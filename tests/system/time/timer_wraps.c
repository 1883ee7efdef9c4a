/* A periodic timer on the real-time clock whose second expiry would be past the end of that clock:
 * it never comes, and the machine goes on. */

#include "test.h"

static void handler(int signal)
{
    (void)signal;
}

static void expires_once(const char *label, int notify)
{
    struct sigevent event = {.sigev_notify = notify, .sigev_signo = SIGALRM};
    struct itimerspec setting = {.it_interval.tv_sec = INT64_MAX}, left;
    sigset_t blocked, old;
    timer_t timer;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    must(sigprocmask(SIG_BLOCK, &blocked, &old));
    must(timer_create(CLOCK_REALTIME, &event, &timer));
    must(clock_gettime(CLOCK_REALTIME, &setting.it_value));
    must(timer_settime(timer, TIMER_ABSTIME, &setting, NULL));
    if (notify == SIGEV_SIGNAL)
        sigsuspend(&old);
    nap(100);
    must(timer_gettime(timer, &left));
    yes(label, left.it_value.tv_sec > 1000000);
    must(timer_delete(timer));
    must(sigprocmask(SIG_SETMASK, &old, NULL));
}

int main(void)
{
    signal(SIGALRM, handler);
    expires_once("a signal: the next is far away", SIGEV_SIGNAL);
    expires_once("nobody is told: the next is far away", SIGEV_NONE);
    return 0;
}
