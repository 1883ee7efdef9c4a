/* Events of fork, vfork, clone, exec and exit; children that are traced from the start. */
#include "words.h"

#include <pthread.h>
#include <sched.h>

static const char *self_path;

static int make_children(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(3);
    waitpid(child, NULL, 0);
    child = vfork();
    if (child == 0)
        _exit(4);
    waitpid(child, NULL, 0);
    return 5;
}

static int execute(void)
{
    execl(self_path, self_path, "exit", (char *)NULL);
    return 9;
}

/* Follow everything that happens below @first and tell it in the order of its causes. */
static void follow(pid_t first, int options)
{
    int status, rounds = 0;
    pid_t pid;

    must(ptrace(PTRACE_SETOPTIONS, first, 0, options));
    go_on(PTRACE_CONT, first, 0);
    while (rounds++ < 40) {
        unsigned long message = 0;
        pid_t child = 0;

        pid = waitpid(first, &status, __WALL);
        if (pid != first)
            break;
        say_status("parent", status);
        if (!WIFSTOPPED(status))
            break;
        if (status >> 16 != 0) {
            call("message", ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0 && message != 0);
            if (status >> 16 <= PTRACE_EVENT_CLONE)
                child = (pid_t)message;
            if (status >> 16 == PTRACE_EVENT_EXIT)
                say("exit status %lx", message);
        }
        if (child != 0) {
            wait_for_stop("child", child);
            go_on(PTRACE_CONT, child, 0);
            wait_for_stop("child", child);
            if (options & PTRACE_O_TRACEEXIT) {
                go_on(PTRACE_CONT, child, 0);
                wait_for_stop("child", child);
            }
        }
        go_on(PTRACE_CONT, first, WSTOPSIG(status) == SIGCHLD ? SIGCHLD : 0);
    }
}

static void plain_exec(void)
{
    pid_t child = traced_child(execute);

    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("exec without an option", child);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("end", child);
}

static void *end_thread(void *argument)
{
    return argument;
}

static int make_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, end_thread, NULL);
    pthread_join(thread, NULL);
    raise(SIGUSR2); /* the end of the process would become the thread's */
    return 6;
}

/* A thread is waited for by its number; its end is told. */
static void threads(void)
{
    pid_t child = traced_child(make_thread);
    unsigned long thread = 0;

    must(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACECLONE));
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("clone", child);
    must(ptrace(PTRACE_GETEVENTMSG, child, 0, &thread));
    wait_for_stop("thread", (pid_t)thread);
    go_on(PTRACE_CONT, (pid_t)thread, 0);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("thread ends", (pid_t)thread);
    wait_for_stop("joined", child);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("end", child);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return 2;
    self_path = argv[0];
    follow(traced_child(make_children),
           PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT);
    follow(traced_child(execute), PTRACE_O_TRACEEXEC);
    plain_exec();
    threads();
    return 0;
}
