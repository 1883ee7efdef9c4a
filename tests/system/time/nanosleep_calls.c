/* clock_nanosleep: clocks, flags, remainders, restarts after a stop, absolute times, CPU clocks. */

#include "test.h"

#include <sys/time.h>

static void handler(int number)
{
    (void)number;
}

static void clocks(void)
{
    struct timespec little = {0, 1000000}, bad = {0, 1000000000}, negative = {-1, 0};
    for (int clock = 0; clock < 13; clock++) {
        char label[40];
        snprintf(label, sizeof(label), "clock %d", clock);
        if (clock == CLOCK_PROCESS_CPUTIME_ID) { /* would wait for time that nobody takes */
            call(label, syscall(SYS_clock_nanosleep, clock, 0, &bad, NULL));
            continue;
        }
        call(label, syscall(SYS_clock_nanosleep, clock, 0, &little, NULL));
    }
    call("clock -1", syscall(SYS_clock_nanosleep, -1, 0, &little, NULL));
    call("bad clock, bad time", syscall(SYS_clock_nanosleep, 99, 0, &bad, NULL));
    call("bad time", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad, NULL));
    call("negative", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &negative, NULL));
    call("no time", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, NULL, NULL));
    call("flag 2", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 2, &little, NULL));
    call("nanosleep, bad remainder unused", syscall(SYS_nanosleep, &little, 8));
    little.tv_nsec = 0;
    call("nothing", syscall(SYS_nanosleep, &little, NULL));
    call("absolute, past", syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 1, &little, NULL));
}

static void interrupted(const char *label, int clock, int flags, void *remainder)
{
    struct itimerval alarm = {.it_value = {0, 20000}};
    struct timespec time = {30, 0};

    if (flags) {
        must(clock_gettime(clock, &time));
        time.tv_sec += 30;
    }
    must(setitimer(ITIMER_REAL, &alarm, NULL));
    call(label, syscall(SYS_clock_nanosleep, clock, flags, &time, remainder));
}

/* A stop and a continuation, or an ignored signal, do not end a sleep. */
static void restarted(const char *label, int flags)
{
    struct timespec time = {0, 150000000}, start;
    int status;

    must(clock_gettime(CLOCK_MONOTONIC, &start));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        if (flags) {
            must(clock_gettime(CLOCK_MONOTONIC, &time));
            time.tv_nsec += 150000000;
            time.tv_sec += time.tv_nsec / 1000000000;
            time.tv_nsec %= 1000000000;
        }
        struct timespec left = {7, 7};
        long result = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, flags, &time, &left);
        _exit(result == 0 && left.tv_sec == 7 ? 0 : result == 0 ? 1 : 2);
    }
    wait_until_asleep(pid);
    must(kill(pid, SIGCHLD));
    must(kill(pid, SIGSTOP));
    must(waitpid(pid, &status, WUNTRACED));
    must(kill(pid, SIGCONT));
    must(waitpid(pid, &status, 0));
    status_report(label, status);
    yes("it was no shorter", elapsed(&start) >= 149);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    struct timespec left = {99, 99};

    clocks();
    must(sigaction(SIGALRM, &action, NULL));
    interrupted("signal", CLOCK_MONOTONIC, 0, &left);
    yes("the remainder", left.tv_sec == 29 && left.tv_nsec > 0);
    left.tv_sec = 99;
    interrupted("signal, absolute", CLOCK_MONOTONIC, TIMER_ABSTIME, &left);
    yes("no remainder", left.tv_sec == 99);
    interrupted("signal, bad remainder", CLOCK_MONOTONIC, 0, (void *)8);
    interrupted("signal, no remainder", CLOCK_REALTIME, 0, NULL);
    interrupted("signal, process CPU time", CLOCK_PROCESS_CPUTIME_ID, 0, &left);
    yes("all of it is left", left.tv_sec >= 29);
    action.sa_flags = SA_RESTART;
    must(sigaction(SIGALRM, &action, NULL));
    interrupted("SA_RESTART", CLOCK_MONOTONIC, 0, &left);
    interrupted("SA_RESTART, absolute", CLOCK_MONOTONIC, TIMER_ABSTIME, &left);
    restarted("stopped", 0);
    restarted("stopped, absolute", TIMER_ABSTIME);
    return 0;
}
