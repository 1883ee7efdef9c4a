/* Two threads set one timerfd, to a moment and to an hour. When the hour came last, it has not
   expired. */
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <sys/timerfd.h>

static pthread_barrier_t start, done;
static int timer;

static void *soon(void *unused)
{
    struct itimerspec moment = {.it_value.tv_nsec = 2000};

    for (;;) {
        pthread_barrier_wait(&start);
        timerfd_settime(timer, 0, &moment, NULL);
        pthread_barrier_wait(&done);
    }
    return unused;
}

int main(void)
{
    struct itimerspec hour = {.it_value.tv_sec = 3600}, left;
    struct timespec begin;
    int early = 0;
    pthread_t thread;

    timer = (int)must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, soon, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; elapsed(&begin) < 3000; i++) {
        struct pollfd readable = {.fd = timer, .events = POLLIN};

        pthread_barrier_wait(&start);
        for (volatile int spin = 0; spin < i % 200; spin++)
            ;
        timerfd_settime(timer, 0, &hour, NULL);
        pthread_barrier_wait(&done);
        timerfd_gettime(timer, &left);
        early += left.it_value.tv_sec > 3000 && poll(&readable, 1, 0) == 1;
    }
    say("expired early: %d", early);
    return 0;
}
