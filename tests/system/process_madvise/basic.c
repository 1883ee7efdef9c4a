/* process_madvise: pidfds, advice, permissions, vectors and partial counts. */

#include <sys/uio.h>

#include "test.h"

#define COLD    20
#define PAGEOUT 21

static char *area;

static long advise(int fd, const struct iovec *pieces, unsigned long nr, int advice, unsigned flags)
{
    return syscall(440, fd, pieces, nr, advice, flags);
}

static int open_process(pid_t pid)
{
    return (int)syscall(434, pid, 0);
}

static void each_advice(int fd, const struct iovec *piece)
{
    static const int others[] = {0, 1, 2, 4, 8, 9, 10, 11, 14, 16, 18, 22, 23, 24, 26, 100, -1};

    call("COLD", advise(fd, piece, 1, COLD, 0));
    call("PAGEOUT", advise(fd, piece, 1, PAGEOUT, 0));
    call("WILLNEED", advise(fd, piece, 1, MADV_WILLNEED, 0));
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        say("advice %d", others[i]);
        call("", advise(fd, piece, 1, others[i], 0));
    }
}

static void vectors(int fd)
{
    struct iovec two[3] = {{area, 2 * PAGE}, {area + 4 * PAGE, PAGE}, {area + 6 * PAGE, PAGE}};
    static struct iovec many[1025];

    call("two pieces", advise(fd, two, 2, COLD, 0));
    two[1].iov_base = area - PAGE;
    call("the second is a hole", advise(fd, two, 3, COLD, 0));
    two[0].iov_base = area - PAGE;
    call("the first is a hole", advise(fd, two, 3, COLD, 0));
    two[0].iov_base = area + 1;
    call("the first is not aligned", advise(fd, two, 3, COLD, 0));
    two[0] = (struct iovec){area + 1, 0};
    call("the first is empty and not aligned", advise(fd, two, 1, COLD, 0));
    two[0] = (struct iovec){area, 0};
    two[1] = (struct iovec){area, PAGE + 7};
    call("the first is empty", advise(fd, two, 2, COLD, 0));
    two[0] = (struct iovec){area + 6 * PAGE, 4 * PAGE};
    call("ends in a hole", advise(fd, two, 1, COLD, 0));
    call("none", advise(fd, two, 0, COLD, 0));
    call("none, NULL", advise(fd, NULL, 0, COLD, 0));
    call("one, NULL", advise(fd, NULL, 1, COLD, 0));
    call("bad vector", advise(fd, (struct iovec *)8, 1, COLD, 0));
    two[0].iov_len = -1UL;
    call("negative length", advise(fd, two, 1, COLD, 0));
    two[0] = (struct iovec){(void *)0xffff888000000000, PAGE};
    call("kernel address", advise(fd, two, 1, COLD, 0));
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct iovec){area, PAGE};
    call("1024 pieces", advise(fd, many, 1024, COLD, 0));
    call("1025 pieces", advise(fd, many, 1025, COLD, 0));
    call("flags", advise(fd, two, 1, COLD, 1));
    call("flags and no such pidfd", advise(-1, two, 1, COLD, 1));
}

static void as_user(void)
{
    struct iovec piece = {area, PAGE};
    int self, parent;

    become_user();
    self = open_process(getpid());
    parent = open_process(getppid());
    call("user, oneself", advise(self, &piece, 1, COLD, 0));
    call("user, oneself, bad advice", advise(self, &piece, 1, 1, 0));
    call("user, root's process", advise(parent, &piece, 1, COLD, 0));
    call("user, root's process, bad advice", advise(parent, &piece, 1, 1, 0));
    _exit(0);
}

int main(void)
{
    struct iovec piece;
    int fd = open_process(getpid()), child_fd;
    pid_t child;

    area = map_in_hole(8 * PAGE);
    memset(area, 1, 8 * PAGE);
    piece = (struct iovec){area, 8 * PAGE};
    each_advice(fd, &piece);
    vectors(fd);
    call("no pidfd", advise(-1, &piece, 1, COLD, 0));
    call("no pidfd and bad advice", advise(-1, &piece, 1, 1, 0));
    call("another file", advise(file_make("file", 1), &piece, 1, COLD, 0));
    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    child_fd = open_process(child);
    call("child", advise(child_fd, &piece, 1, PAGEOUT, 0));
    kill(child, SIGKILL);
    siginfo_t info;
    must(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    call("dead child", advise(child_fd, &piece, 1, COLD, 0));
    call("dead child, bad advice", advise(child_fd, &piece, 1, 1, 0));
    waitpid(child, NULL, 0);
    call("reaped child", advise(child_fd, &piece, 1, COLD, 0));
    call("reaped child, bad advice", advise(child_fd, &piece, 1, 1, 0));
    in_child("permission", as_user);
    return 0;
}
