/* Random histories of memory calls: 300 seeds, 80 calls each, in a window of 48 pages and in a
   file; one line a seed: a sum over every result, the window's lines of /proc/self/maps and every
   byte's value. A seed that differs is looked at with: random_history SEED (it prints each call).
   seeds are fixed. seconds: 60 */

#define _GNU_SOURCE
#include <sys/mman.h>

#include "test.h"

enum { window_pages = 48, calls_per_seed = 80, seeds = 300 };

/* Beyond the first 300: a write past the end of a file keeps two neighbours apart (so does 108). */
static const unsigned further_seeds[] = {1141};

static char *window;
static int file;
static unsigned long state, sum;
static bool verbose;

static unsigned random_below(unsigned limit)
{
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(state >> 33) % limit;
}

static void add(unsigned long value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15UL;
    sum ^= sum >> 29;
}

/* result: account what a call answered; an address counts by its place in the window. */
static void result(const char *name, unsigned first, unsigned count, int argument, long value)
{
    long seen = value == -1 ? -errno : value;
    if (value != -1 && (unsigned long)value > 1UL << 20) {
        unsigned long offset = (unsigned long)value - (unsigned long)window;
        seen = offset < window_pages * PAGE ? (long)offset : 1;
    }
    add((unsigned long)seen);
    if (verbose)
        say("  %s page %u count %u arg %d: %ld", name, first, count, argument, seen);
}

static void call_map(char *at, unsigned first, unsigned count)
{
    static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
                                PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC};
    int prot = prots[random_below(COUNT_OF(prots))];
    int kind = (int)random_below(5);
    int flags = (kind < 3 ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED;
    if (random_below(8) == 0)
        flags = (flags & ~MAP_FIXED) | MAP_FIXED_NOREPLACE;
    long offset = (long)random_below(12) * (long)PAGE;
    bool anonymous = kind < 2 || kind == 3;
    void *got = mmap(at, count * PAGE, prot, flags | (anonymous ? MAP_ANONYMOUS : 0),
                     anonymous ? -1 : file, anonymous ? 0 : offset);
    result("mmap", first, count, kind * 100 + prot * 10 + (flags & MAP_FIXED ? 0 : 1), (long)got);
}

static void call_remap(char *at, unsigned first, unsigned count)
{
    unsigned new_count = random_below(12);
    int flags = (int)random_below(4);
    char *to = window + random_below(window_pages - 12) * PAGE;
    /* Without a fixed place only in-place changes are repeatable: where it moves to is not. */
    if (flags == MREMAP_MAYMOVE)
        flags = 0;
    void *got = mremap(at, count * PAGE, new_count * PAGE, flags, to);
    result("mremap", first, count,
           (int)new_count * 100 + flags * 10000 + (int)((to - window) / (long)PAGE), (long)got);
}

static void touch(char *at, unsigned first, unsigned count)
{
    unsigned faults = 0;
    for (unsigned i = 0; i < count; i++) {
        if (random_below(3) == 0)
            faults += faults_on_read(at + i * PAGE + 7);
        else if (!faults_on_write(at + i * PAGE + 5))
            at[i * PAGE + 5] = (char)random_below(250);
        else
            faults += 16;
    }
    result("touch", first, count, 0, (long)faults);
}

static void step(void)
{
    unsigned first = random_below(window_pages - 12),
             count = random_below(12) + (random_below(10) != 0);
    char *at = window + first * PAGE;
    unsigned char present[16];
    switch (random_below(9)) {
    case 0:
    case 1:
        call_map(at, first, count);
        break;
    case 2:
        result("munmap", first, count, 0, munmap(at, count * PAGE));
        break;
    case 3: {
        int prot = (int)random_below(8);
        result("mprotect", first, count, prot, mprotect(at, count * PAGE, prot));
        break;
    }
    case 4:
        call_remap(at, first, count);
        break;
    case 5:
        result("dontneed", first, count, 0, madvise(at, count * PAGE, MADV_DONTNEED));
        break;
    case 6:
        result("msync", first, count, 0, msync(at, count * PAGE, MS_SYNC));
        result("mincore", first, count, 0, mincore(at, count * PAGE, present));
        break;
    default:
        touch(at, first, count);
    }
}

/* show_window: account the lines of /proc/self/maps that lie in the window, and its bytes. */
static void show_window(void)
{
    struct maps_line line;
    for (unsigned i = 0; i < window_pages;) {
        char *at = window + i * PAGE;
        if (!maps_find(at, &line)) {
            add(i++);
            continue;
        }
        unsigned long start =
            line.start < (unsigned long)window ? (unsigned long)window : line.start;
        unsigned long end = line.end;
        if (end > (unsigned long)window + window_pages * PAGE)
            end = (unsigned long)window + window_pages * PAGE;
        add(start - (unsigned long)window);
        add(end - start);
        add((unsigned long)line.prot[0] << 24 | (unsigned long)line.prot[1] << 16 |
            (unsigned long)line.prot[2] << 8 | (unsigned long)line.prot[3]);
        add(line.inode ? line.offset : 0);
        if (verbose)
            say("  pages %u+%lu %s offset %lx %s", i, (end - start) / PAGE, line.prot,
                line.inode ? line.offset : 0, line.path[0] ? strrchr(line.path, '/') : "");
        i += (unsigned)((end - start) / PAGE);
    }
    for (unsigned i = 0; i < window_pages; i++) {
        char *at = window + i * PAGE;
        add(faults_on_read(at) ? 999 : (unsigned char)at[5]);
    }
}

static unsigned long history(unsigned seed)
{
    char *area = map_prot((window_pages + 64) * PAGE, PROT_NONE);
    window = area + 32 * PAGE;
    must(munmap(window, window_pages * PAGE));
    state = seed * 7919 + 1;
    sum = 0;
    file = file_make("file", 9 * PAGE + 100);
    for (int i = 0; i < calls_per_seed; i++)
        step();
    show_window();
    must(munmap(area, (window_pages + 64) * PAGE));
    close(file);
    return sum;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        verbose = true;
        say("seed %s: %016lx", argv[1], history((unsigned)atoi(argv[1])));
        return 0;
    }
    for (unsigned seed = 0; seed < seeds; seed++)
        say("seed %u: %016lx", seed, history(seed));
    for (size_t i = 0; i < COUNT_OF(further_seeds); i++)
        say("seed %u: %016lx", further_seeds[i], history(further_seeds[i]));
    return 0;
}
