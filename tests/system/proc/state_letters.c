/* /proc/PID/stat, /proc/PID/task/TID/stat, status: the letter of a task's state. */

#include "test.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

static char state(const char *format, int process, int thread)
{
    char path[64], text[1024] = "";

    snprintf(path, sizeof(path), format, process, thread);
    if (file_text(path, text, sizeof(text)) < 0)
        return '-';
    const char *end =
        strstr(path, "/status") ? strstr(text, "State:\t") + 6 : strrchr(text, ')') + 1;
    return end[1];
}

static void show(const char *label, int process, int thread)
{
    char path[64], text[1024] = "";

    say("%s: process %c, thread %c, status %c", label, state("/proc/%d/stat", process, 0),
        state("/proc/%d/task/%d/stat", process, thread), state("/proc/%d/status", process, 0));
    snprintf(path, sizeof(path), "/proc/%d/status", process);
    if (file_text(path, text, sizeof(text)) > 0) {
        char *line = strstr(text, "State:");

        say("  %.*s", (int)strcspn(line, "\n"), line);
    }
}

static void wait_for(int process, char letter)
{
    for (int i = 0; i < 10000 && state("/proc/%d/stat", process, 0) != letter; i++)
        nap(1);
}

static int gate[2];

static void *ender(void *unused)
{
    char byte;

    read(gate[0], &byte, 1);
    return unused;
}

static void leader_ended(void)
{
    int child, status;

    must(pipe(gate));
    child = must(fork());
    if (child == 0) {
        pthread_t thread;

        pthread_create(&thread, NULL, ender, NULL);
        syscall(SYS_exit, 0);
    }
    wait_for(child, 'Z');
    show("the first thread has ended", child, child);
    write(gate[1], "x", 1);
    must(waitpid(child, &status, 0));
}

int main(void)
{
    int status, child;

    show("self", getpid(), getpid());
    child = must(fork());
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGUSR1);
        for (;;)
            pause();
    }
    must(waitpid(child, &status, 0));
    show("traced", child, child);
    ptrace(PTRACE_DETACH, child, 0, 0);
    wait_for(child, 'S');
    show("sleeps", child, child);
    kill(child, SIGSTOP);
    must(waitpid(child, &status, WUNTRACED));
    show("stopped", child, child);
    kill(child, SIGCONT);
    wait_for(child, 'S');
    kill(child, SIGKILL);
    wait_for(child, 'Z');
    show("ended", child, child);
    must(waitpid(child, &status, 0));
    show("waited for", child, child);
    child = must(vfork());
    if (child == 0) {
        wait_for(getppid(), 'D');
        show("parent in vfork", getppid(), getppid());
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    leader_ended();
    return 0;
}
