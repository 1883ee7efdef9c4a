/* F_SETOWN, F_SETOWN_EX: who may be named, what is told of those who have ended, and a thread as
   owner. */
#include "test.h"

#include <pthread.h>

#define NOBODY 30000 /* more than there are processes */

static int ends[2];

static void show(const char *label)
{
    struct f_owner_ex owner = {.type = 77, .pid = 77};
    int id = fcntl(ends[0], F_GETOWN);

    must(fcntl(ends[0], F_GETOWN_EX, &owner));
    say("%s: F_GETOWN %s, type %d, %s", label,
        id == 0                ? "nobody"
        : id == getpid()       ? "itself"
        : abs(id) == getpgrp() ? "its group"
        : id > 0               ? "other"
                               : "other group",
        owner.type, owner.pid == abs(id) ? "the same" : "another");
}

static int set(int type, int id)
{
    struct f_owner_ex owner = {.type = type, .pid = id};

    return fcntl(ends[0], F_SETOWN_EX, &owner);
}

static void who_may_be_named(void)
{
    show("at first");
    call("nobody's number", fcntl(ends[0], F_SETOWN, NOBODY));
    call("nobody's group", fcntl(ends[0], F_SETOWN, -NOBODY));
    call("INT_MIN", fcntl(ends[0], F_SETOWN, INT_MIN));
    call("thread NOBODY", set(F_OWNER_TID, NOBODY));
    call("process NOBODY", set(F_OWNER_PID, NOBODY));
    call("group NOBODY", set(F_OWNER_PGRP, NOBODY));
    call("a negative number", set(F_OWNER_PGRP, -getpgrp()));
    call("an unknown type", set(3, getpid()));
    call("an unknown type of nobody", set(3, NOBODY));
    show("still");
    call("itself", fcntl(ends[0], F_SETOWN, getpid()));
    show("itself");
    call("nobody's number", fcntl(ends[0], F_SETOWN, NOBODY));
    show("as before");
    call("nobody", fcntl(ends[0], F_SETOWN, 0));
    show("nobody");
    call("no thread", set(F_OWNER_TID, 0));
    show("no thread");
    call("its group", fcntl(ends[0], F_SETOWN, -getpgrp()));
    show("its group");
    call("no group", set(F_OWNER_PGRP, 0));
    show("no group");
}

static void those_who_have_ended(void)
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        pause();
        _exit(0);
    }
    call("a child", fcntl(ends[0], F_SETOWN, pid));
    show("a child");
    call("a child's group, which is none", fcntl(ends[0], F_SETOWN, -pid));
    show("no group of that number");
    must(fcntl(ends[0], F_SETOWN, pid));
    must(kill(pid, SIGKILL));
    must(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
    show("a zombie");
    must(waitpid(pid, NULL, 0));
    show("ended");
    call("again", fcntl(ends[0], F_SETOWN, pid));
}

static volatile pid_t got;
static volatile int number;
static pid_t thread_id;
static int ready[2];

static void handler(int signal)
{
    got = (pid_t)syscall(SYS_gettid);
    number = signal;
}

static void *thread(void *stop)
{
    char byte;

    thread_id = (pid_t)syscall(SYS_gettid);
    must(write(ready[1], "x", 1));
    while (read(*(int *)stop, &byte, 1) < 0)
        continue;
    return NULL;
}

static void wait_for_signal(const char *label, int fd)
{
    struct timespec begin;

    got = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    must(write(fd, "x", 1));
    while (got == 0 && elapsed(&begin) < 5000)
        nap(1);
    say("%s: %s to %s", label, got == 0 ? "no signal" : signal_name(number),
        got == 0           ? "nobody"
        : got == thread_id ? "the thread"
        : got == getpid()  ? "the first"
                           : "another");
}

static void a_thread(void)
{
    pthread_t handle;
    int stop[2];
    char byte;

    signal(SIGIO, handler);
    signal(SIGUSR1, handler);
    must(pipe(stop));
    must(pipe(ready));
    pthread_create(&handle, NULL, thread, &stop[0]);
    must(read(ready[0], &byte, 1));
    must(fcntl(ends[0], F_SETFL, O_ASYNC));
    call("a thread", set(F_OWNER_TID, thread_id));
    say("F_GETOWN %s", fcntl(ends[0], F_GETOWN) == thread_id ? "the thread" : "other");
    wait_for_signal("SIGIO", ends[1]);
    must(fcntl(ends[0], F_SETSIG, SIGUSR1));
    wait_for_signal("F_SETSIG", ends[1]);
    call("the first", set(F_OWNER_TID, getpid()));
    wait_for_signal("F_SETSIG", ends[1]);
    call("a thread's number as a process", fcntl(ends[0], F_SETOWN, thread_id));
    show("no process of that number");
    must(fcntl(ends[0], F_SETFL, 0));
    must(write(stop[1], "x", 1));
    pthread_join(handle, NULL);
}

int main(void)
{
    must(pipe(ends));
    who_may_be_named();
    those_who_have_ended();
    a_thread();
    return 0;
}
