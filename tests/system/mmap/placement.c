/* mmap chooses addresses downward from below the stack, the highest hole that fits first. */

#include "test.h"

static char *get(size_t pages)
{
    return mmap(NULL, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
    char local;
    char *first = get(64);
    char *second = get(64);
    yes("below the stack", first < &local);
    yes("downward and adjacent", second == first - 64 * PAGE);
    must(munmap(first + 8 * PAGE, 16 * PAGE));
    must(munmap(second + 8 * PAGE, 4 * PAGE));
    yes("highest hole, its upper end", get(4) == first + 20 * PAGE);
    yes("rest of that hole", get(12) == first + 8 * PAGE);
    yes("next hole", get(4) == second + 8 * PAGE);
    yes("no hole: below", get(4) == second - 4 * PAGE);
    return 0;
}
