/* select and pselect6: sets, exceptional cases, remaining time, errnos. */

#include "test.h"

#include <sys/select.h>

static void show(const char *label, int read_fd, int write_fd)
{
    fd_set in, out, except;
    struct timeval limit = {0, 0};
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&except);
    FD_SET(read_fd, &in);
    FD_SET(write_fd, &out);
    FD_SET(read_fd, &except);
    int high = read_fd > write_fd ? read_fd : write_fd;
    int result = select(high + 1, &in, &out, &except, &limit);
    if (result < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %d in %d out %d except %d", label, result, FD_ISSET(read_fd, &in),
            FD_ISSET(write_fd, &out), FD_ISSET(read_fd, &except));
}

int main(void)
{
    int ends[2];
    fd_set set;
    struct timeval limit = {0, 20000}, negative = {-1, 0};
    must(pipe(ends));
    show("empty", ends[0], ends[1]);
    must(write(ends[1], "x", 1));
    show("data", ends[0], ends[1]);
    close(ends[1]);
    char byte;
    read(ends[0], &byte, 1);
    show("closed descriptor", ends[0], ends[1]);
    must(pipe(ends));
    close(ends[0]);
    FD_ZERO(&set);
    FD_SET(ends[1], &set);
    limit.tv_usec = 0;
    call("reader gone: writable", select(ends[1] + 1, NULL, &set, NULL, &limit));
    must(pipe(ends));
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    limit.tv_usec = 20000;
    call("timeout", syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, &limit));
    say("left %ld %ld, set cleared %d", limit.tv_sec, limit.tv_usec, !FD_ISSET(ends[0], &set));
    call("negative count", select(-1, NULL, NULL, NULL, &limit));
    call("negative time", syscall(SYS_select, 0, NULL, NULL, NULL, &negative));
    call("sleep", select(0, NULL, NULL, NULL, &limit));
    call("bad set", syscall(SYS_select, 10, 8, NULL, NULL, &limit));
    call("huge count", select(100000, NULL, NULL, NULL, &limit));
    return 0;
}
