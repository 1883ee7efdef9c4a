/* clock_nanosleep on a clock of CPU time for longer than the clock can count: it sleeps until a
 * signal comes. */

#include "test.h"

static void handler(int signal)
{
    (void)signal;
}

static void sleep_long(const char *label, int flags, time_t seconds)
{
    struct timespec time = {.tv_sec = seconds, .tv_nsec = 999999999};

    alarm(1);
    call(label, syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, flags, &time, NULL));
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};

    must(sigaction(SIGALRM, &action, NULL));
    sleep_long("relative", 0, INT64_MAX);
    sleep_long("relative, the longest in ns", 0, INT64_MAX / 1000000000);
    sleep_long("absolute", TIMER_ABSTIME, INT64_MAX);
    return 0;
}
