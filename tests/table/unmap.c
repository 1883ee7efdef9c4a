/* munmap and brk. */

#include "table.h"

#include <sys/resource.h>

static long raw_munmap(unsigned long addr, size_t len)
{
    return syscall(SYS_munmap, addr, len);
}

CELL("munmap", "length", "0")
{
    got(raw_munmap((unsigned long)map(PAGE), 0));
}

CELL("munmap", "length", "1: the whole page")
{
    char *at = map(PAGE);
    got(raw_munmap((unsigned long)at, 1));
    reads(at);
}

CELL("munmap", "length", "2^64 - 1 (rounds to 0)")
{
    got(raw_munmap((unsigned long)map(PAGE), -1UL));
}

CELL("munmap", "length", "beyond the end of user addresses")
{
    char *at = map(PAGE);
    got(raw_munmap((unsigned long)at, 1UL << 47));
    reads(at);
}

CELL("munmap", "addr", "not a multiple of the page size")
{
    got(raw_munmap((unsigned long)map(2 * PAGE) + 1, PAGE));
}

CELL("munmap", "addr", "in the kernel's half")
{
    got(raw_munmap(0xffff800000000000, PAGE));
}

CELL("munmap", "addr", "the last user page")
{
    got(raw_munmap((1UL << 47) - PAGE, PAGE));
    got(raw_munmap((1UL << 47) - 2 * PAGE, PAGE));
}

CELL("munmap", "addr", "0")
{
    got(raw_munmap(0, PAGE));
}

CELL("munmap", "range", "nothing mapped")
{
    char *at = map_in_hole(PAGE);
    got(raw_munmap((unsigned long)at - PAGE, PAGE));
}

CELL("munmap", "range", "several areas and the holes between")
{
    char *at = map_in_hole(4 * PAGE);

    must(mprotect(at + PAGE, PAGE, PROT_READ));
    got(raw_munmap((unsigned long)at - PAGE, 6 * PAGE));
    reads(at);
    reads(at + 3 * PAGE);
}

CELL("munmap", "range", "the middle of an area")
{
    char *at = map(3 * PAGE);

    memset(at, 3, 3 * PAGE);
    got(raw_munmap((unsigned long)at + PAGE, PAGE));
    reads(at);
    reads(at + PAGE);
    reads(at + 2 * PAGE);
}

CELL("munmap", "range", "the middle of an area when vm.max_map_count is reached")
{
    char *at = map(3 * PAGE);
    int i;

    got(setting("/proc/sys/vm/max_map_count", 40));
    for (i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED)
            break;
    note_if(i < 60, "reached", "not reached");
    got(raw_munmap((unsigned long)at + PAGE, PAGE));
    note("an end");
    got(raw_munmap((unsigned long)at, PAGE));
}

CELL("munmap", "locked pages", "VmLck")
{
    char *at = anon(4 * PAGE, MAP_LOCKED);
    got(raw_munmap((unsigned long)at, 2 * PAGE));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("munmap", "the same pages again", "no error")
{
    char *at = map(PAGE);
    got(raw_munmap((unsigned long)at, PAGE));
    got(raw_munmap((unsigned long)at, PAGE));
}

CELL("munmap", "the stack pointer's page", "dies")
{
    unsigned long here = (unsigned long)__builtin_frame_address(0) & -PAGE;
    raw_munmap(here - 16 * PAGE, 17 * PAGE);
}

/* ---- brk ---- */

static char *raw_brk(char *to)
{
    return (char *)syscall(SYS_brk, to);
}

static void brk_moves(char *to)
{
    char *before = raw_brk(NULL);
    char *after = raw_brk(to);

    note_if(after == to, "moved", after == before ? "not moved" : "moved elsewhere");
}

CELL("brk", "addr", "0: where it is")
{
    note_if(raw_brk(NULL) != NULL, "an address", "null");
}

CELL("brk", "addr", "up and down by pages")
{
    char *end = raw_brk(NULL);

    brk_moves(end + 4 * PAGE);
    writes(end + 3 * PAGE);
    brk_moves(end + PAGE);
    reads(end + 3 * PAGE);
    brk_moves(end + 4 * PAGE);
    reads(end + 3 * PAGE);
}

CELL("brk", "addr", "within a page")
{
    brk_moves((char *)raw_brk(NULL) + 100);
}

CELL("brk", "addr", "below the start of the heap")
{
    brk_moves((char *)PAGE);
}

CELL("brk", "addr", "beyond the end of user addresses")
{
    brk_moves((char *)(1UL << 47));
}

CELL("brk", "addr", "2^64 - 1")
{
    brk_moves((char *)-1UL);
}

CELL("brk", "addr", "a mapping is in the way")
{
    char *end = raw_brk(NULL);
    unsigned long block = ((unsigned long)end + 16 * PAGE) & -PAGE;

    got(raw_mmap(block, PAGE, RW, ANON_PRIVATE | MAP_FIXED_NOREPLACE, -1, 0));
    brk_moves((char *)block);
    brk_moves((char *)block - PAGE);
}

CELL("brk", "RLIMIT_DATA", "exceeded")
{
    limit(RLIMIT_DATA, 4UL << 20);
    brk_moves((char *)raw_brk(NULL) + (8UL << 20));
    brk_moves((char *)raw_brk(NULL) + PAGE);
}

CELL("brk", "RLIMIT_AS", "exceeded")
{
    limit(RLIMIT_AS, 32UL << 20);
    brk_moves((char *)raw_brk(NULL) + (64UL << 20));
}

CELL("brk", "MCL_FUTURE", "the new pages are locked")
{
    char *end = raw_brk(NULL);
    long before;

    got(mlockall(MCL_FUTURE));
    before = status_number("VmLck:");
    brk_moves(end + 4 * PAGE);
    note("VmLck %+ld", status_number("VmLck:") - before);
}

CELL("brk", "the heap", "name and protection in maps")
{
    struct maps_line line = {.prot = "?", .path = ""};
    char *end = raw_brk(NULL);

    brk_moves(end + PAGE);
    maps_find(end, &line);
    note("%s %s", line.prot, line.path);
}
