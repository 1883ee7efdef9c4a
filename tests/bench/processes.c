/*
 * processes.c: making processes and threads, and ending them.
 */

#include "bench.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void touch_1m(void)
{
    map_memory(MIB, 0);
    touch_memory();
}

static void touch_64m(void)
{
    map_memory(64 * MIB, 0);
    touch_memory();
}

static void touch_1g(void)
{
    map_memory(1024 * MIB, MAP_NORESERVE);
    touch_memory();
}

/* The call alone: the child runs when it is waited for, after the round. */
static void fork_only(long count)
{
    for (long i = 0; i < count; i++) {
        if (fork() == 0)
            _exit(0);
    }
}

static void fork_exit_wait(long count)
{
    for (long i = 0; i < count; i++) {
        if (fork() == 0)
            _exit(0);
        wait(NULL);
    }
}

static void execute_nothing(void)
{
    execl("/proc/self/exe", "bench", "--exit", (char *)NULL);
    _exit(1);
}

static void fork_exec_wait(long count)
{
    for (long i = 0; i < count; i++) {
        if (fork() == 0)
            execute_nothing();
        wait(NULL);
    }
}

static void vfork_exec_wait(long count)
{
    for (long i = 0; i < count; i++) {
        if (vfork() == 0)
            execute_nothing();
        wait(NULL);
    }
}

static void *nothing(void *argument)
{
    return argument;
}

static void thread_create_join(long count)
{
    pthread_t thread;

    for (long i = 0; i < count; i++) {
        pthread_create(&thread, NULL, nothing, NULL);
        pthread_join(thread, NULL);
    }
}

static const struct metric metrics[] = {
    {"fork", .rounds = 20, .body = fork_only, .after = reap},
    {"fork-1m", .rounds = 20, .setup = touch_1m, .body = fork_only, .after = reap},
    {"fork-64m", .rounds = 10, .setup = touch_64m, .body = fork_only, .after = reap},
    {"fork-1g", .rounds = 3, .setup = touch_1g, .body = fork_only, .after = reap},
    {"fork-exit-wait", .count = 50, .body = fork_exit_wait},
    {"fork-exit-wait-64m", .count = 5, .setup = touch_64m, .body = fork_exit_wait},
    {"fork-exec-wait", .count = 50, .body = fork_exec_wait},
    {"vfork-exec-wait", .count = 50, .body = vfork_exec_wait},
    {"thread-create-join", .count = 200, .body = thread_create_join},
};

GROUP(process_group, "processes", metrics);
