/* terminal.h: a pseudo-terminal and processes in sessions and groups of it. */
#pragma once

#include "test.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master = -1, slave = -1;
static char slave_name[40];

/* A new pair; the slave is opened without becoming a controlling terminal. */
static inline void terminal_open(void)
{
    int number, off = 0;

    master = (int)must(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    must(ioctl(master, TIOCSPTLCK, &off));
    must(ioctl(master, TIOCGPTN, &number));
    snprintf(slave_name, sizeof(slave_name), "/dev/pts/%d", number);
    slave = (int)must(open(slave_name, O_RDWR | O_NOCTTY));
}

static inline void terminal_close(void)
{
    close(slave);
    close(master);
}

/* A child that runs @body in a session of its own, whose terminal the slave is. */
static inline pid_t session_start(void (*body)(void))
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        must(setsid());
        must(ioctl(slave, TIOCSCTTY, 0));
        body();
        _exit(0);
    }
    return pid;
}

/* A child that runs @body in a group of its own, in the background. */
static inline pid_t group_start(void (*body)(void))
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        setpgid(0, 0);
        body();
        _exit(0);
    }
    setpgid(pid, pid);
    return pid;
}

/* How it stopped or ended; what is stopped is killed. */
static inline void result(const char *label, pid_t pid)
{
    int status;

    must(waitpid(pid, &status, WUNTRACED));
    status_report(label, status);
    if (WIFSTOPPED(status)) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
}

static inline void wait_for(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0));
    if (status != 0)
        status_report("ended", status);
}
