/* signalfd: reading, masks, non-blocking, poll, who reads what, bad arguments. */

#include "test.h"

#include <poll.h>
#include <sys/signalfd.h>

static void report(const char *what, int fd)
{
    struct signalfd_siginfo info;
    memset(&info, 0, sizeof(info));
    ssize_t len = read(fd, &info, sizeof(info));
    if (len != sizeof(info)) {
        call(what, len);
        return;
    }
    say("%s: signal %u code %d from me %d value %d", what, info.ssi_signo, info.ssi_code,
        info.ssi_pid == (unsigned)getpid(), info.ssi_int);
}

int main(void)
{
    sigset_t set;
    char small[100];
    int status;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 2);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = (int)must(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    say("flags %o cloexec %d", fcntl(fd, F_GETFL) & ~0100000, fcntl(fd, F_GETFD));
    report("nothing", fd);
    struct pollfd entry = {fd, POLLIN, 0};
    int ready = poll(&entry, 1, 0);
    say("poll %d", ready);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    ready = poll(&entry, 1, 0);
    say("poll %d revents %x", ready, entry.revents);
    report("kill", fd);
    report("once only", fd);
    union sigval value = {.sival_int = 77};
    sigqueue(getpid(), SIGRTMIN + 2, value);
    sigqueue(getpid(), SIGRTMIN + 2, value);
    struct signalfd_siginfo both[3];
    say("two at once: %zd", read(fd, both, sizeof(both)));
    say("codes %d %d values %d %d", both[0].ssi_code, both[1].ssi_code, both[0].ssi_int,
        both[1].ssi_int);
    call("buffer too small", read(fd, small, sizeof(small)));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        kill(getpid(), SIGUSR1);
        report("the child reads its own", fd);
        _exit(6);
    }
    must(waitpid(pid, &status, 0));
    struct signalfd_siginfo child;
    say("SIGCHLD: %zd", read(fd, &child, sizeof(child)));
    say("signal %u code %d status %d pid %d", child.ssi_signo, child.ssi_code, child.ssi_status,
        child.ssi_pid == (unsigned)pid);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    yes("new mask", signalfd(fd, &set, 0) == fd);
    kill(getpid(), SIGUSR1);
    report("no longer watched", fd);
    kill(getpid(), SIGUSR2);
    report("now watched", fd);
    call("of no signalfd", signalfd(0, &set, 0));
    call("of nothing", signalfd(99, &set, 0));
    call("unknown flag", signalfd(-1, &set, 1));
    call("size", syscall(SYS_signalfd4, -1, &set, 4, 0));
    call("bad pointer", syscall(SYS_signalfd4, -1, 8, 8, 0));
    call("write", write(fd, &child, sizeof(child)));
    return 0;
}
