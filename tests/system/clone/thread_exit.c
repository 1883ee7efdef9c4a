/* exit, exit_group and death by signal with several threads. */

#include "test.h"

#include <pthread.h>

static void *sleeper(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void *spinner(void *unused)
{
    for (volatile long i = 0;; i++)
        ;
    return unused;
}

static void *crasher(void *unused)
{
    nap(10);
    *(volatile int *)8 = 1;
    return unused;
}

static void *leaver(void *unused)
{
    nap(20);
    exit(21);
    return unused;
}

static void start(void *(*body)(void *))
{
    pthread_t id;
    must(pthread_create(&id, NULL, body, NULL) ? -1 : 0);
}

static void group_exit(void)
{
    start(sleeper);
    start(spinner);
    nap(10);
    syscall(SYS_exit_group, 20);
}

static void exit_in_thread(void)
{
    start(sleeper);
    start(leaver);
    for (;;)
        pause();
}

static void leader_leaves_first(void)
{
    start(leaver);
    syscall(SYS_exit, 5);
}

static void crash_in_thread(void)
{
    start(spinner);
    start(crasher);
    for (;;)
        pause();
}

static void killed(void)
{
    start(spinner);
    start(sleeper);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

int main(void)
{
    in_child("exit_group", group_exit);
    in_child("exit from a thread", exit_in_thread);
    in_child("main thread leaves first", leader_leaves_first);
    in_child("a thread crashes", crash_in_thread);
    in_child("killed", killed);
    return 0;
}
