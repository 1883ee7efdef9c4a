/* A process is stopped while its second thread executes a program: it stops, before or after. */

#include "test.h"

#include <pthread.h>

static volatile int *go;

static void nothing(int signal)
{
    (void)signal;
}

static void *executes(void *unused)
{
    execl("/proc/self/exe", "program", "sleep", NULL);
    return unused;
}

static void two_threads(void)
{
    pthread_t thread;

    *go = 1;
    must(-pthread_create(&thread, NULL, executes, NULL));
    for (;;)
        ; /* takes the signal at once */
}

/* => whether the parent learns that the child has stopped */
static bool stop(int number)
{
    pid_t child;
    int status;
    bool told;

    *go = 0;
    child = (pid_t)must(fork());
    if (child == 0)
        two_threads();
    while (!*go)
        ;
    for (volatile int spin = number % 1000 * 50; spin > 0; spin--)
        ;
    must(kill(child, SIGSTOP));
    alarm(10);
    told = waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status);
    alarm(0);
    must(kill(child, SIGKILL));
    must(waitpid(child, &status, 0));
    return told;
}

int main(int argc, char **argv)
{
    struct timespec begin;
    int hang = 0;

    (void)argv;
    if (argc > 1)
        for (;;)
            pause();
    go = (int *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = nothing}, NULL);
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; hang == 0 && elapsed(&begin) < 4000; i++)
        hang += !stop(i * 7);
    say("%d not told", hang);
    return 0;
}
