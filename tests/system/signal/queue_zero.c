/* rt_sigqueueinfo and its kin with signal 0: the target is asked about, whatever number the
 * information has. */

#include "test.h"

static void ask(const char *label, pid_t target, int code)
{
    siginfo_t info = {.si_signo = SIGKILL, .si_code = code};

    say("-- %s", label);
    call("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, target, 0, &info));
    call("rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, target, target, 0, &info));
}

int main(void)
{
    pid_t child = (pid_t)must(fork());
    int status;

    if (child == 0)
        for (;;)
            pause();
    ask("a child", child, SI_QUEUE);
    ask("a child, as if by kill", child, SI_USER);
    ask("oneself", getpid(), SI_QUEUE);
    nap(20);
    call("it lives", waitpid(child, &status, WNOHANG));
    must(kill(child, SIGKILL));
    must(waitpid(child, &status, 0));
    ask("nobody", child, SI_QUEUE);
    return 0;
}
