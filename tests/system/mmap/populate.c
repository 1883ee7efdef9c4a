/* mmap(MAP_POPULATE): pages are there before they are touched; mincore and fault counts tell. */

#include "test.h"

#include <sys/resource.h>

static long faults(void)
{
    struct rusage usage;
    must(getrusage(RUSAGE_SELF, &usage));
    return usage.ru_minflt;
}

static void count(const char *label, char *base, size_t pages)
{
    long before = faults();
    for (size_t i = 0; i < pages; i++)
        base[i * PAGE] = 1;
    long taken = faults() - before;
    say("%s: %s", label, taken < 4 ? "no faults" : taken >= (long)pages ? "a fault each" : "some");
}

int main(void)
{
    const size_t pages = 64;
    unsigned char present[64];
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    int all = PROT_READ | PROT_WRITE;

    faults();
    char *lazy = mmap(NULL, pages * PAGE, all, flags, -1, 0);
    char *eager = mmap(NULL, pages * PAGE, all, flags | MAP_POPULATE, -1, 0);
    char *shared = mmap(NULL, pages * PAGE, all, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    call("mincore", mincore(eager, pages * PAGE, present));
    int resident = 0;
    for (size_t i = 0; i < pages; i++)
        resident += present[i] & 1;
    say("resident pages: %d", resident);
    count("lazy", lazy, pages);
    count("populated", eager, pages);
    count("populated shared", shared, pages);
    return 0;
}
