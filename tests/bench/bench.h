/*
 * bench.h: how a metric is written.
 *
 * A metric is the cost of one operation in ticks of the time-stamp counter. Under QEMU's -icount
 * shift=0 one tick is one instruction, user's and kernel's together, whatever the host does;
 * without it a tick is a time. Each metric is measured in a process of its own, freshly executed,
 * so that a figure is the same whether the others run or not. Pages are small (PR_SET_THP_DISABLE)
 * except where a metric allows huge ones.
 *
 * Of some rounds the cheapest counts: the first ones fill the caches of the kernel, and a tick of
 * the clock that comes in between is not the operation's. In a round, only @body is counted.
 */

#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>

#define PAGE      4096UL
#define MIB       (1UL << 20)
#define HUGE_PAGE (2 * MIB)
#define ROUNDS    7

struct metric {
    const char *name;
    long count; /* how many operations @body performs; 0: one */
    int rounds; /* 0: ROUNDS */
    bool huge;  /* huge pages are allowed */
    void (*setup)(void);
    void (*before)(void); /* each round */
    void (*body)(long count);
    void (*after)(void); /* each round */
    void (*teardown)(void);
    long (*value)(void); /* instead of all these: something else than a cost */
};

struct group {
    const char *name;
    const struct metric *metrics;
    size_t nr_metrics;
};

extern const struct group memory_group, areas_group, calls_group, process_group, population_group,
    ipc_group, footprint_group;

#define GROUP(id, title, table)                                                                    \
    const struct group id = {                                                                      \
        .name = title, .metrics = table, .nr_metrics = sizeof(table) / sizeof(table[0])}

/* must: @value, or the end of the run with the reason when it is -1. */
long must(long value, const char *what);

/* map_memory: @len bytes of private memory, readable and writable, the metric's region from now on.
 */
char *map_memory(size_t len, int flags);
void touch_memory(void);
void unmap_memory(void);
extern char *memory;
extern size_t memory_len;

/* make_sleepers: @count child processes that sleep until end_sleepers. */
void make_sleepers(long count);
void end_sleepers(void);

/* reap: wait until all children have ended. */
void reap(void);

/* call: a system call without the C library's part. => the kernel's answer, -errno on error */
static inline long call(long number, long a, long b, long c, long d)
{
    register long fourth __asm__("r10") = d;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
