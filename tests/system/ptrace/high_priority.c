/*
 * A tracer of a real-time priority on the processor of what it traces: it waits until the traced
 * one is at rest, rather than keep it from coming there.
 */
#include "words.h"

#include <sched.h>

static int stop_again_and_again(void)
{
    while (getpid() > 0)
        raise(SIGUSR1);
    return 0;
}

int main(void)
{
    struct sched_param high = {.sched_priority = 50};
    struct user_regs_struct registers;
    long good = 0;
    cpu_set_t one;
    pid_t child;
    int status;

    CPU_ZERO(&one);
    CPU_SET(0, &one);
    must(sched_setaffinity(0, sizeof(one), &one));
    child = traced_child(stop_again_and_again);
    call("a real-time priority", syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high));
    for (int i = 0; i < 300; i++) {
        ptrace(PTRACE_CONT, child, 0, 0);
        if (waitpid(child, &status, 0) == child && WIFSTOPPED(status))
            good += ptrace(PTRACE_GETREGS, child, 0, &registers) == 0;
    }
    say("%ld of 300 stops", good);
    kill(child, SIGKILL);
    wait_for_stop("end", child);
    return 0;
}
