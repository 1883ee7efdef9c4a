/* nanosleep and clock_nanosleep: at least as long as asked, absolute times, errnos. */

#include "test.h"

int main(void)
{
    struct timespec start, time;
    static const struct {
        const char *label;
        struct timespec time;
    } bad[] = {
        {"negative", {-1, 0}}, {"negative nanoseconds", {0, -1}}, {"too many", {0, 1000000000}}};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        call(bad[i].label, nanosleep(&bad[i].time, NULL));
    call("null", nanosleep(NULL, NULL));
    static const int lengths[] = {0, 1, 5, 20, 50};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        clock_gettime(CLOCK_MONOTONIC, &start);
        time.tv_sec = 0;
        time.tv_nsec = lengths[i] * 1000000L;
        long result = nanosleep(&time, NULL);
        long took = elapsed(&start);
        say("%d ms: %ld, %s", lengths[i], result,
            took < lengths[i]         ? "TOO SHORT"
            : took > lengths[i] + 400 ? "TOO LONG"
                                      : "about right");
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    time = start;
    time.tv_nsec += 30000000;
    if (time.tv_nsec >= 1000000000)
        time.tv_sec++, time.tv_nsec -= 1000000000;
    say("absolute: %d", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL));
    yes("until then", elapsed(&start) >= 30);
    say("absolute in the past: %d", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL));
    say("thread clock: %s", errno_name(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &time, NULL)));
    say("clock 99: %s", errno_name(clock_nanosleep(99, 0, &time, NULL)));
    return 0;
}
