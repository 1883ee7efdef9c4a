/* The stack stops 256 pages above another mapping; mmap keeps away from the stack likewise. */

#include "test.h"

int main(void)
{
    char local;
    struct maps_line line;
    maps_find(&local, &line);
    char *low = (char *)line.start;
    char *at = low - 512 * PAGE;
    char *neighbour = mmap(at, PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    yes("mapped 512 pages below", neighbour == at);
    probe_write("200 pages down", low - 200 * PAGE);
    probe_write("255 pages down", low - 255 * PAGE);
    probe_write("256 pages down", low - 256 * PAGE);
    probe_write("400 pages down", low - 400 * PAGE);
    must(munmap(neighbour, PAGE));
    probe_write("after munmap 400 pages down", low - 400 * PAGE);
    maps_find(&local, &line);
    char *none = mmap((char *)line.start - 100 * PAGE, PAGE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    yes("fixed in the gap", none != MAP_FAILED);
    probe_write("no gap is kept above PROT_NONE", (char *)line.start - 99 * PAGE);
    return 0;
}
