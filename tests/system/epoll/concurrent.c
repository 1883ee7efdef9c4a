/*
 * Threads write to pipes, eventfds and a pipe behind a nested epoll while others wait edge- and
 * level-triggered: every byte is seen, nobody sleeps for ever, closing a watched descriptor under
 * way is harmless.
 *
 * seconds: 60
 */

#include "test.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define WRITERS 4
#define BYTES   3000

static int pipes[WRITERS][2];

static void *writer(void *argument)
{
    int number = (int)(long)argument;

    for (int i = 0; i < BYTES; i++) {
        while (write(pipes[number][1], "x", 1) != 1) {
            if (errno != EAGAIN)
                return "write";
            sched_yield();
        }
    }
    close(pipes[number][1]);
    return NULL;
}

/* Read everything that is there. Returns bytes; *ended at the end of the file. */
static long drain(int fd, int *ended)
{
    char bytes[256];
    long total = 0, got;

    while ((got = read(fd, bytes, sizeof(bytes))) > 0)
        total += got;
    *ended += got == 0;
    return total;
}

static void run(const char *label, unsigned mode, bool nested)
{
    int outer = (int)must(epoll_create1(0)), inner = (int)must(epoll_create1(0));
    pthread_t threads[WRITERS];
    struct epoll_event event, ready[WRITERS];
    long total = 0;
    int ended = 0;

    for (long i = 0; i < WRITERS; i++) {
        must(pipe2(pipes[i], O_NONBLOCK));
        event = (struct epoll_event){.events = EPOLLIN | mode, .data.fd = pipes[i][0]};
        must(epoll_ctl(inner, EPOLL_CTL_ADD, pipes[i][0], &event));
    }
    event = (struct epoll_event){.events = EPOLLIN, .data.fd = inner};
    must(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
    for (long i = 0; i < WRITERS; i++)
        must(-pthread_create(&threads[i], NULL, writer, (void *)i));
    while (ended < WRITERS) {
        int count;

        if (nested && must(epoll_wait(outer, ready, 1, 10000)) != 1)
            break;
        count = (int)must(epoll_wait(inner, ready, WRITERS, 10000));
        if (count == 0 && !nested)
            break;
        for (int i = 0; i < count; i++) {
            int before = ended;

            total += drain(ready[i].data.fd, &ended);
            if (ended > before)
                close(ready[i].data.fd);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        void *failed;

        pthread_join(threads[i], &failed);
        if (failed != NULL)
            say("writer failed: %s", (char *)failed);
    }
    say("%s: %ld bytes, %d ended", label, total, ended);
    close(inner);
    close(outer);
}

static int counter;

static void *adder(void *argument)
{
    (void)argument;
    for (int i = 0; i < BYTES; i++)
        eventfd_write(counter, 1);
    return NULL;
}

static void run_eventfd(void)
{
    int epoll = (int)must(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    pthread_t threads[WRITERS];
    eventfd_t sum = 0, value;

    counter = (int)must(eventfd(0, EFD_NONBLOCK));
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event));
    for (int i = 0; i < WRITERS; i++)
        must(-pthread_create(&threads[i], NULL, adder, NULL));
    while (sum < WRITERS * BYTES && must(epoll_wait(epoll, &event, 1, 10000)) == 1) {
        while (eventfd_read(counter, &value) == 0)
            sum += value;
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    say("eventfd: %lu", (unsigned long)sum);
}

int main(void)
{
    run("level", 0, false);
    run("edge", EPOLLET, false);
    run("nested level", 0, true);
    run("nested edge", EPOLLET, true);
    run_eventfd();
    return 0;
}
