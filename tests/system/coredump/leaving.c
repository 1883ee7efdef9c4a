/*
 * A task dies of a signal that dumps core while others of its process are leaving by themselves:
 * each of them either comes to rest for the core or has left before, and the process ends either
 * way.
 */
#include <pthread.h>

#include "test.h"

#define ROUNDS  150
#define THREADS 12

static pthread_barrier_t start;

static void *leave(void *unused)
{
    pthread_barrier_wait(&start);
    return unused;
}

static void crash_among_leavers(void)
{
    pthread_t thread;

    pthread_barrier_init(&start, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        must(-pthread_create(&thread, NULL, leave, NULL));
    pthread_barrier_wait(&start);
    *(volatile int *)8 = 0;
}

int main(void)
{
    int status, killed = 0;

    for (int i = 0; i < ROUNDS; i++) {
        pid_t child = (pid_t)must(fork());

        if (child == 0) {
            crash_among_leavers();
            _exit(0);
        }
        must(waitpid(child, &status, 0));
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
    }
    say("%d of %d died of SIGSEGV", killed, ROUNDS);
    return 0;
}
