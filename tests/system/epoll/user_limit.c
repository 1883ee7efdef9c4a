/* Watches are counted per user: fs.epoll.max_user_watches. */
#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#define LIMIT "/proc/sys/fs/epoll/max_user_watches"

static int watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void fill(void)
{
    int epoll = (int)must(epoll_create1(0)), other = (int)must(epoll_create1(0)), nr = 0;
    int fds[400];

    become_user();
    for (nr = 0; nr < 400; nr++) {
        fds[nr] = eventfd(0, 0);
        if (watch(epoll, fds[nr]) != 0)
            break;
    }
    say("%s after some", nr > 50 && nr < 400 ? errno_name(errno) : "no refusal");
    call("another instance", watch(other, fds[0]));
    call("a change",
         epoll_ctl(epoll, EPOLL_CTL_MOD, fds[0], &(struct epoll_event){.events = EPOLLOUT}));
    call("one less", epoll_ctl(epoll, EPOLL_CTL_DEL, fds[0], NULL));
    int more = 1;
    while (epoll_ctl(epoll, EPOLL_CTL_DEL, fds[more], NULL) == 0 && watch(other, fds[0]) != 0)
        more++;
    yes("there is room for another soon", more < nr);
    close(epoll);
    close(other);
    epoll = (int)must(epoll_create1(0));
    for (more = 0; more < nr; more++)
        if (watch(epoll, fds[more]) != 0)
            break;
    yes("as many after a close", more > 50);
    for (more = 0; more < nr; more++)
        close(fds[more]);
    fds[0] = eventfd(0, 0);
    call("after closing what was watched", watch(epoll, fds[0]));
}

int main(void)
{
    char before[64];
    long limit;
    int fd;

    limit = file_text(LIMIT, before, sizeof(before)) > 0 ? atol(before) : 0;
    yes("a limit is set", limit > 1000);
    fd = (int)must(open(LIMIT, O_WRONLY));
    must(write(fd, "200", 3));
    in_child("a user", fill);
    must(write(fd, before, strlen(before)));
    return 0;
}
