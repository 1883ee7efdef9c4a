/* A traced task that runs while its process is stopped, since its tracer let it: it makes a thread,
 * and comes back to the stop when it is let go. */

#include "ptrace/words.h"

#include <pthread.h>

static void *nothing(void *unused)
{
    return unused;
}

static char state_of(pid_t pid)
{
    char path[40], text[512];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    return strrchr(text, ')')[2];
}

static void show_state(const char *label, pid_t pid, char wanted)
{
    struct timespec begin;

    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (state_of(pid) != wanted && elapsed(&begin) < 5000)
        nap(1);
    say("%s: %c", label, state_of(pid));
}

static int spins(void)
{
    volatile bool on = true;

    raise(SIGUSR1);
    while (on)
        ;
    return 0;
}

static int makes_thread(void)
{
    pthread_t thread;

    say("pthread_create: %d", pthread_create(&thread, NULL, nothing, NULL));
    return spins();
}

static void let_go(const char *label, int (*act)(void))
{
    pid_t child;
    int status;

    say("-- %s", label);
    child = traced_child(act);
    must(go_on(PTRACE_CONT, child, SIGSTOP));
    wait_for_stop("the stop", child);
    must(go_on(PTRACE_CONT, child, 0));
    wait_for_stop("in the stop", child);
    must(go_on(PTRACE_DETACH, child, 0));
    show_state("let go", child, 'T');
    must(kill(child, SIGCONT));
    show_state("continued", child, 'R');
    must(kill(child, SIGKILL));
    must(waitpid(child, &status, 0));
    status_report("end", status);
}

int main(void)
{
    let_go("alone", spins);
    let_go("with a thread", makes_thread);
    return 0;
}
