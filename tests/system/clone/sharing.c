/* clone: what CLONE_VM, CLONE_FILES, CLONE_FS and CLONE_SIGHAND share, each with and without. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

static volatile int memory;
static char stack[65536];

static void handler(int number)
{
    (void)number;
}

static int body(void *unused)
{
    (void)unused;
    memory = 1;
    close(30);
    chdir("/tmp");
    umask(077);
    signal(SIGUSR1, handler);
    _exit(0);
}

static void attempt(const char *label, int flags)
{
    char directory[64];
    struct sigaction action;
    memory = 0;
    must(dup2(1, 30));
    must(chdir("/area"));
    umask(022);
    signal(SIGUSR1, SIG_DFL);
    must(clone(body, stack + sizeof(stack), flags | SIGCHLD, NULL));
    must(wait(NULL));
    sigaction(SIGUSR1, NULL, &action);
    say("%s: memory %s, files %s, fs %s, umask %o, handlers %s", label, memory ? "shared" : "own",
        fcntl(30, F_GETFD) < 0 ? "shared" : "own",
        strcmp(getcwd(directory, sizeof(directory)), "/tmp") == 0 ? "shared" : "own", umask(022),
        action.sa_handler == handler ? "shared" : "own");
}

int main(void)
{
    attempt("none", 0);
    attempt("VM", CLONE_VM);
    attempt("FILES", CLONE_FILES);
    attempt("FS", CLONE_FS);
    attempt("VM and SIGHAND", CLONE_VM | CLONE_SIGHAND);
    attempt("VM and VFORK", CLONE_VM | CLONE_VFORK);
    attempt("all", CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND);
    return 0;
}
