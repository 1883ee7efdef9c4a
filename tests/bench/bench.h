/*
 * bench.h: how a benchmark is written.
 *
 * Under QEMU's -icount shift=0 one virtual nanosecond is one instruction, so the monotonic clock
 * counts instructions, whatever the host does. measure() takes the smallest of a few rounds and
 * prints
 *
 *      bench NAME INSTRUCTIONS-PER-OPERATION
 */

#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>

#define PAGE 4096UL
#define MIB  (1UL << 20)

/* One operation is measured as @count calls of it inside @body; @prepare and @clean are not
 * counted. */
struct benchmark {
    const char *name;
    long count;
    int rounds;
    void (*prepare)(void);
    void (*body)(long count);
    void (*clean)(void);
};

void measure(const struct benchmark *benchmark);

/* die: end the run with the reason when the preparation of a benchmark fails. */
long must(long value, const char *what);

#endif
