/* Two threads set the flags of one terminal's file at once, one of them O_ASYNC; then it is closed,
   and input comes. */
#include "terminal.h"

#include <pthread.h>

static pthread_barrier_t start, done;
static int opened;

static void *other(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&start);
        fcntl(opened, F_SETFL, O_NONBLOCK);
        pthread_barrier_wait(&done);
    }
    return unused;
}

static void drain(int fd)
{
    char bytes[64];

    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
}

int main(void)
{
    struct timespec begin;
    pthread_t thread;

    signal(SIGIO, SIG_IGN);
    terminal_open();
    fcntl(master, F_SETFL, O_NONBLOCK);
    fcntl(slave, F_SETFL, O_NONBLOCK);
    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, other, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 3000) {
        opened = (int)must(open(slave_name, O_RDWR | O_NOCTTY));
        pthread_barrier_wait(&start);
        fcntl(opened, F_SETFL, O_ASYNC);
        pthread_barrier_wait(&done);
        close(opened);
        must(write(master, "x\n", 2));
        drain(slave);
        drain(master);
    }
    say("closed");
    return 0;
}
