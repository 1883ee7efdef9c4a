/* waitid's si_uid is the real user of the child: when it is stopped, goes on, and has ended. */

#include "test.h"

static void show(const char *label, pid_t child, int what)
{
    siginfo_t info;

    must(waitid(P_PID, (id_t)child, &info, what));
    say("%s: uid %u", label, info.si_uid);
}

int main(void)
{
    int go[2];
    char byte;
    pid_t child;

    must(pipe(go));
    child = (pid_t)must(fork());
    if (child == 0) {
        must(setresuid(1234, 77, 0));
        raise(SIGSTOP);
        must(read(go[0], &byte, 1));
        must(setresuid(0, 0, 0));
        must(setresuid(4321, 4321, 4321));
        raise(SIGSTOP);
        _exit(0);
    }
    show("stopped", child, WSTOPPED);
    must(kill(child, SIGCONT));
    show("continued", child, WCONTINUED);
    must(write(go[1], "", 1));
    show("stopped as another", child, WSTOPPED);
    must(kill(child, SIGCONT));
    show("ended", child, WEXITED);
    return 0;
}
