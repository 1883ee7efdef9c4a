/* What execve keeps and what it resets. */

#include "test.h"

#include <sys/prctl.h>
#include <sys/time.h>

static void handler(int number)
{
    (void)number;
}

static void after(char **argv)
{
    struct sigaction action;
    struct itimerval timer;
    sigset_t set;
    char name[16];
    stack_t stack;

    yes("same pid", getpid() == atoi(argv[2]));
    sigaction(SIGUSR1, NULL, &action);
    yes("handler reset", action.sa_handler == SIG_DFL && action.sa_flags == 0);
    sigaction(SIGUSR2, NULL, &action);
    yes("ignored stays ignored", action.sa_handler == SIG_IGN);
    sigprocmask(SIG_BLOCK, NULL, &set);
    yes("mask kept", sigismember(&set, SIGHUP) && !sigismember(&set, SIGTERM));
    sigpending(&set);
    yes("pending kept", sigismember(&set, SIGHUP));
    sigaltstack(NULL, &stack);
    yes("no alternate stack", stack.ss_flags & SS_DISABLE);
    getitimer(ITIMER_REAL, &timer);
    yes("alarm kept", timer.it_value.tv_sec > 90);
    call("descriptor 20", fcntl(20, F_GETFD));
    call("close-on-exec 21", fcntl(21, F_GETFD));
    say("umask %o", umask(0));
    prctl(PR_GET_NAME, name);
    say("name %s", name);
    char directory[100];
    say("cwd %s", getcwd(directory, sizeof(directory)));
    say("nice %d", nice(0));
    char *old = (char *)strtoul(argv[3], NULL, 16);
    yes("old memory is gone", faults_on_read(old));
}

int main(int argc, char **argv)
{
    static char alternate[16384];
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
    struct itimerval timer = {{0, 0}, {100, 0}};
    char pid[16], address[32];
    sigset_t set;

    if (argc > 1) {
        after(argv);
        return 0;
    }
    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGHUP);
    sigaltstack(&stack, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    must(dup2(1, 20));
    must(dup3(1, 21, O_CLOEXEC));
    umask(031);
    prctl(PR_SET_NAME, "before");
    must(mkdir("sub", 0755));
    must(chdir("sub"));
    must(nice(3));
    snprintf(pid, sizeof(pid), "%d", getpid());
    snprintf(address, sizeof(address), "%lx", (unsigned long)map(PAGE));
    execl("/proc/self/exe", "state", "after", pid, address, (char *)NULL);
    return 1;
}
