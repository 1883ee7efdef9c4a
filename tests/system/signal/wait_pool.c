/* Two threads wait for the same signals, which are blocked; both are sent at once: each thread
 * takes one. */

#include "test.h"

#include <pthread.h>

static volatile int taken, tids[2];
static sigset_t set;

static void *waiter(void *number)
{
    siginfo_t info;

    tids[(long)number] = (int)syscall(SYS_gettid);
    if (sigwaitinfo(&set, &info) > 0)
        __atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* Until the thread waits; no other call of it sleeps. */
static void wait_until_waiting(int tid)
{
    char path[60], text[512];

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    do {
        nap(1);
        must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    } while (strstr(text, ") S ") == NULL);
}

static bool both_take(void)
{
    struct timespec begin;
    pthread_t threads[2];
    bool both;

    taken = tids[0] = tids[1] = 0;
    for (long i = 0; i < 2; i++) {
        must(-pthread_create(&threads[i], NULL, waiter, (void *)i));
        while (tids[i] == 0)
            nap(1);
        wait_until_waiting(tids[i]);
    }
    must(kill(getpid(), SIGUSR1));
    must(kill(getpid(), SIGUSR2));
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (taken < 2 && elapsed(&begin) < 5000)
        nap(1);
    both = taken == 2;
    if (!both)
        must(kill(getpid(), SIGUSR1)); /* the other finds both */
    for (int i = 0; i < 2; i++)
        must(-pthread_join(threads[i], NULL));
    return both;
}

int main(void)
{
    bool good = true;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; good && i < 100; i++)
        good = both_take();
    yes("each takes one", good);
    return 0;
}
