/*
 * POSIX timers: what timer_create refuses, every way to notify, overruns, absolute and relative
 * times, CPU-time clocks of processes and threads, what is inherited.
 */

#include "test.h"

#include <pthread.h>

struct event {
    union sigval value;
    int signo, notify, tid;
    char rest[48];
};

static int create(int clock, int notify, int signo, int tid, int *timer)
{
    struct event event = {.value.sival_int = 77, .signo = signo, .notify = notify, .tid = tid};
    return (int)syscall(SYS_timer_create, clock, &event, timer);
}

static long settime(int timer, int flags, long seconds, long nanoseconds, long interval)
{
    struct itimerspec value = {.it_value = {seconds, nanoseconds}, .it_interval = {0, interval}};
    return syscall(SYS_timer_settime, timer, flags, &value, NULL);
}

static void refused(void)
{
    int timer;

    call("clock 77", create(77, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    call("clock -1", create(-1, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    call("notify 3", create(CLOCK_MONOTONIC, 3, SIGUSR1, 0, &timer));
    call("notify 5", create(CLOCK_MONOTONIC, 5, SIGUSR1, 0, &timer));
    call("SIGEV_THREAD", create(CLOCK_MONOTONIC, SIGEV_THREAD, SIGUSR1, 0, &timer));
    call("SIGEV_THREAD without a signal", create(CLOCK_MONOTONIC, SIGEV_THREAD, 0, 0, &timer));
    call("signal 0", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0, &timer));
    call("signal 65", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0, &timer));
    call("signal 64", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 64, 0, &timer));
    call("SIGEV_NONE, signal 65", create(CLOCK_MONOTONIC, SIGEV_NONE, 65, 0, &timer));
    call("SIGEV_NONE, signal 0", create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, &timer));
    call("thread 0", create(CLOCK_MONOTONIC, 4, SIGUSR1, 0, &timer));
    call("thread of init", create(CLOCK_MONOTONIC, 4, SIGUSR1, 1, &timer));
    call("thread without a signal", create(CLOCK_MONOTONIC, 4, 0, getpid(), &timer));
    call("NONE and thread", create(CLOCK_MONOTONIC, SIGEV_NONE | 4, 0, getpid(), &timer));
    for (int clock = 0; clock < 12; clock++) {
        char label[20];
        snprintf(label, sizeof(label), "clock %d", clock);
        call(label, create(clock, SIGEV_SIGNAL, SIGUSR1, 0, &timer) < 0 ? -1 : 0);
    }
    call("no event", syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &timer) < 0 ? -1 : 0);
    call("bad event", syscall(SYS_timer_create, CLOCK_REALTIME, 8, &timer));
    call("bad result", syscall(SYS_timer_create, CLOCK_REALTIME, NULL, 8));
    call("CPU clock of nobody", create((~999999 * 8) | 2, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    call("CPU clock of init", create((~1 * 8) | 2, SIGEV_SIGNAL, SIGUSR1, 0, &timer) < 0 ? -1 : 0);
    call("CPU clock of kind 3", create((~getpid() * 8) | 3, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
}

static void arguments(void)
{
    struct itimerspec old = {{9, 9}, {9, 9}};
    int timer;

    must(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, &timer));
    call("negative value", settime(timer, 0, -1, 0, 0));
    call("nanoseconds too many", settime(timer, 0, 0, 1000000000, 0));
    call("bad interval", settime(timer, 0, 1, 0, 1000000000));
    call("bad interval with value 0", settime(timer, 0, 0, 0, -1));
    call("flag 2", settime(timer, 2, 100, 0, 0));
    call("flag -1", settime(timer, -1, 0, 1, 0));
    call("no new value", syscall(SYS_timer_settime, timer, 0, NULL, NULL));
    call("bad new value", syscall(SYS_timer_settime, timer, 0, 8, NULL));
    call("no such timer", settime(12345, 0, 1, 0, 0));
    call("no such timer, bad value", settime(12345, 0, -1, 0, 0));
    call("gettime", syscall(SYS_timer_gettime, timer, &old));
    yes("what is left of it", old.it_value.tv_sec > 0 || old.it_value.tv_nsec > 0);
    call("gettime of none", syscall(SYS_timer_gettime, 12345, &old));
    call("gettime to nowhere", syscall(SYS_timer_gettime, timer, NULL));
    call("getoverrun", syscall(SYS_timer_getoverrun, timer));
    call("getoverrun of none", syscall(SYS_timer_getoverrun, 12345));
    struct itimerspec again = {.it_value = {50, 0}, .it_interval = {3, 4}};
    call("set, old value wanted", syscall(SYS_timer_settime, timer, 0, &again, &old));
    call("set again", syscall(SYS_timer_settime, timer, 0, &again, &old));
    say("old interval %ld.%ld, value in (49, 50]: %d", old.it_interval.tv_sec,
        old.it_interval.tv_nsec, old.it_value.tv_sec == 49 || old.it_value.tv_sec == 50);
    call("old value to nowhere", syscall(SYS_timer_settime, timer, 0, &again, 8));
    must(settime(timer, TIMER_ABSTIME, 0, 1, 0));
    must(syscall(SYS_timer_gettime, timer, &old));
    say("past: %ld %ld", old.it_value.tv_sec, old.it_value.tv_nsec);
    call("delete", syscall(SYS_timer_delete, timer));
    call("delete again", syscall(SYS_timer_delete, timer));
    must(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, &timer));
    call("SIGEV_NONE, one shot", settime(timer, 0, 0, 1000000, 0));
    nap(10);
    must(syscall(SYS_timer_gettime, timer, &old));
    say("it is over: %ld %ld", old.it_value.tv_sec, old.it_value.tv_nsec);
    must(settime(timer, 0, 0, 1000000, 500000000));
    nap(10);
    must(syscall(SYS_timer_gettime, timer, &old));
    yes("SIGEV_NONE with an interval goes on",
        old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 500000000);
    must(syscall(SYS_timer_delete, timer));
}

/* Wait for a timer's signal and describe it. */
static void take(const char *label, int signo)
{
    struct timespec limit = {10, 0};
    siginfo_t info = {0};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    int got = sigtimedwait(&set, &info, &limit);
    say("%s: %s code %d, value %d, overrun %s", label, got < 0 ? errno_name(errno) : "signal",
        info.si_code, info.si_value.sival_int, info.si_overrun == 0 ? "0" : "some");
}

static void notified(void)
{
    struct timespec now;
    sigset_t set;
    int timer;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGALRM);
    must(sigprocmask(SIG_BLOCK, &set, NULL));
    must(create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGRTMIN, 0, &timer));
    must(settime(timer, 0, 0, 1000000, 0));
    take("relative", SIGRTMIN);
    must(clock_gettime(CLOCK_REALTIME, &now));
    must(settime(timer, TIMER_ABSTIME, now.tv_sec, now.tv_nsec, 0));
    take("absolute, now", SIGRTMIN);
    must(settime(timer, TIMER_ABSTIME, 1, 0, 0));
    take("absolute, long ago", SIGRTMIN);
    must(settime(timer, TIMER_ABSTIME, 1, 0, 1000000));
    take("absolute, long ago, with an interval", SIGRTMIN);
    must(settime(timer, 0, 0, 0, 0));
    must(settime(timer, 0, 0, 1000000, 1000000));
    nap(30);
    take("with an interval, late", SIGRTMIN);
    yes("timer_getoverrun says how late", syscall(SYS_timer_getoverrun, timer) > 5);
    must(syscall(SYS_timer_delete, timer));
    must(create(CLOCK_MONOTONIC, 4, SIGUSR1, (int)syscall(SYS_gettid), &timer));
    must(settime(timer, 0, 0, 1000000, 0));
    take("to this thread", SIGUSR1);
    must(syscall(SYS_timer_delete, timer));
    must(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer));
    must(settime(timer, 0, 0, 1000000, 0));
    siginfo_t info = {0};
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    must(sigwaitinfo(&set, &info));
    yes("no event: SIGALRM with the timer as its value",
        info.si_signo == SIGALRM && info.si_value.sival_int == timer && info.si_code == SI_TIMER);
    must(settime(timer, 0, 0, 1000000, 0));
    nap(10);
    must(syscall(SYS_timer_delete, timer));
    must(sigpending(&set));
    say("pending after the timer was deleted: %d", sigismember(&set, SIGALRM));
    struct timespec none = {0, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    yes("taken", sigtimedwait(&set, &info, &none) == SIGALRM);
}

