/* kcmp(2), KCMP_EPOLL_TFD: is a file the one that an epoll watches? */

#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#define FILES  0
#define TARGET 7

static long compare(int fd, unsigned epoll, unsigned target, unsigned index)
{
    unsigned slot[3] = {epoll, target, index};
    pid_t self = getpid();

    return syscall(SYS_kcmp, self, self, TARGET, fd, slot);
}

int main(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = must(epoll_create1(0)), one = must(eventfd(0, 0)), two = must(eventfd(0, 0));
    int copy = must(dup(one)), kept;
    long other;

    must(epoll_ctl(epoll, EPOLL_CTL_ADD, one, &event));
    call("the file", compare(one, epoll, one, 0));
    call("a copy", compare(copy, epoll, one, 0));
    other = compare(two, epoll, one, 0);
    yes("another file", other == 1 || other == 2);
    call("not watched", compare(one, epoll, two, 0));
    call("the second", compare(one, epoll, one, 1));
    call("as its copy", compare(one, epoll, copy, 0));
    call("no epoll", compare(one, two, one, 0));
    call("no descriptor", compare(99, epoll, one, 0));
    call("no epoll descriptor", compare(one, 99, one, 0));
    call("neither", compare(99, 98, one, 0));
    call("bad pointer", syscall(SYS_kcmp, getpid(), getpid(), TARGET, 99, 8L));

    kept = one;
    must(dup2(two, kept));
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, kept, &event));
    yes("two by one number, first",
        compare(copy, epoll, kept, 0) + compare(copy, epoll, kept, 1) > 0);
    yes("one of them is it",
        compare(copy, epoll, kept, 0) == 0 || compare(copy, epoll, kept, 1) == 0);
    yes("one is the other", compare(two, epoll, kept, 0) == 0 || compare(two, epoll, kept, 1) == 0);
    call("no third", compare(two, epoll, kept, 2));
    return 0;
}
