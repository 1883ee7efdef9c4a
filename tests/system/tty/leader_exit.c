/* The session leader exits: the foreground group gets SIGHUP and the terminal belongs to nobody. */

#define _GNU_SOURCE
#include <stdlib.h>

#include "test.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

int main(void)
{
    int status;
    char byte;
    int master = (int)must(posix_openpt(O_RDWR | O_NOCTTY));
    must(unlockpt(master));
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t leader = (pid_t)must(fork());
    if (leader == 0) {
        setsid();
        int slave = (int)must(open(ptsname(master), O_RDWR));
        yes("opening made it the controlling terminal", tcgetsid(slave) == getpid());
        pid_t job = fork();
        if (job == 0) {
            setpgid(0, 0);
            signal(SIGTTOU, SIG_IGN);
            tcsetpgrp(slave, getpid());
            for (;;)
                pause();
        }
        nap(50);
        _exit(0);
    }
    must(waitpid(leader, &status, 0));
    status_report("leader", status);
    must(wait(&status));
    status_report("foreground job", status);
    call("master", read(master, &byte, 1));
    return 0;
}
