/* TSYNC: one thread's filter for all; a thread with a filter of its own stands in the way. */
#include "words.h"

#include <pthread.h>

static pthread_barrier_t turn;
static bool has_own;
static pid_t other;

static void *worker(void *argument)
{
    FILTER(own, LOAD(nr), ON(SYS_getuid, SECCOMP_RET_ERRNO | 3), ANSWER(SECCOMP_RET_ALLOW));

    other = (pid_t)syscall(SYS_gettid);
    if (has_own)
        must(install(0, &own));
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
    call("the other thread: getppid", syscall(SYS_getppid) > 0 ? 1 : syscall(SYS_getppid));
    call("its mode", prctl(PR_GET_SECCOMP));
    return argument;
}

static void try(const char *label, unsigned flags, bool own)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        pthread_t thread;
        FILTER(filter, LOAD(nr), ON(SYS_getppid, SECCOMP_RET_ERRNO | 9), ANSWER(SECCOMP_RET_ALLOW));

        has_own = own;
        give_up_privileges();
        pthread_barrier_init(&turn, NULL, 2);
        must(pthread_create(&thread, NULL, worker, NULL));
        pthread_barrier_wait(&turn);
        errno = 0;
        long result = install(flags, &filter);
        if (result > 0)
            say("%s: the number of the other thread: %d", label, result == other);
        else
            say("%s: %s", label, result < 0 ? errno_name(errno) : "ok");
        call("this thread: getppid", syscall(SYS_getppid) > 0 ? 1 : syscall(SYS_getppid));
        pthread_barrier_wait(&turn);
        pthread_join(thread, NULL);
        _exit(0);
    }
    must(waitpid(child, &status, 0));
}

int main(void)
{
    try("alone", 0, false);
    try("synchronised", SECCOMP_FILTER_FLAG_TSYNC, false);
    try("with a filter of its own", SECCOMP_FILTER_FLAG_TSYNC, true);
    try("as ESRCH", SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, true);
    return 0;
}
