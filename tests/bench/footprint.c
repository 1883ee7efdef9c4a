/*
 * footprint.c: how much memory things take, told by what /proc/meminfo says is free.
 */

#include "bench.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NR_AREAS     50000
#define NR_PROCESSES 1000

/* After a rest, in which the kernel frees and counts what it has put off. */
static long free_kib(void)
{
    char text[4096];

    sleep(3);
    int file = (int)must(open("/proc/meminfo", O_RDONLY), "/proc/meminfo");
    ssize_t len = must(read(file, text, sizeof(text) - 1), "read");

    close(file);
    text[len] = 0;
    return atol(strstr(text, "MemFree:") + sizeof("MemFree:"));
}

/* In KiB; the first process has whatever is made once. */
static long process_memory(void)
{
    make_sleepers(1);
    end_sleepers();
    long before = free_kib();
    make_sleepers(NR_PROCESSES);
    long taken = before - free_kib();
    end_sleepers();
    return taken / NR_PROCESSES;
}

static long area_memory(void)
{
    map_memory(NR_AREAS * PAGE, MAP_NORESERVE);
    long before = free_kib();
    for (size_t i = 0; i < NR_AREAS; i += 2)
        must(mprotect(memory + i * PAGE, PAGE, PROT_READ), "mprotect");
    return (before - free_kib()) * 1024 / NR_AREAS;
}

/* In KiB, beyond the pages themselves. */
static long touched_memory(void)
{
    map_memory(64 * MIB, 0);
    long before = free_kib();
    touch_memory();
    return before - free_kib() - (long)(memory_len / 1024);
}

static const struct metric metrics[] = {
    {"kib-beside-64m-touched", .value = touched_memory},
    {"bytes-per-area", .value = area_memory},
    {"kib-per-process", .value = process_memory},
};

GROUP(footprint_group, "footprint", metrics);
