/* mmap with MAP_FIXED that is refused for want of memory to promise: what is left of what was
 * there; and that the promise of what was there can be used again. memory: 512M */

#include "hugetlb/pool.h"

#define OVERCOMMIT "/proc/sys/vm/overcommit_memory"
#define KBYTES     "/proc/sys/vm/overcommit_kbytes"
#define MIB        (1UL << 20)
#define FIXED      MAP_FIXED

static void there(const char *label, const char *at)
{
    struct maps_line line;

    if (maps_find(at, &line))
        say("%s: %lu kB %s %s", label, (line.end - line.start) / 1024, line.prot, line.path);
    else
        say("%s: nothing", label);
}

/* A room of @len, in it 4 MiB of written memory at the start. */
static char *room(size_t len)
{
    char *at = (char *)must(
        mmap(NULL, len + 4 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

    at = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
    must(munmap(at, len));
    must(mmap(at, 4 * MIB, RW, MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0));
    at[0] = 1;
    return at;
}

/* Another room in place of the one of 1 GiB at *at. */
static void again(char **at, size_t len)
{
    must(write_number(OVERCOMMIT, 1));
    must(munmap(*at, 1024 * MIB));
    *at = room(len);
    must(write_number(OVERCOMMIT, 2));
}

static void committed(void)
{
    char *at = room(1024 * MIB);
    long limit;

    must(write_number(KBYTES, (meminfo_kilobytes("Committed_AS:") + 64 * 1024)));
    must(write_number(OVERCOMMIT, 2));
    try_map("private, too much", at, 1000 * MIB, RW, MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0);
    there("then", at);
    again(&at, 1024 * MIB);
    try_map("shared, too much", at, 1000 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS | FIXED, -1, 0);
    there("then", at);
    again(&at, 1024 * MIB);
    try_map("private, read-only", at, 1000 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | FIXED,
            -1, 0);
    there("then", at);
    try_map("read-only and private, too much, in part over it", at + 2 * MIB, 1000 * MIB, RW,
            MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0);
    there("the part before", at);
    there("the part in it", at + 2 * MIB);
    again(&at, 40 * MIB);
    must(write_number(OVERCOMMIT, 1));
    must(mmap(at, 40 * MIB, RW, MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0));
    limit = meminfo_kilobytes("Committed_AS:") + 20 * 1024;
    must(write_number(KBYTES, limit));
    must(write_number(OVERCOMMIT, 2));
    try_map("the same again, which would not fit beside it", at, 40 * MIB, RW,
            MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0);
    there("then", at);
    must(write_number(OVERCOMMIT, 0));
    must(write_number("/proc/sys/vm/overcommit_ratio", 50));
}

static void huge_pages(void)
{
    char *at;

    pool_set(4, 0);
    at = huge(4 * HUGE, PRIVATE);
    at[0] = 1;
    try_map("huge pages over all of them", at, 4 * HUGE, RW, PRIVATE | FIXED, -1, 0);
    say("byte %d", at[0]);
    there("then", at);
    pool("replaced");
    try_map("shared ones over them", at, 4 * HUGE, RW, SHARED | FIXED, -1, 0);
    pool("replaced");
    must(munmap(at, 4 * HUGE));
    at = room(16 * MIB);
    try_map("five of four over small pages", at, 5 * HUGE, RW, PRIVATE | FIXED, -1, 0);
    there("then", at);
    at = room(16 * MIB);
    try_map("shared ones, five of four", at, 5 * HUGE, RW, SHARED | FIXED, -1, 0);
    there("then", at);
    at = room(16 * MIB);
    must(munmap(at, 4 * MIB));
    at = huge(2 * HUGE, PRIVATE);
    try_map("small pages over the first half and a page", at, HUGE + PAGE, RW,
            MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0);
    there("then", at);
    there("the second", at + HUGE);
    try_map("small pages over the first", at, HUGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0);
    there("then", at);
    there("the second", at + HUGE);
    pool("in half");
    try_map("a huge page back", at, HUGE, RW, PRIVATE | FIXED, -1, 0);
    pool("again");
    call("moved over it",
         (long)mremap(map(PAGE), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at) == (long)at);
    there("then", at);
    must(munmap(at, 2 * HUGE));
    pool("at the end");
    pool_set(0, 0);
}

int main(void)
{
    committed();
    huge_pages();
    return 0;
}
