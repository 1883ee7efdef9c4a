/* clone: the low byte of the flags is the signal at the child's end, whatever it is. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

static volatile sig_atomic_t seen;

static void note(int number)
{
    seen = number;
}

static void end_with(int number)
{
    char label[32];
    int status;
    long pid;

    seen = 0;
    pid = syscall(SYS_clone, number, 0, 0, 0, 0);
    if (pid == 0)
        _exit(3);
    snprintf(label, sizeof(label), "signal %d", number);
    call_ok(label, pid);
    call("  without __WALL", waitpid((pid_t)pid, &status, 0));
    yes("  with __WALL", waitpid((pid_t)pid, &status, __WALL) == pid);
    say("  caught %d", seen);
}

int main(void)
{
    static const int numbers[] = {0, SIGUSR1, 40, 63, 64, 65, 100, 200, 255};

    for (int number = 1; number <= 64; number++)
        signal(number, note);
    for (unsigned i = 0; i < COUNT_OF(numbers); i++)
        end_with(numbers[i]);
    return 0;
}
