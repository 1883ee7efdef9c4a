/* mprotect over several areas that become data: what the call itself has made data counts against
 * RLIMIT_DATA for the rest. */

#include "test.h"

#include <sys/resource.h>

#define RW (PROT_READ | PROT_WRITE)

static long data_pages(void)
{
    return status_kilobytes("VmData") * 1024 / (long)PAGE;
}

/* Four areas of 16 pages: two read-only, one that is data already, one read-only. */
static void protect(long room, size_t pages)
{
    char *at = map_in_hole(64 * PAGE);
    long before;

    must(mprotect(at, 16 * PAGE, PROT_READ));
    must(mprotect(at + 16 * PAGE, 16 * PAGE, PROT_READ | PROT_EXEC));
    must(mprotect(at + 48 * PAGE, 16 * PAGE, PROT_READ));
    before = data_pages();
    struct rlimit limit = {(rlim_t)(before + room) * PAGE, RLIM_INFINITY};
    must(setrlimit(RLIMIT_DATA, &limit));
    say("room for %ld pages", room);
    call("mprotect", mprotect(at, pages * PAGE, RW));
    say("data: %+ld pages", data_pages() - before);
    limit.rlim_cur = RLIM_INFINITY;
    must(setrlimit(RLIMIT_DATA, &limit));
}

int main(void)
{
    protect(64, 64);
    protect(48, 64);
    protect(47, 64);
    protect(32, 64);
    protect(31, 64);
    protect(31, 32);
    protect(16, 32);
    protect(15, 32);
    protect(40, 56);
    protect(39, 56);
    return 0;
}
