/*
 * kinds_process.c: fork and exit. A slot is freed by its parent, which waits for the process to be
 * gone before the next operation: what an exit gives back is then to be seen.
 */

#include "operation.h"
#include "play.h"
#include "thread.h"

static void choose_fork(struct random *random, long *arguments)
{
    arguments[0] = 1 + (long)random_below(random, slots - 1);
}

static long perform_fork(const long *arguments)
{
    int slot = (int)arguments[0];

    if (control->alive & 1u << slot)
        return 0;
    int parent = me;
    long pid = syscall(SYS_fork);
    if (pid < 0)
        return -1;
    if (pid == 0) {
        me = slot;
        thread_forked();
        play_forked();
    }
    control->parent[slot] = parent;
    control->pid[slot] = (int)pid;
    control->alive |= 1u << slot;
    return slot;
}

static void describe_fork(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "fork_into(%ld)", arguments[0]);
}

/* The first process stays, and one that has children. */
static long perform_exit(const long *arguments)
{
    (void)arguments;
    if (me == 0)
        return 0;
    for (int slot = 0; slot < slots; slot++) {
        if ((control->alive & 1u << slot) && slot != 0 && control->parent[slot] == me)
            return 0;
    }
    control->leaving = me;
    return me;
}

static void describe_exit(char text[text_bytes], const long *arguments)
{
    (void)arguments;
    snprintf(text, text_bytes, "leave()");
}

const struct kind kinds_process[] = {
    {"fork", 4, 1, choose_fork, perform_fork, describe_fork},
    {"exit", 3, 0, NULL, perform_exit, describe_exit},
    {NULL, 0, 0, NULL, NULL, NULL},
};
