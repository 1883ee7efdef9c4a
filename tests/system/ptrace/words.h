/*
 * Tracing in a few words: start a child that stops at once, wait for stops, say what they are.
 */
#ifndef TESTS_SYSTEM_PTRACE_WORDS_H
#define TESTS_SYSTEM_PTRACE_WORDS_H

#include "../test.h"
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

/* What a wait status says, without numbers of processes. */
static inline void say_status(const char *label, int status)
{
    if (WIFSTOPPED(status))
        say("%s: stopped by %d%s, event %d", label, WSTOPSIG(status) & 0x7f,
            WSTOPSIG(status) & 0x80 ? " (call)" : "", status >> 16);
    else if (WIFSIGNALED(status))
        say("%s: killed by %d", label, WTERMSIG(status));
    else if (WIFEXITED(status))
        say("%s: exit %d", label, WEXITSTATUS(status));
    else
        say("%s: status %x", label, status);
}

static inline int wait_for_stop(const char *label, pid_t pid)
{
    int status = 0;

    if (waitpid(pid, &status, __WALL) != pid)
        say("%s: wait: %s", label, errno_name(errno));
    else
        say_status(label, status);
    return status;
}

/* A child that asks to be traced, stops itself, and then does @act. */
static inline pid_t traced_child(int (*act)(void))
{
    pid_t child = fork();

    if (child == 0) {
        must(ptrace(PTRACE_TRACEME, 0, 0, 0));
        raise(SIGSTOP);
        _exit(act());
    }
    wait_for_stop("started", child);
    return child;
}

static inline long go_on(int request, pid_t pid, int signal)
{
    return ptrace(request, pid, 0, signal);
}

#endif
