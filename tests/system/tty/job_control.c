/* Job control on a terminal: controlling terminal, foreground group, ^C, ^Z, ^\, SIGTTIN, SIGTTOU,
   hang-up, TIOCNOTTY, window size and SIGWINCH. */

#define _GNU_SOURCE
#include <stdlib.h>

#include "test.h"

#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;
static char *name;
static volatile int winch;

static void on_winch(int number)
{
    (void)number;
    winch++;
}

static pid_t job(int foreground, void (*body)(void))
{
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        setpgid(0, 0);
        if (foreground) {
            signal(SIGTTOU, SIG_IGN);
            tcsetpgrp(slave, getpid());
            signal(SIGTTOU, SIG_DFL);
        }
        body();
        _exit(0);
    }
    setpgid(pid, pid);
    nap(40);
    return pid;
}

static void pausing(void)
{
    for (;;)
        pause();
}

static void reading(void)
{
    char byte;
    _exit(read(slave, &byte, 1) < 0 ? (errno == EIO ? 5 : 6) : 7);
}

static void reading_ignoring(void)
{
    signal(SIGTTIN, SIG_IGN);
    reading();
}

static void writing(void)
{
    _exit(write(slave, "bg\n", 3) == 3 ? 8 : 9);
}

static void setting(void)
{
    struct termios termios;
    tcgetattr(slave, &termios);
    _exit(tcsetattr(slave, TCSANOW, &termios) == 0 ? 10 : 11);
}

static void result(const char *label, pid_t pid)
{
    int status;
    must(waitpid(pid, &status, WUNTRACED));
    status_report(label, status);
    if (WIFSTOPPED(status)) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
}

static void session(void)
{
    struct winsize size = {24, 80, 0, 0};
    struct termios termios;
    pid_t pid;

    call("no terminal yet", open("/dev/tty", O_RDWR));
    call("TIOCSCTTY when not a leader", ioctl(slave, TIOCSCTTY, 0));
    yes("setsid", setsid() == getpid());
    call("TIOCSCTTY", ioctl(slave, TIOCSCTTY, 0));
    call("again", ioctl(slave, TIOCSCTTY, 0));
    call_ok("/dev/tty", open("/dev/tty", O_RDWR));
    yes("foreground group is ours", tcgetpgrp(slave) == getpgrp());
    yes("session", tcgetsid(slave) == getsid(0));
    call("foreground to nonsense", tcsetpgrp(slave, 999999));
    signal(SIGTTOU, SIG_IGN);
    pid = job(1, pausing);
    yes("foreground is the job", tcgetpgrp(slave) == pid);
    must(write(master, "\003", 1));
    result("^C", pid);
    pid = job(1, pausing);
    must(write(master, "\034", 1));
    result("^\\", pid);
    pid = job(1, pausing);
    must(write(master, "\032", 1));
    result("^Z", pid);
    tcsetpgrp(slave, getpgrp());
    result("background read", job(0, reading));
    result("background read, SIGTTIN ignored", job(0, reading_ignoring));
    signal(SIGTTOU, SIG_DFL);
    result("background write", job(0, writing));
    tcgetattr(slave, &termios);
    termios.c_lflag |= TOSTOP;
    tcsetattr(slave, TCSANOW, &termios);
    result("background write with TOSTOP", job(0, writing));
    result("background tcsetattr", job(0, setting));
    signal(SIGWINCH, on_winch);
    call("window size", ioctl(master, TIOCSWINSZ, &size));
    nap(10);
    say("SIGWINCH %d", winch);
    call("same size again", ioctl(slave, TIOCSWINSZ, &size));
    nap(10);
    say("SIGWINCH %d", winch);
    memset(&size, 0, sizeof(size));
    call("get", ioctl(slave, TIOCGWINSZ, &size));
    say("%d rows %d columns", size.ws_row, size.ws_col);
    signal(SIGHUP, SIG_IGN);
    signal(SIGCONT, SIG_IGN);
    call("TIOCNOTTY", ioctl(slave, TIOCNOTTY));
    call("/dev/tty", open("/dev/tty", O_RDWR));
}

static void hung_up(void)
{
    setsid();
    must(ioctl(slave, TIOCSCTTY, 0));
    for (;;)
        pause();
}

int main(void)
{
    int status;
    master = (int)must(posix_openpt(O_RDWR | O_NOCTTY));
    must(unlockpt(master));
    name = ptsname(master);
    slave = (int)must(open(name, O_RDWR | O_NOCTTY));
    in_child("session", session);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        close(master);
        hung_up();
    }
    nap(50);
    close(slave);
    close(master);
    must(waitpid(pid, &status, 0));
    status_report("the leader when the master is closed", status);
    return 0;
}
