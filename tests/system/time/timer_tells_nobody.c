/* A timer that tells nobody when it expires (SIGEV_NONE), with a period of a nanosecond: it has
 * nothing to do, so it takes no interrupts. What it says when asked is right all the same. */

#include "test.h"

static long interrupts(void)
{
    static char text[65536];
    const char *line;

    must(file_text("/proc/stat", text, sizeof(text)) > 0 ? 0 : -1);
    line = strstr(text, "\nintr ");
    return must(line != NULL ? atol(line + 6) : -1);
}

static void watch(const char *label, clockid_t clock)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec setting = {.it_value.tv_nsec = 1, .it_interval.tv_nsec = 1}, left;
    struct timespec begin;
    timer_t timer;
    long before;

    must(timer_create(clock, &event, &timer));
    must(timer_settime(timer, 0, &setting, NULL));
    before = interrupts();
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (elapsed(&begin) < 400)
        ;
    say("%s: %s", label, interrupts() - before < 4000 ? "quiet" : "a storm");
    must(timer_gettime(timer, &left));
    say("  left %ld ns of %ld", left.it_value.tv_nsec, left.it_interval.tv_nsec);
    must(timer_delete(timer));
}

static void once(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec setting = {.it_value.tv_sec = 1000}, left;
    timer_t timer;

    must(timer_create(CLOCK_MONOTONIC, &event, &timer));
    must(timer_settime(timer, 0, &setting, NULL));
    must(timer_gettime(timer, &left));
    yes("once: something is left", left.it_value.tv_sec > 900);
    setting.it_value = (struct timespec){0, 1};
    must(timer_settime(timer, 0, &setting, NULL));
    nap(1);
    must(timer_gettime(timer, &left));
    say("then %ld s %ld ns", left.it_value.tv_sec, left.it_value.tv_nsec);
    must(timer_delete(timer));
}

int main(void)
{
    watch("monotonic", CLOCK_MONOTONIC);
    watch("real time", CLOCK_REALTIME);
    watch("CPU time", CLOCK_PROCESS_CPUTIME_ID);
    once();
    return 0;
}
