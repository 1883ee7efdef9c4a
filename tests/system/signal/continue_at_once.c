/* SIGSTOP, and SIGCONT right after it: the process runs, whatever it had taken of the first. */

#include "test.h"

#include <sched.h>

static volatile unsigned long *count;

/* => false: it does not count any more */
static bool runs(void)
{
    unsigned long seen = *count;
    struct timespec begin;

    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (*count == seen && elapsed(&begin) < 10000)
        sched_yield();
    return *count != seen;
}

int main(void)
{
    struct timespec begin;
    int stuck = 0;
    pid_t child;

    count = (unsigned long *)must(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    child = (pid_t)must(fork());
    if (child == 0)
        for (;;)
            ++*count;
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; stuck == 0 && elapsed(&begin) < 3000; i++) {
        must(kill(child, SIGSTOP));
        for (volatile int spin = i % 400 * 5; spin > 0; spin--)
            ;
        must(kill(child, SIGCONT));
        stuck += !runs();
    }
    must(kill(child, SIGKILL));
    must(waitpid(child, NULL, 0));
    say("%d stuck", stuck);
    return 0;
}
