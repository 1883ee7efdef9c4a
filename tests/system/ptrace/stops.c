/* Stops for signals, calls, steps and the end of the traced. */
#include "words.h"

#include <sys/prctl.h>

static volatile sig_atomic_t caught;

static void catch (int signal)
{
    caught = signal;
}

static int ask_pid(void)
{
    return getppid() > 0 ? 7 : 8;
}

static int take_signals(void)
{
    signal(SIGUSR1, catch);
    signal(SIGUSR2, SIG_IGN);
    raise(SIGUSR1);
    if (caught != 0)
        return 1;
    raise(SIGUSR2);
    raise(SIGUSR1);
    return caught;
}

static int loop(void)
{
    while (getpid() > 0)
        pause();
    return 0;
}

static void signals(void)
{
    pid_t child = traced_child(take_signals);

    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("SIGUSR1, to be suppressed", child);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("SIGUSR2, which is ignored", child);
    go_on(PTRACE_CONT, child, SIGUSR2);
    wait_for_stop("SIGUSR1, to be delivered", child);
    go_on(PTRACE_CONT, child, SIGUSR1);
    wait_for_stop("end", child);
}

static void info(void)
{
    siginfo_t at = {0};
    pid_t child = traced_child(loop);

    call("GETSIGINFO", ptrace(PTRACE_GETSIGINFO, child, 0, &at));
    say("signal %d code %d", at.si_signo, at.si_code);
    go_on(PTRACE_CONT, child, 0);
    sigqueue(child, SIGUSR1, (union sigval){.sival_int = 5});
    wait_for_stop("sigqueue", child);
    call("GETSIGINFO", ptrace(PTRACE_GETSIGINFO, child, 0, &at));
    say("signal %d code %d value %d, from us %d", at.si_signo, at.si_code, at.si_value.sival_int,
        at.si_pid == getpid());
    at.si_signo = SIGUSR1;
    call("SETSIGINFO", ptrace(PTRACE_SETSIGINFO, child, 0, &at));
    call("a signal that is none", go_on(PTRACE_CONT, child, 65));
    go_on(PTRACE_CONT, child, SIGUSR1);
    wait_for_stop("delivered: it kills", child);
}

static void calls(void)
{
    pid_t child = traced_child(ask_pid);
    struct user_regs_struct registers;

    call("SETOPTIONS", ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
    /* The first is the exit of the call that stopped it, or the next entry: go to getppid. */
    for (int i = 0; i < 50; i++) {
        int status;
        go_on(PTRACE_SYSCALL, child, 0);
        must(waitpid(child, &status, 0));
        ptrace(PTRACE_GETREGS, child, 0, &registers);
        if (WIFSTOPPED(status) && registers.orig_rax == SYS_getppid) {
            say_status("entry of getppid", status);
            break;
        }
    }
    say("result %lld", (long long)registers.rax);
    registers.orig_rax = SYS_getpid;
    call("SETREGS", ptrace(PTRACE_SETREGS, child, 0, &registers));
    go_on(PTRACE_SYSCALL, child, 0);
    wait_for_stop("exit", child);
    ptrace(PTRACE_GETREGS, child, 0, &registers);
    say("it was getpid: %d", (pid_t)registers.rax == child);
    registers.rax = 0;
    ptrace(PTRACE_SETREGS, child, 0, &registers);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("end, with the result made 0", child);
}

static void steps(void)
{
    pid_t child = traced_child(ask_pid);
    struct user_regs_struct before, after;
    int moved = 0, trapped = 0;

    for (int i = 0; i < 20; i++) {
        int status;
        ptrace(PTRACE_GETREGS, child, 0, &before);
        go_on(PTRACE_SINGLESTEP, child, 0);
        must(waitpid(child, &status, 0));
        ptrace(PTRACE_GETREGS, child, 0, &after);
        moved += before.rip != after.rip;
        trapped += WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
    }
    say("20 steps: moved %d, trapped %d", moved, trapped);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("end", child);
}

static void kills(void)
{
    pid_t child = traced_child(loop);

    call("KILL", ptrace(PTRACE_KILL, child, 0, 0));
    wait_for_stop("killed", child);
    call("gone", ptrace(PTRACE_CONT, child, 0, 0));
    child = traced_child(loop);
    must(kill(child, SIGKILL));
    wait_for_stop("by kill", child);
}

static void refusals(void)
{
    pid_t child = fork();

    if (child == 0) {
        pause();
        _exit(0);
    }
    call("not traced", ptrace(PTRACE_CONT, child, 0, 0));
    call("ourselves", ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    call("nobody", ptrace(PTRACE_ATTACH, 999999, 0, 0));
    call("SEIZE with an address", ptrace(PTRACE_SEIZE, child, 1, 0));
    call("SEIZE with unknown options", ptrace(PTRACE_SEIZE, child, 0, 1ul << 30));
    call("ATTACH", ptrace(PTRACE_ATTACH, child, 0, 0));
    call("twice", ptrace(PTRACE_ATTACH, child, 0, 0));
    wait_for_stop("attached", child);
    call("an unknown request", ptrace(0x7777, child, 0, 0));
    call("INTERRUPT without SEIZE", ptrace(PTRACE_INTERRUPT, child, 0, 0));
    call("LISTEN without SEIZE", ptrace(PTRACE_LISTEN, child, 0, 0));
    call("unknown options", ptrace(PTRACE_SETOPTIONS, child, 0, 1ul << 30));
    call("DETACH", ptrace(PTRACE_DETACH, child, 0, 0));
    call("detached", ptrace(PTRACE_CONT, child, 0, 0));
    must(kill(child, SIGTERM));
    wait_for_stop("end", child);
}

int main(void)
{
    signals();
    info();
    calls();
    steps();
    kills();
    refusals();
    return 0;
}
