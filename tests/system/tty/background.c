/* What a background group is answered: reads, writes, settings; SIGTTIN and SIGTTOU by default,
   ignored, blocked; TOSTOP; orphaned or not. */

#include "terminal.h"

static int which, handling;

static const struct {
    const char *name;
    int signal;
} operations[] = {
    {"read", SIGTTIN},      {"write", SIGTTOU},       {"write, TOSTOP", SIGTTOU},
    {"tcsetattr", SIGTTOU}, {"tcflush", SIGTTOU},     {"tcflow", SIGTTOU},
    {"tcdrain", SIGTTOU},   {"tcsendbreak", SIGTTOU}, {"tcsetpgrp", SIGTTOU},
    {"tcgetattr", SIGTTOU}, {"window size", SIGTTOU}, {"poll", SIGTTIN},
};

static const char *const handlings[] = {"default", "ignored", "blocked", "caught"};

static void caught(int number)
{
    dprintf(1, "    %s\n", signal_name(number));
    signal(number, SIG_IGN); /* the call is made again */
}

static long operate(void)
{
    struct pollfd ready = {.fd = slave, .events = POLLIN | POLLOUT};
    struct winsize window = {25, 80, 0, 0};
    struct termios settings;
    char byte;

    switch (which) {
    case 0:
        return read(slave, &byte, 1);
    case 1:
    case 2:
        return write(slave, "x", 1);
    case 3:
        tcgetattr(slave, &settings);
        return tcsetattr(slave, TCSANOW, &settings);
    case 4:
        return tcflush(slave, TCIFLUSH);
    case 5:
        return tcflow(slave, TCOON);
    case 6:
        return ioctl(slave, TCSBRK, 1);
    case 7:
        return ioctl(slave, TCSBRKP, 0);
    case 8:
        return tcsetpgrp(slave, getpgrp());
    case 9:
        return tcgetattr(slave, &settings);
    case 10:
        return ioctl(slave, TIOCSWINSZ, &window);
    default:
        return poll(&ready, 1, 0);
    }
}

static void background(void)
{
    char label[64];
    sigset_t set;
    int number = operations[which].signal;

    if (handling == 1)
        signal(number, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, number);
    if (handling == 2)
        sigprocmask(SIG_BLOCK, &set, NULL);
    if (handling == 3) {
        struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
        sigaction(number, &action, NULL);
    }
    snprintf(label, sizeof(label), "%s, %s", operations[which].name, handlings[handling]);
    call(label, operate());
}

static void set_tostop(bool on)
{
    struct termios settings;

    must(tcgetattr(slave, &settings));
    settings.c_lflag = on ? settings.c_lflag | TOSTOP : settings.c_lflag & ~(tcflag_t)TOSTOP;
    must(tcsetattr(slave, TCSANOW, &settings));
}

static void session(void)
{
    for (handling = 0; handling < 4; handling++) {
        for (which = 0; which < (int)COUNT_OF(operations); which++) {
            set_tostop(which == 2);
            result("    it", group_start(background));
            if (which == 8) {
                signal(SIGTTOU, SIG_IGN);
                tcsetpgrp(slave, getpgrp());
                signal(SIGTTOU, SIG_DFL);
            }
        }
    }
    set_tostop(false);
}

/* Its parent is in the same group, and the parent's in another session. */
static void orphans(void)
{
    for (handling = 0; handling < 4; handling++) {
        for (which = 0; which < (int)COUNT_OF(operations); which++) {
            pid_t pid;

            if ((pid = (pid_t)must(fork())) == 0) {
                background();
                _exit(0);
            }
            result("    it", pid);
            if (which == 8) {
                signal(SIGTTOU, SIG_IGN);
                must(tcsetpgrp(slave, getsid(0)));
                signal(SIGTTOU, SIG_DFL);
            }
        }
    }
}

static void orphaning_session(void)
{
    int ends[2];
    char byte;

    set_tostop(true);
    must(pipe(ends));
    if (fork() == 0) {
        pid_t parent = getpid();
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);
            close(ends[0]);
            kill(parent, SIGKILL);
            while (getppid() == parent)
                usleep(1000);
            orphans();
            write(ends[1], "", 1);
            _exit(0);
        }
        pause();
    }
    close(ends[1]);
    must(read(ends[0], &byte, 1));
}

int main(void)
{
    terminal_open();
    say("-- background");
    wait_for(session_start(session));
    terminal_close();
    terminal_open();
    say("-- orphaned");
    wait_for(session_start(orphaning_session));
    return 0;
}
