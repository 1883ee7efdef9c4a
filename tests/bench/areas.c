/*
 * areas.c: the same operations in an address space of 1,000 areas and in one of 100,000. Each area
 * is AREA_PAGES long; every second one may be written. Counted are operations on areas in the
 * middle.
 */

#include "bench.h"

#include <sys/mman.h>

#define AREA_PAGES 4
#define AREA       (AREA_PAGES * PAGE)
#define WINDOW     200 /* how many areas are operated on */

static char *window;
static char *pages[WINDOW];

static void make_areas(long count)
{
    map_memory((size_t)count * AREA, MAP_NORESERVE);
    for (long i = 0; i < count; i += 2)
        must(mprotect(memory + (size_t)i * AREA, AREA, PROT_READ), "mprotect");
    window = memory + (size_t)(count - WINDOW) / 2 * AREA;
}

static void make_1k(void)
{
    make_areas(1000);
}

static void make_100k(void)
{
    make_areas(100000);
}

static void split(long count)
{
    for (long i = 0; i < count; i++)
        mprotect(window + (size_t)i * AREA + PAGE, PAGE, PROT_NONE);
}

static void join(void)
{
    for (size_t i = 0; i < WINDOW; i++)
        mprotect(window + i * AREA + PAGE, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
}

/* Neighbours differ in their protection, so that each mapping is an area. */
static void map(long count)
{
    for (long i = 0; i < count; i++)
        pages[i] =
            mmap(NULL, PAGE, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void map_window(void)
{
    map(WINDOW);
}

static void unmap(long count)
{
    for (long i = 0; i < count; i++)
        munmap(pages[i], PAGE);
}

static void unmap_window(void)
{
    unmap(WINDOW);
}

/* One page in each area that may be written. */
static void fault(long count)
{
    for (long i = 0; i < count; i++)
        window[(size_t)(2 * i + 1) * AREA] = 1;
}

static void discard_window(void)
{
    madvise(window, WINDOW * AREA, MADV_DONTNEED);
}

static const struct metric metrics[] = {
    {"areas-1k-split", WINDOW, .setup = make_1k, .body = split, .after = join},
    {"areas-1k-mmap", WINDOW, .setup = make_1k, .body = map, .after = unmap_window},
    {"areas-1k-fault", WINDOW / 2, .setup = make_1k, .body = fault, .after = discard_window},
    {"areas-1k-munmap", WINDOW, .setup = make_1k, .before = map_window, .body = unmap},
    {"areas-100k-split", WINDOW, .setup = make_100k, .body = split, .after = join},
    {"areas-100k-mmap", WINDOW, .setup = make_100k, .body = map, .after = unmap_window},
    {"areas-100k-fault", WINDOW / 2, .setup = make_100k, .body = fault, .after = discard_window},
    {"areas-100k-munmap", WINDOW, .setup = make_100k, .before = map_window, .body = unmap},
};

GROUP(areas_group, "memory", metrics);
