/* PTRACE_ATTACH to a task that is just stopping: its stop is told. */

#include "ptrace/words.h"

static void nothing(int signal)
{
    (void)signal;
}

/* => whether its tracer learns that it has stopped */
static bool attach(int number)
{
    static volatile int *go;
    pid_t child;
    bool told;

    if (go == NULL)
        go = (int *)must(
            mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    *go = 0;
    child = (pid_t)must(fork());
    if (child == 0) {
        *go = 1;
        raise(SIGSTOP);
        _exit(0);
    }
    while (!*go)
        ;
    for (volatile int spin = number % 500 * 4; spin > 0; spin--)
        ;
    if (ptrace(PTRACE_ATTACH, child, NULL, NULL) == 0) {
        alarm(10);
        told = waitpid(child, NULL, __WALL) == child;
        alarm(0);
    } else {
        told = errno == EPERM; /* it has begun to end */
    }
    must(kill(child, SIGKILL));
    must(waitpid(child, NULL, __WALL));
    return told;
}

int main(void)
{
    struct timespec begin;
    int hang = 0;

    sigaction(SIGALRM, &(struct sigaction){.sa_handler = nothing}, NULL);
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; hang == 0 && elapsed(&begin) < 3000; i++)
        hang += !attach(i);
    say("%d not told", hang);
    return 0;
}
