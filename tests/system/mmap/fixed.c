/* mmap(MAP_FIXED): replaces what is there, whole or in part, and only that. */

#include "test.h"

#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static void show(const char *label, const char *base, int count)
{
    char text[32];
    for (int i = 0; i < count; i++)
        text[i] = faults_on_read(base + (unsigned long)i * PAGE) ? '-'
                  : base[(unsigned long)i * PAGE]                ? base[(unsigned long)i * PAGE]
                                                                 : '0';
    text[count] = '\0';
    say("%s: %s", label, text);
}

static void fill(char *base, int count)
{
    for (int i = 0; i < count; i++)
        base[(unsigned long)i * PAGE] = (char)('a' + i);
}

int main(void)
{
    char *base = map_in_hole(8 * PAGE);

    fill(base, 8);
    show("before", base, 8);
    yes("middle",
        mmap(base + 3 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0) == base + 3 * PAGE);
    show("after middle", base, 8);
    yes("head", mmap(base, PAGE, PROT_READ, FIXED, -1, 0) == base);
    show("after head", base, 8);
    yes("over hole",
        mmap(base + 7 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0) == base + 7 * PAGE);
    show("after tail and hole", base, 9);
    call("unmap two", munmap(base + 1 * PAGE, 2 * PAGE));
    show("after unmap", base, 9);
    yes("all", mmap(base, 9 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0) == base);
    show("after all", base, 9);
    fill(base, 9);
    yes("none", mmap(base + 2 * PAGE, PAGE, PROT_NONE, FIXED, -1, 0) == base + 2 * PAGE);
    show("after none", base, 9);
    return 0;
}
