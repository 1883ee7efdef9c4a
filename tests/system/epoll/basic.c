/* epoll: control, level and edge triggering, one shot, data, nesting, errnos. */

#include "test.h"

#include <sys/epoll.h>

static int set;

static void show(const char *label)
{
    struct epoll_event events[8];
    int count = epoll_wait(set, events, 8, 0);
    if (count < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    char text[200] = "";
    for (int i = 0; i < count; i++)
        sprintf(text + strlen(text), " %lu:%x", (unsigned long)events[i].data.u64,
                events[i].events);
    say("%s: %d%s", label, count, text);
}

int main(void)
{
    int ends[2];
    char byte;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7};

    call("epoll_create 0", syscall(SYS_epoll_create, 0));
    call("epoll_create1 unknown flag", epoll_create1(1));
    set = (int)must(epoll_create1(EPOLL_CLOEXEC));
    must(pipe(ends));
    call("add", epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    call("add again", epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    call("modify a stranger", epoll_ctl(set, EPOLL_CTL_MOD, ends[1], &event));
    call("remove a stranger", epoll_ctl(set, EPOLL_CTL_DEL, ends[1], &event));
    call("bad descriptor", epoll_ctl(set, EPOLL_CTL_ADD, 999, &event));
    call("not an epoll", epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &event));
    call("itself", epoll_ctl(set, EPOLL_CTL_ADD, set, &event));
    call("unknown operation", epoll_ctl(set, 9, ends[1], &event));
    call("null event", epoll_ctl(set, EPOLL_CTL_ADD, ends[1], NULL));
    call("a file", epoll_ctl(set, EPOLL_CTL_ADD, file_make("file", 1), &event));
    call("maxevents 0", epoll_wait(set, &event, 0, 0));
    call("bad events pointer", epoll_wait(set, (struct epoll_event *)8, 1, 0));
    show("empty");
    must(write(ends[1], "ab", 2));
    show("level");
    show("level again");
    read(ends[0], &byte, 1);
    show("one byte left");
    event.events = EPOLLIN | EPOLLET;
    call("edge", epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    show("edge");
    show("edge again");
    must(write(ends[1], "c", 1));
    show("edge after a write");
    event.events = EPOLLIN | EPOLLONESHOT;
    call("one shot", epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    show("one shot");
    show("one shot again");
    call("rearm", epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    show("rearmed");
    event.events = EPOLLOUT;
    event.data.u64 = 9;
    call("write end", epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event));
    show("write end");
    close(ends[1]);
    event.events = EPOLLIN;
    call("back to level", epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    show("writer gone");
    call("remove", epoll_ctl(set, EPOLL_CTL_DEL, ends[0], NULL));
    show("empty set");
    return 0;
}
