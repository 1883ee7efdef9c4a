/* O_ASYNC and very many events: what is pending does not grow with them, and what has no room in
   the queue of signals is told by SIGIO. */
#include "test.h"

#include <sched.h>
#include <sys/resource.h>

#define EVENTS 200000

static int ends[2];

static void own(int signal)
{
    must(pipe(ends));
    must(fcntl(ends[0], F_SETOWN, getpid()));
    must(fcntl(ends[0], F_SETSIG, signal));
    must(fcntl(ends[0], F_SETFL, O_ASYNC));
}

static void block(sigset_t *set, int signal)
{
    sigemptyset(set);
    sigaddset(set, signal);
    must(sigprocmask(SIG_BLOCK, set, NULL));
}

/* Nobody else runs on this processor meanwhile. */
static void without_pause(void)
{
    struct sched_param priority = {.sched_priority = 1};
    struct timespec patience = {20, 0};
    sigset_t set;
    long before;
    char byte = 'x';

    block(&set, SIGIO);
    own(0);
    before = meminfo_kilobytes("MemFree");
    must(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &priority));
    for (int i = 0; i < EVENTS; i++) {
        (void)!write(ends[1], &byte, 1);
        (void)!read(ends[0], &byte, 1);
    }
    yes("memory is as before", before - meminfo_kilobytes("MemFree") < 6000);
    priority.sched_priority = 0;
    must(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &priority));
    say("%s", signal_name((int)must(sigtimedwait(&set, NULL, &patience))));
}

static void queue_is_full(void)
{
    struct rlimit limit = {10, 10};
    struct timespec patience = {20, 0};
    sigset_t set;

    block(&set, SIGIO);
    block(&set, SIGRTMIN);
    become_user();
    must(setrlimit(RLIMIT_SIGPENDING, &limit));
    own(SIGRTMIN);
    for (int i = 0; i < 50; i++)
        must(write(ends[1], "x", 1));
    say("%s", signal_name((int)must(sigtimedwait(&set, NULL, &patience))));
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    say("%s", signal_name((int)must(sigtimedwait(&set, NULL, &patience))));
}

int main(void)
{
    in_child("events without a pause", without_pause);
    in_child("a full queue of signals", queue_is_full);
    return 0;
}
