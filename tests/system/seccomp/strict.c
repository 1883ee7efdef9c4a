/* Strict mode: read, write, exit and sigreturn go on; anything else kills the task. */
#include "words.h"

static void in_strict_mode(const char *label, long (*act)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
        syscall(SYS_exit, (int)act());
    }
    must(waitpid(child, &status, 0));
    if (WIFSIGNALED(status))
        say("%s: killed by %d", label, WTERMSIG(status));
    else
        say("%s: exit %d", label, WEXITSTATUS(status));
}

static long write_something(void)
{
    return write(1, "written\n", 8) == 8 ? 3 : 4;
}

static long ask_for_pid(void)
{
    return getpid();
}

static long leave_group(void)
{
    return syscall(SYS_exit_group, 0);
}

static void *strict_thread(void *argument)
{
    (void)argument;
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    getpid();
    return NULL;
}

#include <pthread.h>
#include <poll.h>

/* Only the thread dies; nothing tells its joiner but the number that the kernel clears. */
static void a_thread_dies_alone(void)
{
    pthread_t thread;

    must(pthread_create(&thread, NULL, strict_thread, NULL));
    char path[64];
    for (;;) {
        snprintf(path, sizeof(path), "/proc/self/task");
        struct stat status;
        must(stat(path, &status));
        if (status.st_nlink == 3)
            break;
        poll(NULL, 0, 1);
    }
    say("one thread is left");
}

int main(void)
{
    call("mode", prctl(PR_GET_SECCOMP));
    in_strict_mode("write", write_something);
    in_strict_mode("getpid", ask_for_pid);
    in_strict_mode("exit_group", leave_group);
    a_thread_dies_alone();
    call("flags", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
    call("arguments", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, "x"));
    call("an unknown operation", syscall(SYS_seccomp, 99, 0, NULL));
    call("an unknown mode", prctl(PR_SET_SECCOMP, 7, 0));
    return 0;
}
