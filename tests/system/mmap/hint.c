/* mmap with an address but without MAP_FIXED: taken when free, rounded to a page, else ignored. */

#include "test.h"

static char *ask(char *hint, size_t len)
{
    return mmap(hint, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
    char *hole = map(16 * PAGE);
    must(munmap(hole, 16 * PAGE));

    yes("free hint is taken", ask(hole + 4 * PAGE, PAGE) == hole + 4 * PAGE);
    char *other = ask(hole + 4 * PAGE, PAGE);
    yes("used hint goes elsewhere", other != MAP_FAILED && other != hole + 4 * PAGE);
    yes("hint is rounded down", ask(hole + 8 * PAGE + 1, PAGE) == hole + 8 * PAGE);
    other = ask(hole + 3 * PAGE, 2 * PAGE);
    yes("hint that overlaps goes elsewhere", other != MAP_FAILED && other != hole + 3 * PAGE);
    other = ask((char *)0xffff800000000000, PAGE);
    yes("kernel hint goes elsewhere", other != MAP_FAILED && (unsigned long)other < 0x800000000000);
    other = ask((char *)0x1000, PAGE);
    yes("low hint is raised to mmap_min_addr", other == (char *)0x10000);
    yes("far hint", ask((char *)0xc000000000, 64UL << 20) == (char *)0xc000000000);
    return 0;
}
