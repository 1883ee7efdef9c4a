/* 1 TiB of memory that is not reserved, touched in 10,000 places. seconds: 60 */

#include "test.h"

#define SIZE   (1UL << 40)
#define PLACES 10000UL
#define STEP   (SIZE / PLACES / PAGE * PAGE)

static long status_kib(const char *name)
{
    static char text[4096];
    const char *found;

    must(file_text("/proc/self/status", text, sizeof(text)) > 0);
    found = strstr(text, name);
    return found ? atol(found + strlen(name)) : -1;
}

int main(void)
{
    char *base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    long resident = status_kib("VmRSS:"), tables;
    bool good = true;

    must(base != MAP_FAILED ? 0 : -1);
    for (unsigned long i = 0; i < PLACES; i++)
        *(unsigned long *)(base + i * STEP) = i;
    for (unsigned long i = 0; i < PLACES; i++)
        good &= *(unsigned long *)(base + i * STEP) == i;
    yes("each place holds its number", good);
    yes("and the page after it is zero", base[STEP + PAGE] == 0 && base[SIZE - 1] == 0);
    resident = status_kib("VmRSS:") - resident;
    yes("10,000 pages are resident", resident >= 39000 && resident <= 41000);
    tables = status_kib("VmPTE:");
    yes("one table for each place and no more than 1200 above", tables <= 44800);
    call("give all back", madvise(base, SIZE, MADV_DONTNEED));
    yes("nothing is left", *(unsigned long *)(base + 5 * STEP) == 0);
    call("munmap", munmap(base, SIZE));
    yes("tables are gone", status_kib("VmPTE:") < 100);
    return 0;
}