static void burn(int milliseconds)
{
    struct timespec now, start;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start));
    do
        must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now));
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
           milliseconds);
}

/* Delete a timer, and take what it has sent since somebody last looked. */
static void end(int timer)
{
    struct timespec none = {0, 0};
    sigset_t set;

    must(syscall(SYS_timer_delete, timer));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    while (sigtimedwait(&set, NULL, &none) > 0)
        ;
}

static void cpu_clocks(void)
{
    struct itimerspec left;
    struct timespec now;
    clockid_t clock;
    int timer;

    must(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    must(settime(timer, 0, 0, 30000000, 0));
    nap(60);
    must(syscall(SYS_timer_gettime, timer, &left));
    yes("sleep takes nothing of it", left.it_value.tv_nsec > 10000000);
    burn(60);
    take("process time", SIGUSR1);
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now));
    must(settime(timer, TIMER_ABSTIME, now.tv_sec, now.tv_nsec, 0));
    burn(20);
    take("process time, absolute", SIGUSR1);
    end(timer);
    must(create(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    must(settime(timer, 0, 0, 5000000, 5000000));
    burn(60);
    take("thread time", SIGUSR1);
    end(timer);
    must(clock_getcpuclockid(getpid(), &clock));
    must(create(clock, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    must(settime(timer, 0, 0, 5000000, 0));
    burn(30);
    take("time of a process by its number", SIGUSR1);
    end(timer);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        call("a child has none of its parent's timers", settime(0, 0, 1, 0, 0));
        for (;;)
            burn(10);
    }
    must(clock_getcpuclockid(pid, &clock));
    must(create(clock, SIGEV_SIGNAL, SIGUSR1, 0, &timer));
    must(settime(timer, 0, 0, 20000000, 0));
    take("time of another process", SIGUSR1);
    must(kill(pid, SIGKILL));
    must(waitpid(pid, NULL, 0));
    call("gettime when it is gone", syscall(SYS_timer_gettime, timer, &left));
    call("settime when it is gone", settime(timer, 0, 1, 0, 0));
    call("delete when it is gone", syscall(SYS_timer_delete, timer));
}

int main(void)
{
    refused();
    arguments();
    notified();
    cpu_clocks();
    return 0;
}
