/* Signals of timers: two timers with one classic signal each queue their own; a period of a
 * nanosecond occupies nobody, whether its signal is blocked, ignored or taken; ITIMER_REAL goes on
 * when its signal is taken. */

#include "test.h"

#include <sys/time.h>

static const struct timespec no_time = {0, 0};

static void one_signal_two_timers(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec soon = {{0, 0}, {0, 1000000}};
    timer_t timers[2];
    siginfo_t info;
    sigset_t set;
    int sum = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 2; i++) {
        event.sigev_value.sival_int = i + 1;
        must(timer_create(CLOCK_MONOTONIC, &event, &timers[i]));
        must(timer_settime(timers[i], 0, &soon, NULL));
    }
    nap(20);
    must(kill(getpid(), SIGUSR1));
    for (int i = 0; i < 2; i++) {
        yes("taken", sigtimedwait(&set, &info, &no_time) == SIGUSR1);
        sum += info.si_value.sival_int;
    }
    say("values %d", sum);
    call("a third", sigtimedwait(&set, &info, &no_time));
    for (int i = 0; i < 2; i++)
        must(timer_delete(timers[i]));
}

static void period_of_a_nanosecond(const char *label, int signal, bool blocked)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal};
    struct itimerspec short_period = {{0, 1}, {0, 1}};
    timer_t timer;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
    must(timer_create(CLOCK_MONOTONIC, &event, &timer));
    must(timer_settime(timer, 0, &short_period, NULL));
    nap(20);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    nap(20);
    must(timer_delete(timer));
    say("%s: came back", label);
}

static volatile sig_atomic_t nr_alarms;

/* The first stops the timer: a signal each microsecond would leave no time for anything else. */
static void count(int signal)
{
    struct itimerval off = {{0, 0}, {0, 0}};

    (void)signal;
    setitimer(ITIMER_REAL, &off, NULL);
    nr_alarms++;
}

static void interval_waits(void)
{
    struct itimerval microsecond = {{0, 1}, {0, 1}}, off = {{0, 0}, {0, 0}}, now;
    siginfo_t info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    must(setitimer(ITIMER_REAL, &microsecond, NULL));
    nap(20);
    must(getitimer(ITIMER_REAL, &now));
    say("while it is pending: %ld left, period %ld", (long)now.it_value.tv_usec,
        (long)now.it_interval.tv_usec);
    yes("taken", sigtimedwait(&set, &info, &no_time) == SIGALRM);
    nap(20);
    yes("and again", sigtimedwait(&set, &info, &no_time) == SIGALRM);
    signal(SIGALRM, count);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    nap(20);
    must(setitimer(ITIMER_REAL, &off, NULL));
    yes("handled", nr_alarms > 0);
    signal(SIGALRM, SIG_IGN);
    must(setitimer(ITIMER_REAL, &microsecond, NULL));
    nap(20);
    must(setitimer(ITIMER_REAL, &off, &now));
    say("ignored: %ld left", (long)now.it_value.tv_usec);
}

int main(void)
{
    one_signal_two_timers();
    period_of_a_nanosecond("blocked", SIGURG, true);
    period_of_a_nanosecond("ignored", SIGURG, false);
    period_of_a_nanosecond("ignored real-time signal", (signal(SIGRTMIN, SIG_IGN), SIGRTMIN), true);
    interval_waits();
    return 0;
}
