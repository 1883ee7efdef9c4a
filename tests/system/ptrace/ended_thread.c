/*
 * A traced thread ends, and then its process: the process's parent learns of that when the tracer
 * has waited for the thread.
 */
#include "words.h"

#include <pthread.h>

struct shared {
    volatile pid_t process, thread;
    volatile int go_on, waited;
};

static struct shared *shared;

static void *thread_main(void *argument)
{
    shared->thread = (pid_t)syscall(SYS_gettid);
    while (!shared->go_on)
        usleep(1000);
    return argument;
}

static void traced_process(void)
{
    pthread_t thread;

    setpgid(0, 0);
    must(pthread_create(&thread, NULL, thread_main, NULL));
    pthread_join(thread, NULL);
    _exit(5);
}

static void parent_of_traced(void)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        traced_process();
    shared->process = child;
    must(waitpid(child, &status, 0));
    shared->waited = 1;
    _exit(0);
}

int main(void)
{
    int status;
    pid_t parent;

    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    parent = fork();
    if (parent == 0)
        parent_of_traced();
    while (shared->thread == 0 || shared->process == 0)
        usleep(1000);
    call("seize the thread", ptrace(PTRACE_SEIZE, shared->thread, 0, 0));
    shared->go_on = 1;
    nap(300);
    yes("the parent has waited", shared->waited);
    yes("wait by group", waitpid(-shared->process, &status, __WALL) == shared->thread);
    say_status("thread", status);
    call_ok("parent", waitpid(parent, &status, 0));
    yes("the parent has waited", shared->waited);
    call("nobody is left", waitpid(-1, &status, __WALL));
    return 0;
}
