/*
 * epoll: what epoll_ctl refuses, edges, one shot, exclusive, nesting and its limits, what is
 * reported for each kind of file, epoll_pwait2, limits of events.
 */

#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static int set;

static long control(int op, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u64 = 0x1234567890};
    return epoll_ctl(set, op, fd, &event);
}

static void ready(const char *label, int of)
{
    struct epoll_event events[8];
    int count = epoll_wait(of, events, 8, 0);
    char text[200] = "";
    for (int i = 0; i < count; i++)
        sprintf(text + strlen(text), " %x", events[i].events);
    say("%s: %d:%s", label, count, text);
}

static void refused(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int file = file_make("file", 1), ends[2];

    must(pipe(ends));
    call("create 0", epoll_create(0));
    call("create -1", epoll_create(-1));
    call_ok("create 1", epoll_create(1));
    call("create1 flag 1", epoll_create1(1));
    call("add a file", control(EPOLL_CTL_ADD, file, EPOLLIN));
    call("add a folder", control(EPOLL_CTL_ADD, (int)must(open(".", O_RDONLY)), EPOLLIN));
    call("add O_PATH", control(EPOLL_CTL_ADD, (int)must(open("file", O_PATH)), EPOLLIN));
    call("add the null device",
         control(EPOLL_CTL_ADD, (int)must(open("/dev/null", O_RDWR)), EPOLLIN));
    call("add itself", control(EPOLL_CTL_ADD, set, EPOLLIN));
    call("add closed", control(EPOLL_CTL_ADD, 999, EPOLLIN));
    call("to a closed set", epoll_ctl(999, EPOLL_CTL_ADD, ends[0], &event));
    call("to no set", epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &event));
    call("null event", epoll_ctl(set, EPOLL_CTL_ADD, ends[0], NULL));
    call("operation 0", control(0, ends[0], EPOLLIN));
    call("operation 9, closed", control(9, 999, EPOLLIN));
    call("modify what is not there", control(EPOLL_CTL_MOD, ends[0], EPOLLIN));
    call("delete what is not there", control(EPOLL_CTL_DEL, ends[0], EPOLLIN));
    call("add", control(EPOLL_CTL_ADD, ends[0], EPOLLIN));
    call("add again", control(EPOLL_CTL_ADD, ends[0], EPOLLIN));
    call("add its copy", control(EPOLL_CTL_ADD, (int)must(dup(ends[0])), EPOLLIN));
    call("delete with null", epoll_ctl(set, EPOLL_CTL_DEL, ends[0], NULL));
    call("exclusive, modified", control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLEXCLUSIVE));
    call("modify an exclusive one", control(EPOLL_CTL_MOD, ends[0], EPOLLIN));
    must(control(EPOLL_CTL_DEL, ends[0], 0));
    must(control(EPOLL_CTL_ADD, ends[0], EPOLLIN));
    call("modify to exclusive", control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLEXCLUSIVE));
    must(control(EPOLL_CTL_DEL, ends[0], 0));
    call("exclusive and one shot",
         control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT));
    call("exclusive and EPOLLRDHUP",
         control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP));
    call("exclusive and edge", control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLEXCLUSIVE | EPOLLET));
    int inner = (int)must(epoll_create1(0));
    call("exclusive set", control(EPOLL_CTL_ADD, inner, EPOLLIN | EPOLLEXCLUSIVE));
    call("EPOLLWAKEUP", control(EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLWAKEUP));
    call("wait for 0", epoll_wait(set, &event, 0, 0));
    call("wait for -1", epoll_wait(set, &event, -1, 0));
    call("wait for too many", epoll_wait(set, &event, INT_MAX / 12 + 1, 0));
    call("wait to nowhere", epoll_wait(set, (void *)8, 1, 0));
    call("wait to the kernel", epoll_wait(set, (void *)0xffff888000000000, 1, 0));
    call("wait on a pipe", epoll_wait(ends[0], &event, 1, 0));
    call("wait on nothing", epoll_wait(999, &event, 1, 0));
    call("pwait, wrong size", syscall(SYS_epoll_pwait, set, &event, 1, 0, &event, 7));
    call("pwait, no mask, wrong size", syscall(SYS_epoll_pwait, set, &event, 1, 0, NULL, 7));
    call("pwait, bad mask", syscall(SYS_epoll_pwait, set, &event, 1, 0, 8, 8));
    struct timespec none = {0, 0}, bad = {0, -1};
    call("pwait2", syscall(SYS_epoll_pwait2, set, &event, 1, &none, NULL, 8));
    call("pwait2, bad time", syscall(SYS_epoll_pwait2, set, &event, 1, &bad, NULL, 8));
    call("pwait2, bad pointer", syscall(SYS_epoll_pwait2, set, &event, 1, 8, NULL, 8));
    call("read of a set", read(set, &event, 8));
    call("write to a set", write(set, &event, 8));
}

