/* A descriptor whose second expiration is centuries away: read once, it is not ready again. */
#include <poll.h>
#include <sys/timerfd.h>

#include "test.h"

static void once(const char *label, int clock, struct timespec interval)
{
    struct itimerspec setting = {.it_value = {0, 1000000}, .it_interval = interval}, left;
    int fd = (int)must(timerfd_create(clock, 0));
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    uint64_t count = 0;

    must(timerfd_settime(fd, 0, &setting, NULL));
    must(read(fd, &count, sizeof(count)));
    say("%s: %lu, then ready: %d", label, (unsigned long)count, poll(&poller, 1, 20));
    must(timerfd_gettime(fd, &left));
    yes("far", left.it_value.tv_sec > 1000000000);
    close(fd);
}

int main(void)
{
    static const struct timespec last = {9223372036, 854775807}, more = {INT64_MAX, 0},
                                 nearly = {9223372036 - 100000000, 0};

    once("monotonic, the last nanosecond", CLOCK_MONOTONIC, last);
    once("monotonic, beyond it", CLOCK_MONOTONIC, more);
    once("monotonic, before it", CLOCK_MONOTONIC, nearly);
    once("real time, the last nanosecond", CLOCK_REALTIME, last);
    once("real time, beyond it", CLOCK_REALTIME, more);
    once("real time, before it", CLOCK_REALTIME, nearly);
    return 0;
}
