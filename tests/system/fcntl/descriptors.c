/* dup, dup2, dup3, F_DUPFD, F_GETFD, F_GETFL, F_SETFL, close, RLIMIT_NOFILE. */

#include "test.h"

#include <sys/resource.h>

int main(void)
{
    int fd = file_make("file", 10);
    struct rlimit limit = {64, 64};

    call("dup of bad", dup(999));
    call("dup2 same", dup2(fd, fd));
    call("dup2 same bad", dup2(999, 999));
    call("dup2", dup2(fd, 40));
    call("dup2 negative", dup2(fd, -1));
    call("dup3 same", syscall(SYS_dup3, fd, fd, 0));
    call("dup3 unknown flag", syscall(SYS_dup3, fd, 41, 1));
    call("dup3 cloexec", dup3(fd, 41, O_CLOEXEC));
    say("flags %d %d", fcntl(40, F_GETFD), fcntl(41, F_GETFD));
    call("F_DUPFD from 50", fcntl(fd, F_DUPFD, 50));
    call("F_DUPFD_CLOEXEC from 50", fcntl(fd, F_DUPFD_CLOEXEC, 50));
    say("flag %d", fcntl(51, F_GETFD));
    call("F_DUPFD negative", fcntl(fd, F_DUPFD, -1));
    call("F_SETFD", fcntl(50, F_SETFD, FD_CLOEXEC));
    say("flag %d", fcntl(50, F_GETFD));
    int writer = (int)must(open("file", O_WRONLY | O_APPEND));
    say("F_GETFL %o", fcntl(writer, F_GETFL));
    call("F_SETFL", fcntl(writer, F_SETFL, O_NONBLOCK | O_RDWR | O_CREAT));
    say("F_GETFL %o", fcntl(writer, F_GETFL));
    call("unknown command", fcntl(fd, 9999));
    call("bad descriptor", fcntl(999, F_GETFD));
    call("close", close(50));
    call("close again", close(50));
    must(setrlimit(RLIMIT_NOFILE, &limit));
    call("dup2 to 64", dup2(fd, 64));
    call("F_DUPFD from 64", fcntl(fd, F_DUPFD, 64));
    int last = 0, next;
    while ((next = dup(fd)) >= 0)
        last = next;
    say("last %d, then %s", last, errno_name(errno));
    call("open", open("file", O_RDONLY));
    int ends[2];
    call("pipe", pipe(ends));
    close(30);
    call("lowest free", dup(fd));
    call("close_range", syscall(SYS_close_range, 20, 40, 0));
    call("closed", fcntl(25, F_GETFD));
    call("close_range upside down", syscall(SYS_close_range, 5, 4, 0));
    return 0;
}
