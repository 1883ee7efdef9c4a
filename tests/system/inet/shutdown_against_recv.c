/* recv(2) takes what came before a reset while another thread connects the socket anew and shuts
   it down, which throws away what is unread. */
#include "inet.h"

#include <pthread.h>

#define SIZE 300000

static pthread_barrier_t start, done;
static int client;
static char *buffer;

static void *reader(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&start);
        (void)!recv(client, buffer, SIZE, MSG_DONTWAIT);
        pthread_barrier_wait(&done);
    }
    return unused;
}

static int listen_at(int backlog, struct sockaddr_in *at)
{
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    socklen_t len = sizeof(*at);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    must(bind(fd, (void *)at, len));
    must(listen(fd, backlog));
    must(getsockname(fd, (void *)at, &len));
    return fd;
}

/* A connection whose other side sent much and reset it. */
static void connect_and_reset(int from, const struct sockaddr_in *at)
{
    static char data[SIZE];
    int server;

    client = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(client, (const void *)at, sizeof(*at)));
    server = (int)must(accept(from, NULL, NULL));
    must(write(client, "x", 1)); /* unread: close resets */
    (void)!send(server, data, SIZE, MSG_DONTWAIT);
    close(server);
    fcntl(client, F_SETFL, O_NONBLOCK);
}

int main(void)
{
    struct sockaddr_in free_at, full_at;
    struct timespec begin;
    pthread_t thread;
    int from;

    loopback_up();
    from = listen_at(8, &free_at);
    listen_at(0, &full_at);
    for (int i = 0; i < 4; i++) { /* its queue is full: a SYN gets no answer */
        int fd = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));

        connect(fd, (void *)&full_at, sizeof(full_at));
    }
    buffer = map(SIZE);
    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, reader, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; elapsed(&begin) < 3000; i++) {
        connect_and_reset(from, &free_at);
        madvise(buffer, SIZE, MADV_DONTNEED); /* each page is a fault while the reader copies */
        pthread_barrier_wait(&start);
        for (volatile int spin = 0; spin < i % 64 * 500; spin++)
            ;
        connect(client, (void *)&full_at, sizeof(full_at));
        shutdown(client, SHUT_RDWR);
        pthread_barrier_wait(&done);
        close(client);
    }
    say("shut down");
    return 0;
}
