/* Two instances watch one eventfd with EPOLLEXCLUSIVE, and nobody waits at the first: the wake is
   for who waits at the second. */
#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

static void watch(int instance, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};

    must(epoll_ctl(instance, EPOLL_CTL_ADD, fd, &event));
}

int main(void)
{
    int first = (int)must(epoll_create1(0)), second = (int)must(epoll_create1(0));
    int counter = (int)must(eventfd(0, 0)), status;
    struct epoll_event event;
    uint64_t one = 1;
    pid_t pid;

    watch(first, counter);
    watch(second, counter);
    pid = (pid_t)must(fork());
    if (pid == 0)
        _exit(epoll_wait(second, &event, 1, 6000));
    wait_until_asleep(pid);
    must(write(counter, &one, sizeof(one)));
    must(waitpid(pid, &status, 0));
    status_report("events at the second", status);
    call("events at the first", epoll_wait(first, &event, 1, 0));
    return 0;
}
