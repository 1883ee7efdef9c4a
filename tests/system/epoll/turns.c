/* epoll: the order in which ready watches are told, one at a time, and when they are told again. */

#include "test.h"

#include <sys/epoll.h>

#define NR 3

static int ends[NR][2];
static int epoll;

static void watch(int operation, int i, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u64 = (unsigned)i};

    must(epoll_ctl(epoll, operation, ends[i][0], &event));
}

/* Who is told, asking for @maximum at a time, @times. */
static void tell(const char *what, int maximum, int times)
{
    struct epoll_event events[NR];
    char line[200];
    size_t len = 0;

    for (int i = 0; i < times; i++) {
        int nr = epoll_wait(epoll, events, maximum, 0);

        len += (size_t)snprintf(line + len, sizeof(line) - len, " %d:", nr);
        for (int k = 0; k < nr; k++)
            len += (size_t)snprintf(line + len, sizeof(line) - len, "%d", (int)events[k].data.u64);
    }
    say("%s:%s", what, line);
}

int main(void)
{
    char byte;

    epoll = must(epoll_create1(0));
    for (int i = 0; i < NR; i++) {
        must(pipe(ends[i]));
        watch(EPOLL_CTL_ADD, i, EPOLLIN);
    }
    tell("nothing yet", 3, 1);
    for (int i = 0; i < NR; i++)
        must(write(ends[i][1], "xx", 2));
    tell("level, one at a time", 1, 7);
    tell("level, two at a time", 2, 4);
    tell("level, all", 3, 2);
    must(read(ends[1][0], &byte, 1));
    tell("one has less", 3, 2);
    must(read(ends[1][0], &byte, 1));
    tell("one has nothing", 3, 2);
    must(write(ends[1][1], "x", 1));
    tell("again", 3, 2);
    watch(EPOLL_CTL_MOD, 0, EPOLLIN | EPOLLET);
    tell("one at its edge", 3, 3);
    must(write(ends[0][1], "x", 1));
    tell("the edge", 1, 4);
    watch(EPOLL_CTL_MOD, 2, EPOLLIN | EPOLLONESHOT);
    tell("one once", 3, 3);
    watch(EPOLL_CTL_MOD, 2, EPOLLIN | EPOLLONESHOT);
    tell("one once more", 3, 2);
    call("no memory", epoll_wait(epoll, (void *)8, 3, 0));
    tell("after that", 3, 2);
    call("beyond user memory", epoll_wait(epoll, (void *)~0xffful, 3, 0));
    call("beyond user memory, no descriptor", epoll_wait(-1, (void *)~0xffful, 3, 0));
    call("no descriptor", epoll_wait(-1, (void *)8, 3, 0));
    call("none asked for, no descriptor", epoll_wait(-1, (void *)8, 0, 0));
    for (int i = 0; i < NR; i++)
        close(ends[i][1]);
    tell("hung up", 1, 5);
    return 0;
}
