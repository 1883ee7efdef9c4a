/*
 * ipc.c: bytes and wake-ups between processes and threads, and waiting for several things.
 */

#include "bench.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static int there[2], back[2];
static int poller;
static char block[65536];

/* ---- One process and a pipe ---- */

static void make_pipe(void)
{
    must(pipe(there), "pipe");
}

static void pipe_bytes(long count, size_t len)
{
    for (long i = 0; i < count; i++) {
        call(SYS_write, there[1], (long)block, (long)len, 0);
        call(SYS_read, there[0], (long)block, (long)len, 0);
    }
}

static void pipe_1(long count)
{
    pipe_bytes(count, 1);
}

static void pipe_64k(long count)
{
    pipe_bytes(count, sizeof(block));
}

/* ---- Two processes that answer each other over descriptors ---- */

static void answer(int in, int out)
{
    while (call(SYS_read, in, (long)block, 1, 0) == 1)
        call(SYS_write, out, (long)block, 1, 0);
    _exit(0);
}

static void make_pipe_partner(void)
{
    must(pipe(there), "pipe");
    must(pipe(back), "pipe");
    if (must(fork(), "fork") == 0) {
        close(there[1]);
        answer(there[0], back[1]);
    }
    close(there[0]);
}

static void make_socket_partner(void)
{
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, there), "socketpair");
    if (must(fork(), "fork") == 0) {
        close(there[1]);
        answer(there[0], there[0]);
    }
    close(there[0]);
    back[0] = there[1];
}

static void round_trip(long count)
{
    for (long i = 0; i < count; i++) {
        call(SYS_write, there[1], (long)block, 1, 0);
        call(SYS_read, back[0], (long)block, 1, 0);
    }
}

static void end_partner(void)
{
    close(there[1]);
    reap();
}

/* ---- Two threads and two futexes: each counts what it was told ---- */

static volatile int told[2];
static pthread_t thread;

static void tell(int who, int number)
{
    told[who] = number;
    call(SYS_futex, (long)&told[who], FUTEX_WAKE_PRIVATE, 1, 0);
}

static void hear(int who, int number)
{
    while (told[who] != number)
        call(SYS_futex, (long)&told[who], FUTEX_WAIT_PRIVATE, number - 1, 0);
}

#define FUTEX_ROUNDS 500

static void *echo(void *argument)
{
    for (int number = 1; number <= FUTEX_ROUNDS; number++) {
        hear(0, number);
        tell(1, number);
    }
    return argument;
}

static void make_echo(void)
{
    told[0] = told[1] = 0;
    must(pthread_create(&thread, NULL, echo, NULL) == 0 ? 0 : -1, "pthread_create");
}

static void futex_round_trip(long count)
{
    for (int number = 1; number <= count; number++) {
        tell(0, number);
        hear(1, number);
    }
}

static void end_echo(void)
{
    pthread_join(thread, NULL);
}

/* ---- Two processes that give way to each other; of one fixed priority, so that each call switches
 * ---- */

static void fix_priority(void)
{
    struct sched_param param = {.sched_priority = 1};

    must(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param), "sched_setscheduler");
}

static void make_yielder(void)
{
    make_pipe();
    fix_priority();
    if (must(fork(), "fork") != 0)
        return;
    close(there[1]);
    struct pollfd entry = {.fd = there[0], .events = POLLIN};
    while (poll(&entry, 1, 0) == 0) {
        for (int i = 0; i < 1000; i++)
            call(SYS_sched_yield, 0, 0, 0, 0);
    }
    _exit(0);
}

/* Each call goes to the other process and comes back: two switches. */
static void give_way(long count)
{
    for (long i = 0; i < count / 2; i++)
        call(SYS_sched_yield, 0, 0, 0, 0);
}

/* ---- Waiting for several things ---- */

static void poll_pipe(long count)
{
    struct pollfd entry = {.fd = there[1], .events = POLLOUT};

    for (long i = 0; i < count; i++)
        call(SYS_poll, (long)&entry, 1, 0, 0);
}

static void make_epoll(void)
{
    struct epoll_event event = {.events = EPOLLOUT};

    make_pipe();
    poller = (int)must(epoll_create1(0), "epoll_create1");
    must(epoll_ctl(poller, EPOLL_CTL_ADD, there[1], &event), "epoll_ctl");
}

static void epoll_pipe(long count)
{
    struct epoll_event event;

    for (long i = 0; i < count; i++)
        call(SYS_epoll_wait, poller, (long)&event, 1, 0);
}

static void make_eventfd(void)
{
    there[0] = there[1] = (int)must(eventfd(0, 0), "eventfd");
}

static void eventfd_8(long count)
{
    block[0] = 1;
    pipe_bytes(count, 8);
}

static const struct metric metrics[] = {
    {"pipe-1", .count = 1000, .setup = make_pipe, .body = pipe_1},
    {"pipe-64k", .count = 100, .setup = make_pipe, .body = pipe_64k},
    {"pipe-round-trip", 500, .setup = make_pipe_partner, .body = round_trip,
     .teardown = end_partner},
    {"unix-round-trip", 500, .setup = make_socket_partner, .body = round_trip,
     .teardown = end_partner},
    {"futex-round-trip", FUTEX_ROUNDS, .before = make_echo, .body = futex_round_trip,
     .after = end_echo},
    {"yield-switch", 1000, .setup = make_yielder, .body = give_way, .teardown = end_partner},
    {"poll", .count = 1000, .setup = make_pipe, .body = poll_pipe},
    {"epoll", .count = 1000, .setup = make_epoll, .body = epoll_pipe},
    {"eventfd", .count = 1000, .setup = make_eventfd, .body = eventfd_8},
};

GROUP(ipc_group, "ipc", metrics);
