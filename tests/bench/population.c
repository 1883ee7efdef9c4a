/*
 * population.c: fork, waking and exit in a machine of 10 and of 10,000 processes, all children of
 * this one.
 */

#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static int orders[2], answers[2];
static pid_t partner;
static char byte;

static void make_10(void)
{
    make_sleepers(10);
}

static void make_10k(void)
{
    make_sleepers(10000);
}

/* A child that answers each order and ends when there are no more. */
static void make_partner(void)
{
    must(pipe(orders), "pipe");
    must(pipe(answers), "pipe");
    partner = (pid_t)must(fork(), "fork");
    if (partner != 0) {
        close(orders[0]);
        return;
    }
    close(orders[1]);
    while (call(SYS_read, orders[0], (long)&byte, 1, 0) == 1)
        call(SYS_write, answers[1], (long)&byte, 1, 0);
    _exit(0);
}

static void end_partner(void)
{
    close(orders[1]);
    waitpid(partner, NULL, 0);
    close(answers[0]);
    close(answers[1]);
}

static void wake_partner(long count)
{
    for (long i = 0; i < count; i++) {
        call(SYS_write, orders[1], (long)&byte, 1, 0);
        call(SYS_read, answers[0], (long)&byte, 1, 0);
    }
}

static void fork_one(long count)
{
    (void)count;
    partner = fork();
    if (partner == 0)
        _exit(0);
}

static void wait_for_one(void)
{
    waitpid(partner, NULL, 0);
}

static void exit_one(long count)
{
    (void)count;
    close(orders[1]);
    waitpid(partner, NULL, 0);
}

static void close_answers(void)
{
    close(answers[0]);
    close(answers[1]);
}

static const struct metric metrics[] = {
    {"processes-10-fork", .rounds = 20, .setup = make_10, .body = fork_one, .after = wait_for_one,
     .teardown = end_sleepers},
    {"processes-10-wake", 200, .setup = make_10, .before = make_partner, .body = wake_partner,
     .after = end_partner, .teardown = end_sleepers},
    {"processes-10-exit", .rounds = 20, .setup = make_10, .before = make_partner, .body = exit_one,
     .after = close_answers, .teardown = end_sleepers},
    {"processes-10k-fork", .rounds = 20, .setup = make_10k, .body = fork_one, .after = wait_for_one,
     .teardown = end_sleepers},
    {"processes-10k-wake", 200, .setup = make_10k, .before = make_partner, .body = wake_partner,
     .after = end_partner, .teardown = end_sleepers},
    {"processes-10k-exit", .rounds = 20, .setup = make_10k, .before = make_partner,
     .body = exit_one, .after = close_answers, .teardown = end_sleepers},
};

GROUP(population_group, "processes", metrics);
