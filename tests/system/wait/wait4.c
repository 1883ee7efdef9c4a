/* wait4: exit status, signals, WNOHANG, groups, ECHILD, rusage. */

#include "test.h"

#include <sys/resource.h>

static pid_t child_exit(int code)
{
    pid_t pid = (pid_t)must(fork());
    if (pid == 0)
        _exit(code);
    return pid;
}

int main(void)
{
    int status = 0x55;
    struct rusage usage;
    call("no children", waitpid(-1, &status, 0));
    call("no such child", waitpid(getpid(), &status, 0));
    call("unknown option", waitpid(-1, &status, 0x100));
    call("INT_MIN", waitpid(INT_MIN, &status, 0));
    pid_t pid = child_exit(0x1234);
    yes("waitpid", wait4(pid, &status, 0, &usage) == pid);
    say("status %#x", status);
    call("again", waitpid(pid, &status, 0));
    pid = child_exit(1);
    yes("own group, 0", waitpid(0, &status, 0) == pid);

    pid = (pid_t)must(fork());
    if (pid == 0)
        for (;;)
            pause();
    call("WNOHANG", waitpid(pid, &status, WNOHANG));
    kill(pid, SIGSTOP);
    yes("stopped", waitpid(pid, &status, WUNTRACED) == pid);
    say("status %#x", status);
    call("stopped once", waitpid(pid, &status, WUNTRACED | WNOHANG));
    kill(pid, SIGCONT);
    yes("continued", waitpid(pid, &status, WCONTINUED) == pid);
    say("status %#x", status);
    kill(pid, SIGKILL);
    yes("killed", waitpid(-1, &status, 0) == pid);
    say("status %#x", status);
    pid = child_exit(0);
    yes("null status", waitpid(pid, NULL, 0) == pid);
    pid = child_exit(0);
    call("bad status pointer", wait4(pid, (int *)8, 0, NULL));
    call("is it reaped", waitpid(pid, &status, WNOHANG));
    pid = child_exit(0);
    setpgid(pid, pid);
    call("group of nobody", waitpid(-getpid() - 100000, &status, 0));
    yes("any", wait(&status) == pid);
    return 0;
}
