/* waitid: every id type and option, and what siginfo holds. */

#include "test.h"

static siginfo_t info;

static void show(const char *label, long result, pid_t pid)
{
    if (result < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: %ld %s %s status %d pid %s uid %u", label, result,
        info.si_signo ? signal_name(info.si_signo) : "none",
        info.si_signo ? signal_code_name(info.si_signo, info.si_code) : "",
        info.si_signo ? info.si_status : 0,
        info.si_pid == pid ? "child's"
        : info.si_pid == 0 ? "0"
                           : "OTHER",
        info.si_uid);
    memset(&info, 0x7f, sizeof(info));
}

int main(void)
{
    show("no children", waitid(P_ALL, 0, &info, WEXITED), 0);
    show("no options", waitid(P_ALL, 0, &info, 0), 0);
    show("unknown option", waitid(P_ALL, 0, &info, WEXITED | 0x10), 0);
    show("unknown type", waitid(9, 0, &info, WEXITED), 0);
    show("P_PID 0", waitid(P_PID, 0, &info, WEXITED), 0);
    int go[2]; /* closed when the child may end */
    char byte;
    must(pipe(go));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        close(go[1]);
        raise(SIGSTOP);
        _exit(read(go[0], &byte, 1) == 0 ? 300 : 1);
    }
    show("stopped", waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), pid);
    show("stopped again", waitid(P_PID, (id_t)pid, &info, WSTOPPED), pid);
    show("nothing", waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOHANG), pid);
    kill(pid, SIGCONT);
    show("continued", waitid(P_ALL, 0, &info, WCONTINUED), pid);
    close(go[1]);
    show("exited, kept", waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED | WNOWAIT), pid);
    show("exited", waitid(P_PGID, 0, &info, WEXITED), pid);
    pid = (pid_t)must(fork());
    if (pid == 0)
        abort();
    show("aborted", waitid(P_ALL, 0, &info, WEXITED), pid);
    pid = (pid_t)must(fork());
    if (pid == 0)
        _exit(0);
    call("null info", waitid(P_PID, (id_t)pid, NULL, WEXITED));
    return 0;
}
