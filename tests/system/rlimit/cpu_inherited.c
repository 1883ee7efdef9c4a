/* RLIMIT_CPU is inherited: a child of a process with a limit is stopped by it, and so is one that
 * uses its time in several threads. */

#include "test.h"

#include <pthread.h>
#include <sys/resource.h>

static void *spin(void *unused)
{
    for (volatile long i = 0;; i++)
        ;
    return unused;
}

static void alone(void)
{
    spin(NULL);
}

static void together(void)
{
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, spin, NULL);
    spin(NULL);
}

int main(void)
{
    struct rlimit limit = {1, 2};
    must(setrlimit(RLIMIT_CPU, &limit));
    in_child("one thread", alone);
    in_child("four threads", together);
    return 0;
}
