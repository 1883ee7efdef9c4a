/* O_ASYNC on a terminal and on its master: who gets SIGIO, with what, for which events. And
   TIOCSTI. */

#include "terminal.h"

static sigset_t watched;

/* The signal that came, if one comes. */
static void came(const char *label)
{
    struct timespec patience = {2, 0}, moment = {0, 50000000};
    siginfo_t info;
    int number = sigtimedwait(&watched, &info, strstr(label, "nothing") ? &moment : &patience);

    if (number < 0)
        say("%s: no signal", label);
    else if (number == SIGIO)
        say("%s: SIGIO, code %d", label, info.si_code);
    else
        say("%s: real-time, code %d, band %lx, %s", label, info.si_code, (long)info.si_band,
            info.si_fd == slave    ? "slave"
            : info.si_fd == master ? "master"
                                   : "other");
    moment = (struct timespec){0, 0};
    while (sigtimedwait(&watched, &info, &moment) >= 0)
        continue;
}

static const char *owner(int fd)
{
    int id = fcntl(fd, F_GETOWN);

    return id == 0 ? "nobody" : id == getpid() ? "own" : id == -getpgrp() ? "own group" : "other";
}

static void slave_events(void)
{
    int on = 1, off = 0;
    char bytes[64];

    say("owner: %s", owner(slave));
    call("O_ASYNC", fcntl(slave, F_SETFL, fcntl(slave, F_GETFL) | O_ASYNC));
    yes("shown", fcntl(slave, F_GETFL) & O_ASYNC);
    say("owner: %s", owner(slave));
    must(write(master, "half", 4));
    came("half a line, nothing");
    must(write(master, " line\n", 6));
    came("a line");
    must(read(slave, bytes, sizeof(bytes)));
    came("reading, nothing");
    must(write(slave, "text", 4));
    came("writing, nothing");
    must(fcntl(slave, F_SETSIG, SIGRTMIN));
    must(write(master, "line\n", 5));
    came("F_SETSIG");
    must(write(master, "\004", 1));
    came("end of file");
    call("off", ioctl(slave, FIOASYNC, &off));
    must(write(master, "line\n", 5));
    came("off, nothing");
    call("on", ioctl(slave, FIOASYNC, &on));
    yes("shown", fcntl(slave, F_GETFL) & O_ASYNC);
    must(write(master, "line\n", 5));
    came("on");
    must(fcntl(slave, F_SETSIG, 0));
    must(write(master, "line\n", 5));
    came("plain again");
    call("nobody", fcntl(slave, F_SETOWN, 0));
    must(write(master, "line\n", 5));
    came("nobody, nothing");
    must(fcntl(slave, F_SETOWN, getpid()));
    call("hang-up", ioctl(slave, TIOCVHANGUP, 0));
    call("O_ASYNC of what is hung up", fcntl(slave, F_SETFL, O_RDWR | O_ASYNC));
}

static void master_events(void)
{
    char bytes[64];

    call("O_ASYNC", fcntl(master, F_SETFL, O_RDWR | O_ASYNC));
    say("owner: %s", owner(master));
    must(write(slave, "text", 4));
    came("output for the master");
    must(fcntl(master, F_SETSIG, SIGRTMIN));
    must(write(slave, "text", 4));
    came("with F_SETSIG");
    must(read(master, bytes, sizeof(bytes)));
    must(fcntl(master, F_SETFL, O_RDWR));
    must(write(slave, "text", 4));
    came("off, nothing");
}

static void owned_by_the_foreground(void)
{
    must(fcntl(slave, F_SETFL, O_RDWR | O_ASYNC));
    say("owner: %s", owner(slave));
    must(write(master, "line\n", 5));
    came("the foreground group");
    must(tcflush(slave, TCIFLUSH));
    must(fcntl(slave, F_SETFL, O_RDWR));
}

static void fake_input(void)
{
    char bytes[8] = "";

    call("TIOCSTI", ioctl(slave, TIOCSTI, "a"));
    call("TIOCSTI", ioctl(slave, TIOCSTI, "\n"));
    call("read", read(slave, bytes, sizeof(bytes)));
    yes("what was put", strcmp(bytes, "a\n") == 0);
    call("nowhere", ioctl(slave, TIOCSTI, NULL));
    if (fork() == 0) {
        become_user();
        call("as a user, the own terminal", ioctl(slave, TIOCSTI, "b"));
        setsid();
        call("as a user, another one", ioctl(slave, TIOCSTI, "c"));
        _exit(0);
    }
    wait(NULL);
}

static void in_session(void)
{
    owned_by_the_foreground();
    fake_input();
}

int main(void)
{
    sigemptyset(&watched);
    sigaddset(&watched, SIGIO);
    sigaddset(&watched, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    terminal_open();
    slave_events();
    terminal_close();
    terminal_open();
    master_events();
    wait_for(session_start(in_session));
    return 0;
}
