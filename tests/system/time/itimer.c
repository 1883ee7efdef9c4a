/* setitimer: real, virtual and profiling timers, repetition, remaining time, alarm. */

#include "test.h"

#include <sys/time.h>

static volatile int count;

static void handler(int number)
{
    (void)number;
    count++;
}

static void wait_for(const char *label, int wanted, int burning)
{
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (count < wanted && elapsed(&start) < 3000) {
        if (!burning)
            pause();
    }
    say("%s: %s", label, count >= wanted ? "came" : "DID NOT COME");
    count = 0;
}

int main(void)
{
    struct itimerval one = {{0, 0}, {0, 20000}}, repeat = {{0, 10000}, {0, 10000}}, off = {0}, old;
    struct itimerval bad = {{0, 0}, {0, 1000000}};
    signal(SIGALRM, handler);
    signal(SIGVTALRM, handler);
    signal(SIGPROF, handler);
    call("one shot", setitimer(ITIMER_REAL, &one, NULL));
    wait_for("SIGALRM", 1, 0);
    getitimer(ITIMER_REAL, &old);
    say("left %ld %ld", (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
    call("repeating", setitimer(ITIMER_REAL, &repeat, NULL));
    wait_for("five SIGALRM", 5, 0);
    call("off", setitimer(ITIMER_REAL, &off, &old));
    say("interval was %ld", (long)old.it_interval.tv_usec);
    call("virtual", setitimer(ITIMER_VIRTUAL, &one, NULL));
    wait_for("SIGVTALRM", 1, 1);
    call("profiling", setitimer(ITIMER_PROF, &one, NULL));
    wait_for("SIGPROF", 1, 1);
    call("unknown", setitimer(9, &one, NULL));
    call("bad time", setitimer(ITIMER_REAL, &bad, NULL));
    call("bad pointer", syscall(SYS_setitimer, ITIMER_REAL, 8, NULL));
    say("alarm %u", alarm(100));
    say("alarm %u", alarm(0));
    say("alarm %u", alarm(0));
    return 0;
}
