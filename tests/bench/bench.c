/*
 * bench: what operations cost. A static musl program, so that the same file runs on Quire and on
 * Linux.
 *
 * bench [PATTERN...]: every metric whose name contains a PATTERN, a line "bench GROUP NAME VALUE"
 * each.
 *
 * bench --one NAME: the one of that name, in this process.
 *
 * bench --repeat NAME: the same for ever, to be traced; it says so when it is warm.
 *
 * bench --exit: nothing; what exec is measured with.
 */

#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

char *memory;
size_t memory_len;
static pid_t *sleepers;
static long nr_sleepers;
static bool repeats;

long must(long value, const char *what)
{
    if (value != -1)
        return value;
    printf("bench-failed %s: %s\n", what, strerror(errno));
    exit(1);
}

char *map_memory(size_t len, int flags)
{
    memory_len = len;
    memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    must((long)memory, "mmap");
    return memory;
}

void touch_memory(void)
{
    for (size_t i = 0; i < memory_len; i += PAGE)
        memory[i] = 1;
}

void unmap_memory(void)
{
    munmap(memory, memory_len);
}

void reap(void)
{
    while (wait(NULL) > 0)
        ;
}

void make_sleepers(long count)
{
    nr_sleepers = count;
    sleepers = malloc((size_t)count * sizeof(*sleepers));
    must(sleepers == NULL ? -1 : 0, "malloc");
    for (long i = 0; i < count; i++) {
        sleepers[i] = (pid_t)must(fork(), "fork");
        while (sleepers[i] == 0)
            pause();
    }
}

void end_sleepers(void)
{
    for (long i = 0; i < nr_sleepers; i++)
        kill(sleepers[i], SIGKILL);
    reap();
}

static long round_cost(const struct metric *metric, long count)
{
    if (metric->before != NULL)
        metric->before();
    unsigned long long start = __rdtsc();
    metric->body(count);
    unsigned long long end = __rdtsc();
    if (metric->after != NULL)
        metric->after();
    return (long)(end - start);
}

static long cost(const struct metric *metric)
{
    long count = metric->count != 0 ? metric->count : 1;
    int rounds = metric->rounds != 0 ? metric->rounds : ROUNDS;
    long best = 0;

    if (metric->setup != NULL)
        metric->setup();
    for (int round = 0; repeats || round < rounds; round++) {
        long taken = round_cost(metric, count);
        if (repeats && round == 2)
            puts("bench-repeats");
        if (round == 0 || taken < best)
            best = taken;
    }
    if (metric->teardown != NULL)
        metric->teardown();
    return (best + count / 2) / count;
}

/* What is free can be told best while nothing has been used and given back: the footprints come
 * first. */
static const struct group *const groups[] = {&footprint_group, &memory_group,  &areas_group,
                                             &calls_group,     &process_group, &population_group,
                                             &ipc_group};
#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

static void measure(const struct group *group, const struct metric *metric)
{
    prctl(PR_SET_THP_DISABLE, !metric->huge, 0, 0, 0);
    printf("bench %s %s %ld\n", group->name, metric->name,
           metric->value != NULL ? metric->value() : cost(metric));
}

static void measure_apart(const struct group *group, const struct metric *metric)
{
    pid_t child = vfork();

    (void)group;
    if (child == 0) {
        execl("/proc/self/exe", "bench", "--one", metric->name, (char *)NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static bool is_chosen(const char *name, char **patterns)
{
    bool chosen = *patterns == NULL;

    for (; *patterns != NULL; patterns++)
        chosen |= strstr(name, *patterns) != NULL;
    return chosen;
}

static bool is_named(const char *name, char **names)
{
    return strcmp(name, *names) == 0;
}

static void for_chosen(bool (*chosen)(const char *name, char **names), char **names,
                       void (*visit)(const struct group *group, const struct metric *metric))
{
    for (size_t g = 0; g < NR_GROUPS; g++) {
        for (size_t m = 0; m < groups[g]->nr_metrics; m++) {
            if (chosen(groups[g]->metrics[m].name, names))
                visit(groups[g], &groups[g]->metrics[m]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--exit") == 0)
        return 0;
    repeats = argc == 3 && strcmp(argv[1], "--repeat") == 0;
    if (repeats || (argc == 3 && strcmp(argv[1], "--one") == 0))
        for_chosen(is_named, argv + 2, measure);
    else
        for_chosen(is_chosen, argv + 1, measure_apart);
    return 0;
}
