/* A tracee that is listened to (PTRACE_LISTEN): PTRACE_INTERRUPT right after it makes it trap, and
 * when its tracer ends, the next one is told of the stop. */

#include "ptrace/words.h"

static void nothing(int signal)
{
    (void)signal;
}

/* => whether a stop of @child is told */
static bool told(pid_t child)
{
    int status;
    bool is;

    alarm(10);
    is = waitpid(child, &status, __WALL) == child && WIFSTOPPED(status);
    alarm(0);
    return is;
}

static pid_t sleeper(void)
{
    pid_t child = (pid_t)must(fork());

    if (child == 0)
        for (;;)
            pause();
    return child;
}

static void end(pid_t child)
{
    must(kill(child, SIGKILL));
    must(waitpid(child, NULL, __WALL));
}

static void interrupt_at_once(void)
{
    pid_t child = sleeper();
    struct timespec begin;
    int hang = 0;

    must(ptrace(PTRACE_SEIZE, child, NULL, NULL));
    must(kill(child, SIGSTOP));
    yes("the signal", told(child));
    must(ptrace(PTRACE_CONT, child, NULL, SIGSTOP));
    yes("the stop of the process", told(child));
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; hang == 0 && elapsed(&begin) < 2000; i++) {
        must(ptrace(PTRACE_LISTEN, child, NULL, NULL));
        for (volatile int spin = i % 500 * 4; spin > 0; spin--)
            ;
        must(ptrace(PTRACE_INTERRUPT, child, NULL, NULL));
        hang += !told(child);
    }
    say("%d not told", hang);
    end(child);
}

static void listen_and_end(pid_t child)
{
    must(ptrace(PTRACE_SEIZE, child, NULL, NULL));
    yes("the first tracer is told", told(child));
    must(ptrace(PTRACE_LISTEN, child, NULL, NULL));
    nap(50); /* it goes to its rest */
    _exit(0);
}

static void second_tracer(void)
{
    pid_t child = sleeper(), tracer;
    int status;

    must(kill(child, SIGSTOP));
    must(waitpid(child, &status, WUNTRACED));
    tracer = (pid_t)must(fork());
    if (tracer == 0)
        listen_and_end(child);
    must(waitpid(tracer, &status, 0));
    status_report("the first tracer", status);
    must(ptrace(PTRACE_ATTACH, child, NULL, NULL));
    yes("the second tracer is told", told(child));
    end(child);
}

int main(void)
{
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = nothing}, NULL);
    interrupt_at_once();
    second_tracer();
    return 0;
}
