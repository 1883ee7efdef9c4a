/* fork: what the child inherits and what is its own. */

#include "test.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

int main(void)
{
    int status, fd = file_make("file", 100);
    sigset_t blocked, pending;
    struct itimerval timer = {{0, 0}, {100, 0}};
    pid_t self = getpid(), group = getpgrp(), session = getsid(0);

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    raise(SIGUSR1);
    signal(SIGUSR2, SIG_IGN);
    setitimer(ITIMER_REAL, &timer, NULL);
    alarm(100);
    umask(027);
    must(lseek(fd, 10, SEEK_SET));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        struct sigaction action;
        yes("own pid", getpid() != self && getpid() > 0);
        yes("gettid is getpid", syscall(SYS_gettid) == getpid());
        yes("parent", getppid() == self);
        yes("same group", getpgrp() == group);
        yes("same session", getsid(0) == session);
        sigprocmask(SIG_BLOCK, NULL, &blocked);
        yes("signal mask", sigismember(&blocked, SIGUSR1) && !sigismember(&blocked, SIGUSR2));
        sigpending(&pending);
        yes("no pending signals", !sigismember(&pending, SIGUSR1));
        sigaction(SIGUSR2, NULL, &action);
        yes("dispositions", action.sa_handler == SIG_IGN);
        say("alarm left: %u", alarm(0));
        struct tms times_now;
        times(&times_now);
        yes("no child times", times_now.tms_cutime == 0 && times_now.tms_cstime == 0);
        say("umask %o", umask(0));
        say("offset %ld", (long)lseek(fd, 5, SEEK_CUR));
        _exit(7);
    }
    must(waitpid(pid, &status, 0));
    status_report("child", status);
    say("offset is shared: %ld", (long)lseek(fd, 0, SEEK_CUR));
    say("umask is not: %o", umask(0));
    yes("alarm is still there", alarm(0) > 90);
    return 0;
}
