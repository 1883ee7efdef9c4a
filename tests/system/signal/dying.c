/* Signals to a process that is about to end are lost with it: none stays charged to the user. */
#include "test.h"

#define ROUNDS 120

static int queued(void)
{
    char text[8192], *at;
    int fd = (int)must(open("/proc/self/status", O_RDONLY));
    ssize_t len = must(read(fd, text, sizeof(text) - 1));

    close(fd);
    text[len] = '\0';
    at = strstr(text, "SigQ:");
    return at != NULL ? atoi(at + 5) : -1;
}

/* A child that ends by itself, under fire till it is reaped. */
static void bombard(int signal)
{
    sigset_t all;
    pid_t child;
    int status;

    sigfillset(&all);
    must(sigprocmask(SIG_BLOCK, &all, NULL));
    child = (pid_t)must(fork());
    if (child == 0)
        _exit(0);
    while (waitpid(child, &status, WNOHANG) == 0)
        (void)sigqueue(child, signal, (union sigval){.sival_int = 1});
    sigtimedwait(&(sigset_t){{1UL << (SIGCHLD - 1)}}, NULL, &(struct timespec){0, 0});
}

int main(void)
{
    int before;

    become_user(); /* the first process may have a signal pending, which counts as root's */
    before = queued();

    for (int i = 0; i < ROUNDS; i++)
        bombard(i % 3 == 0 ? SIGRTMIN : i % 3 == 1 ? SIGTERM : SIGKILL);
    say("%d more than before", queued() - before);
    return 0;
}
