/* crash: dies of a null pointer three calls deep, with a second thread waiting; for
 * tests/debug/run. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int marker = 0x1234abcd;
char *text;
volatile int *nowhere;

static void *wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static __attribute__((noinline)) int deep(int level)
{
    int below = level > 0 ? deep(level - 1) : *nowhere;

    return below + 1;
}

int main(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    pthread_t thread;

    setrlimit(RLIMIT_CORE, &none);
    text = strdup("what the heap held");
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    return deep(2);
}
