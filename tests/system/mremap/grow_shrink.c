/* mremap: in place, shrinking, moving; contents go along and the old place is gone. */

#include "test.h"

static void fill(char *base, int pages)
{
    for (int i = 0; i < pages; i++)
        base[(unsigned long)i * PAGE] = (char)('a' + i);
}

static void show(const char *label, const char *base, int pages)
{
    char text[40];
    for (int i = 0; i < pages; i++) {
        const char *at = base + (unsigned long)i * PAGE;
        text[i] = faults_on_read(at) ? '-' : *at ? *at : '0';
    }
    text[pages] = '\0';
    say("%s: %s", label, text);
}

int main(void)
{
    char *room = map(32 * PAGE);
    must(munmap(room + 4 * PAGE, 28 * PAGE));
    fill(room, 4);
    yes("grow in place", mremap(room, 4 * PAGE, 8 * PAGE, 0) == room);
    show("grown", room, 9);
    yes("shrink", mremap(room, 8 * PAGE, 2 * PAGE, 0) == room);
    show("shrunk", room, 9);
    char *moved = mremap(room, 2 * PAGE, 1024 * PAGE, MREMAP_MAYMOVE);
    yes("grow far", moved != MAP_FAILED);
    show("grown far", moved, 4);
    char *target = map(16 * PAGE);
    fill(target, 16);
    yes("to a fixed place", mremap(moved, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                                   target + PAGE) == target + PAGE);
    show("target", target, 16);
    show("source", moved, 4);
    yes("shrink and move", mremap(target + 8 * PAGE, 4 * PAGE, 2 * PAGE,
                                  MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
    show("after shrink and move", target, 16);
    yes("move the middle out",
        mremap(moved + 10 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               target + 14 * PAGE) == target + 14 * PAGE);
    show("last", target, 16);
    probe_read("hole left behind", moved + 10 * PAGE);
    probe_read("before it", moved + 9 * PAGE);
    return 0;
}
