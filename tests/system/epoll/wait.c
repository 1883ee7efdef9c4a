/* epoll_wait: waking, timeouts, several sets, fork sharing, close of the last descriptor. */

#include "test.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

int main(void)
{
    int ends[2];
    struct timespec start;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 1}, out;
    int set = (int)must(epoll_create1(0)), outer = (int)must(epoll_create1(0));

    must(pipe(ends));
    must(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    must(epoll_ctl(outer, EPOLL_CTL_ADD, set, &event));
    clock_gettime(CLOCK_MONOTONIC, &start);
    call("timeout", epoll_wait(set, &out, 1, 25));
    yes("it waited", elapsed(&start) >= 24);
    if (fork() == 0) {
        nap(20);
        must(write(ends[1], "x", 1));
        _exit(0);
    }
    call("woken", epoll_wait(set, &out, 1, 3000));
    wait(NULL);
    call("the outer set sees it", epoll_wait(outer, &out, 1, 0));
    struct pollfd entry = {set, POLLIN, 0};
    call("poll of the set", poll(&entry, 1, 0));
    int copy = (int)must(dup(ends[0]));
    close(ends[0]);
    call("still there through the copy", epoll_wait(set, &out, 1, 0));
    close(copy);
    call("gone with the last descriptor", epoll_wait(set, &out, 1, 0));
    int counter = eventfd(0, EFD_NONBLOCK);
    if (counter >= 0) {
        uint64_t value = 3;
        call("eventfd added", epoll_ctl(set, EPOLL_CTL_ADD, counter, &event));
        call("not yet", epoll_wait(set, &out, 1, 0));
        must(write(counter, &value, 8));
        call("ready", epoll_wait(set, &out, 1, 0));
        must(read(counter, &value, 8));
        say("value %lu", value);
        call("empty", read(counter, &value, 8));
    }
    return 0;
}
