/* brk at its edges: below the start, into a neighbour, wrapping, shrinking to nothing; what a hole,
   a protection or a lock in the heap does. */

#include "test.h"

static unsigned long start;

static unsigned long set(unsigned long end)
{
    return (unsigned long)syscall(SYS_brk, end);
}

static void to(const char *label, unsigned long end)
{
    unsigned long before = set(0), now = set(end);
    say("%s: %s", label, now == end ? "moved" : now == before ? "as before" : "elsewhere");
}

static void show(const char *label, unsigned long at)
{
    struct maps_line line;
    if (maps_find((void *)at, &line))
        say("%s: %lu pages %s %s", label, (line.end - line.start) / PAGE, line.prot,
            line.path[0] ? strrchr(line.path, '[') : "");
    else
        say("%s: nothing", label);
}

int main(void)
{
    struct maps_line line;

    start = (set(0) + PAGE - 1) & ~(PAGE - 1);
    to("0", 0);
    to("1", 1);
    to("aligned", start);
    to("below the start", start - 64 * PAGE);
    to("-1", -1UL);
    to("end of user space", 1UL << 47);
    to("wrapping", -PAGE);
    to("10 bytes", start + 10);
    show("one page", start);
    to("one page", start + PAGE);
    to("8 pages", start + 8 * PAGE);
    show("8 pages", start);
    *(char *)(start + 7 * PAGE) = 1;
    to("4 pages", start + 4 * PAGE);
    to("8 pages again", start + 8 * PAGE);
    say("zero again: %d", *(char *)(start + 7 * PAGE));
    must(mprotect((void *)(start + 2 * PAGE), PAGE, PROT_READ));
    to("grown above a read-only page", start + 9 * PAGE);
    show("above", start + 8 * PAGE);
    must(munmap((void *)(start + 6 * PAGE), PAGE));
    to("shrunk to a hole", start + 7 * PAGE);
    to("shrunk below it", start + 5 * PAGE);
    to("grown over it", start + 8 * PAGE);
    show("it", start + 6 * PAGE);
    to("to nothing", start);
    show("it", start);
    to("8 pages", start + 8 * PAGE);
    must(mlock((void *)start, 8 * PAGE));
    to("grown above locked pages", start + 10 * PAGE);
    show("locked", start);
    show("above", start + 9 * PAGE);
    must(munlock((void *)start, 8 * PAGE));
    show("unlocked", start);
    to("to nothing", start);
    must(mmap((void *)(start + 4 * PAGE), PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
              -1, 0));
    to("up to a neighbour", start + 4 * PAGE);
    to("with a page between", start + 3 * PAGE);
    to("into it", start + 6 * PAGE);
    to("over it", start + 16 * PAGE);
    yes("it is there still", maps_find((void *)(start + 4 * PAGE), &line));
    return 0;
}
