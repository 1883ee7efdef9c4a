/* The place in the queue of signals that a timer takes is that of the user who made it, also when
 * its process belongs to another user by the time it goes. */

#include "test.h"

#define USER 12345

static void queued(const char *label)
{
    char text[4096];
    const char *line;

    must(file_text("/proc/self/status", text, sizeof(text)) > 0 ? 0 : -1);
    line = strstr(text, "SigQ:");
    say("%s: %.*s", label, line != NULL ? (int)strcspn(line, "/") : 0, line);
}

static void become(void)
{
    must(setresuid(USER, USER, USER));
}

static void makes_timers(bool deletes)
{
    timer_t timer[10];

    for (int i = 0; i < 10; i++)
        must(timer_create(CLOCK_MONOTONIC, NULL, &timer[i]));
    become();
    queued("made as root");
    for (int i = 0; deletes && i < 10; i++)
        must(timer_delete(timer[i]));
}

static void queues(void)
{
    sigset_t set;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    become();
    queued("afterwards");
    call("sigqueue", sigqueue(getpid(), SIGRTMIN, (union sigval){0}));
    queued("with one");
}

static void at_exit(void)
{
    makes_timers(false);
}

static void by_deleting(void)
{
    makes_timers(true);
}

int main(void)
{
    int ready[2];
    char byte;
    pid_t keeper; /* a user is counted for as long as it has a process */

    must(pipe(ready));
    keeper = (pid_t)must(fork());
    if (keeper == 0) {
        become();
        must(write(ready[1], "", 1));
        for (;;)
            pause();
    }
    must(read(ready[0], &byte, 1));
    in_child("gone with the process", at_exit);
    in_child("and", queues);
    in_child("deleted", by_deleting);
    in_child("and", queues);
    must(kill(keeper, SIGKILL));
    must(waitpid(keeper, NULL, 0));
    return 0;
}
