/* O_ASYNC, FIOASYNC, owners: SIGIO and SIGURG of sockets. */

#include "test.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

static int fds[2];

static void set_owner(void)
{
    int me = getpid();

    call("FIOSETOWN", ioctl(fds[0], 0x8901, &me));
    me = 0;
    call("FIOGETOWN", ioctl(fds[0], 0x8903, &me));
    yes("it is me", me == getpid());
    yes("F_GETOWN too", fcntl(fds[0], F_GETOWN) == me);
    me = -getpgrp();
    call("SIOCSPGRP", ioctl(fds[0], 0x8902, &me));
    call("SIOCGPGRP", ioctl(fds[0], 0x8904, &me));
    yes("it is my group", me == -getpgrp());
    call("SIOCSPGRP nowhere", ioctl(fds[0], 0x8902, (void *)8));
    call("SIOCGPGRP nowhere", ioctl(fds[0], 0x8904, (void *)8));
    call("F_SETOWN", fcntl(fds[0], F_SETOWN, getpid()));
}

/* Take the signals that have come by the time one has. */
static void show(const char *label, int number, sigset_t *set)
{
    struct timespec limit = {20, 0};
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    if (number == 0) {
        limit.tv_sec = 0;
        call(label, sigtimedwait(set, &info, &limit));
        return;
    }
    say("%s: %s", label, signal_name((int)must(sigtimedwait(set, &info, &limit))));
    say("  code %s, band %#lx, descriptor %s",
        info.si_code > 0 && number >= SIGRTMIN ? "POLL" : "-",
        number >= SIGRTMIN ? (unsigned long)info.si_band & 0x1 : 0,
        number >= SIGRTMIN ? (info.si_fd == fds[0] ? "right" : "wrong") : "-");
    limit.tv_sec = 0;
    while (sigtimedwait(set, &info, &limit) > 0)
        ;
}

int main(void)
{
    char byte;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGURG);
    sigaddset(&set, SIGRTMIN + 1);
    must(sigprocmask(SIG_BLOCK, &set, NULL));
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    set_owner();
    must(write(fds[1], "x", 1));
    show("not asynchronous", 0, &set);
    call("O_ASYNC", fcntl(fds[0], F_SETFL, O_ASYNC | O_NONBLOCK));
    say("flags %#x", fcntl(fds[0], F_GETFL));
    show("nothing happens", 0, &set);
    must(write(fds[1], "x", 1));
    show("data", SIGIO, &set);
    call("F_SETSIG", fcntl(fds[0], F_SETSIG, SIGRTMIN + 1));
    must(write(fds[1], "x", 1));
    show("data", SIGRTMIN + 1, &set);
    must(read(fds[0], &byte, 1));
    call("send OOB", send(fds[1], "!", 1, MSG_OOB));
    {
        struct timespec limit = {20, 0};
        bool urgent = false, io = false;

        while (!(urgent && io)) {
            int got = (int)must(sigtimedwait(&set, NULL, &limit));

            urgent |= got == SIGURG;
            io |= got == SIGRTMIN + 1;
        }
        yes("both came", urgent && io);
    }
    call("O_ASYNC off", fcntl(fds[0], F_SETFL, O_NONBLOCK));
    {
        struct timespec zero = {0, 0};

        while (sigtimedwait(&set, NULL, &zero) > 0)
            ;
    }
    must(write(fds[1], "x", 1));
    show("off", 0, &set);
    {
        int on = 1;

        call("FIOASYNC", ioctl(fds[0], FIOASYNC, &on));
        say("flags %#x", fcntl(fds[0], F_GETFL));
        call("F_SETSIG", fcntl(fds[0], F_SETSIG, 0));
    }
    close(fds[1]);
    show("the peer is gone", SIGIO, &set);
    return 0;
}
