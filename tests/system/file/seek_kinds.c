/* lseek and pread on what has no position. */

#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static void show(const char *name, int fd)
{
    char byte[16];
    say("%s", name);
    call("  SEEK_SET 5", lseek(fd, 5, SEEK_SET));
    call("  SEEK_CUR 0", lseek(fd, 0, SEEK_CUR));
    call("  SEEK_END 9", lseek(fd, 9, SEEK_END));
    call("  whence 7", lseek(fd, 0, 7));
    call("  pread", pread(fd, byte, sizeof(byte), 0));
    call("  pwrite", pwrite(fd, byte, sizeof(byte), 0));
}

int main(void)
{
    sigset_t set;
    int ends[2];

    sigemptyset(&set);
    must(pipe(ends));
    show("pipe", ends[0]);
    show("eventfd", must(eventfd(0, EFD_NONBLOCK)));
    show("timerfd", must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)));
    show("signalfd", must(signalfd(-1, &set, SFD_NONBLOCK)));
    show("epoll", must(epoll_create1(0)));
    show("inotify", must(inotify_init1(IN_NONBLOCK)));
    show("pidfd", must(syscall(SYS_pidfd_open, getpid(), 0)));
    return 0;
}
