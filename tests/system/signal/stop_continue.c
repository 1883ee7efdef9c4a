/* Stopping and continuing: SIGSTOP, SIGTSTP, pending ones cancel, SIGCONT wakes even when ignored.
 */

#include "test.h"

static sigset_t child_signal;

static void next_signal(void)
{
    siginfo_t info;
    struct timespec limit = {1, 0};
    if (sigtimedwait(&child_signal, &info, &limit) < 0)
        say("  no signal");
    else
        say("  %s %s status %s", signal_name(info.si_signo),
            signal_code_name(info.si_signo, info.si_code), signal_name(info.si_status));
}

static void wait_for(pid_t pid, const char *label, int options)
{
    int status;
    while (waitpid(pid, &status, options) < 0 && errno == EINTR)
        ;
    status_report(label, status);
}

static void story(int flags)
{
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = flags};
    sigaction(SIGCHLD, &action, NULL);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    wait_for(pid, "stop", WUNTRACED);
    next_signal();
    kill(pid, SIGCONT);
    wait_for(pid, "continue", WCONTINUED);
    next_signal();
    kill(pid, SIGTERM);
    wait_for(pid, "end", 0);
    next_signal();
}

/* We are the leader of a session without a terminal: our group is orphaned, so SIGTSTP does not
 * stop. */
static void orphaned_stop(void)
{
    raise(SIGTSTP);
    raise(SIGTTIN);
    raise(SIGTTOU);
    _exit(3);
}

int main(void)
{
    int status;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    say("with SIGCHLD for stops");
    story(0);
    say("SA_NOCLDSTOP");
    story(SA_NOCLDSTOP);
    in_child("terminal stops in an orphaned group", orphaned_stop);
    signal(SIGCHLD, SIG_DFL);

    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        for (;;)
            pause();
    }
    kill(pid, SIGSTOP);
    wait_for(pid, "stopped", WUNTRACED);
    kill(pid, SIGTERM);
    nap(20);
    call("a stopped process does not act on SIGTERM", waitpid(pid, &status, WNOHANG));
    kill(pid, SIGCONT);
    wait_for(pid, "after SIGCONT", 0);
    pid = (pid_t)must(fork());
    if (pid == 0) {
        for (;;)
            pause();
    }
    kill(pid, SIGSTOP);
    wait_for(pid, "stopped", WUNTRACED);
    kill(pid, SIGKILL);
    wait_for(pid, "SIGKILL ends a stopped one", 0);
    return 0;
}
