/* mmap(MAP_GROWSDOWN): an area that a touch just below its start makes larger, down to a guard gap.
 */

#include "test.h"

int main(void)
{
    struct maps_line line;
    char *region = map(1024 * PAGE);
    must(munmap(region, 1024 * PAGE));
    char *top = region + 1020 * PAGE;
    char *area = mmap(top, 2 * PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    yes("mapped where asked", area == top);
    probe_write("its first byte", area);
    probe_write("the page below", area - PAGE);
    probe_write("eight pages below", area - 8 * PAGE);
    maps_find(area, &line);
    say("grown by %ld pages", (long)((unsigned long)area - line.start) / (long)PAGE);
    probe_write("the second page", area + PAGE);

    char *below = mmap(area - 400 * PAGE, PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    yes("something mapped below", below == area - 400 * PAGE);
    probe_write("down to 256 pages above it", below + 300 * PAGE);
    probe_write("within the guard gap", below + 100 * PAGE);
    call_ok("growsdown shared",
            (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0));
    return 0;
}
