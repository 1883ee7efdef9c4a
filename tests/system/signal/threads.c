/* Signals and threads: process-directed ones go to a thread that does not block them,
   thread-directed ones to that thread, the mask is per thread, dispositions are shared. */

#include "test.h"

#include <pthread.h>

static volatile int handled_by;
static volatile int ready;

static void handler(int number)
{
    (void)number;
    handled_by = (int)syscall(SYS_gettid);
}

static void *body(void *argument)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    *(int *)argument = (int)syscall(SYS_gettid);
    ready = 1;
    while (!handled_by)
        nap(2);
    return NULL;
}

int main(void)
{
    sigset_t set;
    pthread_t thread;
    int other = 0;

    signal(SIGUSR1, handler);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, body, &other);
    while (!ready)
        nap(2);
    kill(getpid(), SIGUSR1);
    pthread_join(thread, NULL);
    yes("kill went to the thread that does not block", handled_by == other);
    handled_by = ready = 0;
    pthread_create(&thread, NULL, body, &other);
    while (!ready)
        nap(2);
    pthread_kill(pthread_self(), SIGUSR1);
    nap(20);
    yes("tgkill to a thread that blocks stays pending", handled_by == 0);
    sigset_t pending;
    sigpending(&pending);
    yes("pending there", sigismember(&pending, SIGUSR1));
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    yes("tgkill to the other", handled_by == other);
    handled_by = 0;
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    yes("unblocked here", handled_by == getpid());
    return 0;
}
