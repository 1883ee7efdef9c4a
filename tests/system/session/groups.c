/* setpgid, setsid, getpgid, getsid: rules and errnos. */

#include "test.h"

#include <sys/prctl.h>

int main(void)
{
    int status;
    call("setpgid of a session leader", setpgid(0, 0));
    call("setsid of a group leader", setsid());
    call("getpgid of nobody", getpgid(999999));
    call("getsid of nobody", getsid(999999));
    call("setpgid negative", setpgid(0, -1));
    call("setpgid of a stranger", setpgid(1, 1));
    int gate[2];
    must(pipe(gate));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        char byte;
        close(gate[1]);
        read(gate[0], &byte, 1);
        yes("group is the one the parent set", getpgrp() == getpid());
        call("setsid as group leader", setsid());
        call("back to the parent's group", setpgid(0, getppid()));
        yes("setsid now", setsid() == getpid());
        yes("own session and group", getsid(0) == getpid() && getpgrp() == getpid());
        call("to a group of another session", setpgid(0, getppid()));
        _exit(0);
    }
    call("setpgid of a child", setpgid(pid, pid));
    yes("getpgid", getpgid(pid) == pid);
    call("to a group that does not exist", setpgid(pid, 888888));
    close(gate[1]);
    must(waitpid(pid, &status, 0));
    status_report("child", status);

    must(pipe(gate));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        char number[16];
        snprintf(number, sizeof(number), "%d", gate[0]);
        close(gate[1]);
        execl("/proc/self/fd/0", "x", (char *)NULL);
        char byte;
        execl("/bin/true", "true", (char *)NULL);
        read(gate[0], &byte, 1);
        _exit(0);
    }
    nap(10);
    call("kill the group of the child's, from afar", kill(-pid, 0));
    setpgid(pid, pid);
    call("now", kill(-pid, 0));
    kill(-pid, SIGTERM);
    must(waitpid(-pid, &status, 0));
    status_report("killed by group", status);
    return 0;
}