static void modes(void)
{
    int ends[2], pair[2];

    set = (int)must(epoll_create1(EPOLL_CLOEXEC));
    must(pipe(ends));
    must(control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLET));
    ready("edge: empty", set);
    must(write(ends[1], "a", 1));
    ready("edge: first", set);
    ready("edge: again", set);
    must(write(ends[1], "b", 1));
    ready("edge: more", set);
    must(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET));
    ready("edge: modified", set);
    must(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT));
    ready("one shot", set);
    must(write(ends[1], "c", 1));
    ready("one shot: spent", set);
    must(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT));
    ready("one shot: armed", set);
    must(control(EPOLL_CTL_MOD, ends[0], 0));
    ready("no events", set);
    close(ends[1]);
    ready("no events, but a hangup", set);
    must(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLRDNORM | EPOLLPRI));
    ready("writer gone", set);
    close(ends[0]);
    ready("closed", set);
    must(pipe(ends));
    must(control(EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLWRNORM));
    close(ends[0]);
    ready("reader gone", set);
    close(ends[1]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    must(control(EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP));
    ready("socket", set);
    must(shutdown(pair[1], SHUT_WR));
    ready("peer's SHUT_WR", set);
    close(pair[1]);
    ready("peer closed", set);
    int copy = (int)must(dup(pair[0]));
    close(pair[0]);
    ready("closed, but its copy is open", set);
    call("delete by its old number", control(EPOLL_CTL_DEL, pair[0], 0));
    call("delete by the copy's number", control(EPOLL_CTL_DEL, copy, 0));
    close(copy);
    ready("copy closed", set);
    int event = (int)must(eventfd(0, 0));
    must(control(EPOLL_CTL_ADD, event, EPOLLIN | EPOLLOUT | EPOLLET));
    ready("eventfd", set);
    must(write(event, &(uint64_t){1}, 8));
    ready("eventfd: written", set);
    must(write(event, &(uint64_t){1}, 8));
    ready("eventfd: written again", set);
}

static void order(void)
{
    struct epoll_event events[2];
    int ends[4][2];
    char text[64] = "";

    set = (int)must(epoll_create1(0));
    for (int i = 0; i < 4; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)i};
        must(pipe(ends[i]));
        must(epoll_ctl(set, EPOLL_CTL_ADD, ends[i][0], &event));
    }
    for (int i = 3; i >= 0; i--)
        must(write(ends[i][1], "x", 1));
    for (int round = 0; round < 4; round++) {
        int count = epoll_wait(set, events, 2, 0);
        for (int i = 0; i < count; i++)
            sprintf(text + strlen(text), " %u", events[i].data.u32);
    }
    say("two at a time:%s", text);
}

static void nested(void)
{
    int sets[8], ends[2];

    for (int i = 0; i < 8; i++)
        sets[i] = (int)must(epoll_create1(0));
    must(pipe(ends));
    set = sets[0];
    must(control(EPOLL_CTL_ADD, ends[0], EPOLLIN));
    for (int i = 1; i < 8; i++) {
        char label[30];
        set = sets[i];
        snprintf(label, sizeof(label), "set %d around set %d", i, i - 1);
        call(label, control(EPOLL_CTL_ADD, sets[i - 1], EPOLLIN));
    }
    set = sets[0];
    call("a circle of two", control(EPOLL_CTL_ADD, sets[1], EPOLLIN));
    call("a circle of three", control(EPOLL_CTL_ADD, sets[2], EPOLLIN));
    ready("outer, empty", sets[3]);
    must(write(ends[1], "x", 1));
    ready("outer", sets[3]);
    ready("inner", sets[0]);
    ready("outer again", sets[3]);
    char byte;
    must(read(ends[0], &byte, 1));
    ready("outer, read", sets[3]);
}

int main(void)
{
    set = (int)must(epoll_create1(0));
    refused();
    modes();
    order();
    nested();
    return 0;
}
