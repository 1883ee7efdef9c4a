/* pidfd: clone with CLONE_PIDFD, pidfd_open, poll, waitid P_PIDFD, pidfd_send_signal, bad
 * arguments. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

#include <poll.h>

#define OPEN  434
#define SEND  424
#define PIDFD 3

int main(void)
{
    siginfo_t info;
    int fd = -1, status;
    long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
    if (pid == 0) {
        for (;;)
            pause();
    }
    yes("descriptor", fd >= 0);
    say("close-on-exec %d", fcntl(fd, F_GETFD));
    struct pollfd entry = {fd, POLLIN, 0};
    say("poll while it lives: %d", poll(&entry, 1, 0));
    call("wait, nothing yet", waitid(PIDFD, (id_t)fd, &info, WEXITED | WNOHANG));
    call("read", read(fd, &info, 8));
    call("signal 0", syscall(SEND, fd, 0, NULL, 0));
    call("bad signal", syscall(SEND, fd, 65, NULL, 0));
    call("flags", syscall(SEND, fd, 0, NULL, 1));
    call("not a pidfd", syscall(SEND, 0, 0, NULL, 0));
    call("SIGTERM", syscall(SEND, fd, SIGTERM, NULL, 0));
    int ready = poll(&entry, 1, 5000);
    say("poll: %d revents %x", ready, entry.revents);
    memset(&info, 0, sizeof(info));
    call("wait", waitid(PIDFD, (id_t)fd, &info, WEXITED));
    say("code %d status %d", info.si_code, info.si_status);
    call("wait again", waitid(PIDFD, (id_t)fd, &info, WEXITED));
    call("signal to the dead", syscall(SEND, fd, 0, NULL, 0));

    pid = must(fork());
    if (pid == 0)
        _exit(9);
    int other = (int)must(syscall(OPEN, pid, 0));
    entry.fd = other;
    say("poll: %d", poll(&entry, 1, 5000));
    must(waitpid((pid_t)pid, &status, 0));
    status_report("child", status);
    call("open the dead", syscall(OPEN, pid, 0));
    call("open 0", syscall(OPEN, 0, 0));
    call("open with flags", syscall(OPEN, getpid(), 1));
    yes("open itself", syscall(OPEN, getpid(), O_NONBLOCK) >= 0);
    call("wait on no pidfd", waitid(PIDFD, 0, &info, WEXITED));
    call("wait on nothing", waitid(PIDFD, 99, &info, WEXITED));
    return 0;
}
