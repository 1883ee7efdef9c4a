/*
 * A periodic timer is disarmed while another thread reads it: it does not expire any more.
 *
 * seconds: 60
 */
#include "test.h"

#include <pthread.h>
#include <sys/timerfd.h>

#define ROUNDS 1500

static int fd;
static volatile int ends;

static void *reader(void *argument)
{
    uint64_t count;

    while (!ends)
        (void)!read(fd, &count, sizeof(count));
    return argument;
}

int main(void)
{
    const struct itimerspec off = {0};
    pthread_t thread;
    uint64_t count;
    int late = 0;

    fd = (int)must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    for (int i = 0; i < ROUNDS; i++) {
        const struct itimerspec on = {{0, 20000 + i % 50 * 1000}, {0, 20000}};

        ends = 0;
        must(timerfd_settime(fd, 0, &on, NULL));
        must(pthread_create(&thread, NULL, reader, NULL));
        for (volatile int spin = i % 100 * 20; spin > 0; spin--)
            ;
        must(timerfd_settime(fd, 0, &off, NULL));
        ends = 1;
        pthread_join(thread, NULL);
        usleep(200);
        late += read(fd, &count, sizeof(count)) > 0;
    }
    say("%d late expirations", late);
    return 0;
}
