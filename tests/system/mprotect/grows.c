/* mprotect: PROT_GROWSDOWN and PROT_GROWSUP. */

#include "test.h"

#ifndef PROT_GROWSDOWN
#define PROT_GROWSDOWN 0x01000000
#define PROT_GROWSUP   0x02000000
#endif

static char *grows_down(size_t pages)
{
    char *hole = map_prot((pages + 600) * PAGE, PROT_NONE);
    munmap(hole, (pages + 600) * PAGE);
    return mmap(hole + 600 * PAGE, pages * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
}

static void show(const char *label, const char *at)
{
    struct maps_line line;
    if (maps_find(at, &line))
        say("%s: %lu pages %s", label, (line.end - line.start) / PAGE, line.prot);
    else
        say("%s: nothing", label);
}

int main(void)
{
    char *at = grows_down(8), *plain = map_in_hole(8 * PAGE);
    int down = PROT_READ | PROT_GROWSDOWN, up = PROT_READ | PROT_GROWSUP;

    call("both", mprotect(at, PAGE, down | up));
    call("both, unaligned", mprotect(at + 1, PAGE, down | up));
    call("both, length 0", mprotect(at, 0, down | up));
    call("down, length 0", mprotect(at, 0, down));
    call("down, from page 5", mprotect(at + 5 * PAGE, PAGE, down));
    show("below", at);
    show("it", at + 5 * PAGE);
    show("above", at + 7 * PAGE);
    call("down, in a part that was cut", mprotect(at + 7 * PAGE, PAGE, down));
    show("it", at + 7 * PAGE);
    call("down, plain area", mprotect(plain + 2 * PAGE, PAGE, down));
    show("it", plain);
    call("down, in a hole below plain", mprotect(plain - PAGE, PAGE, down));
    call("down, hole then plain", mprotect(plain - PAGE, 2 * PAGE, down));
    at = grows_down(8);
    call("down, hole then a growing area", mprotect(at - 2 * PAGE, 4 * PAGE, down));
    show("first", at);
    show("rest", at + 3 * PAGE);
    call("down, only the hole below", mprotect(at - 2 * PAGE, 2 * PAGE, down));
    call("up, plain area", mprotect(plain, PAGE, up));
    call("up, growing area", mprotect(at, PAGE, up));
    call("up, a hole", mprotect(plain - PAGE, PAGE, up));
    call("down and an unknown bit", mprotect(at, PAGE, down | 0x40));
    call("PROT_SEM", mprotect(plain, PAGE, PROT_READ | 8));
    call("nothing above", mprotect((void *)0x7fffffffe000, PAGE, down));
    /* The stack itself. */
    volatile char here = 1;
    char *stack = (char *)((unsigned long)&here & ~(PAGE - 1));
    call("stack, executable down",
         mprotect(stack, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN));
    struct maps_line line;
    yes("found", maps_find(stack, &line));
    say("%s, from its start: %d", line.prot, line.start < (unsigned long)stack);
    return 0;
}
