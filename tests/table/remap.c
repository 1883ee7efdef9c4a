/* mremap and remap_file_pages. */

#include "table.h"

#include <sys/resource.h>

#define DONTUNMAP_FLAG 4

static char *three(void)
{
    char *at = map_in_hole(3 * PAGE);

    memset(at, 1, PAGE);
    memset(at + PAGE, 2, PAGE);
    memset(at + 2 * PAGE, 3, PAGE);
    return at;
}

static void where(char *old, char *new)
{
    if (new != MAP_FAILED)
        note_if(new == old, "in place", "moved");
}

CELL("mremap", "flags", "an unknown one")
{
    got(raw_mremap(three(), PAGE, PAGE, 8, NULL));
}

CELL("mremap", "flags", "MREMAP_FIXED without MREMAP_MAYMOVE")
{
    got(raw_mremap(three(), PAGE, PAGE, MREMAP_FIXED, map(PAGE)));
}

CELL("mremap", "flags", "MREMAP_DONTUNMAP without MREMAP_MAYMOVE")
{
    got(raw_mremap(three(), PAGE, PAGE, DONTUNMAP_FLAG, NULL));
}

CELL("mremap", "addr", "not a multiple of the page size")
{
    got(raw_mremap(three() + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "addr", "nothing mapped")
{
    got(raw_mremap(three() - PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "addr", "in the kernel's half")
{
    got(raw_mremap((void *)0xffff800000000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "new length", "0")
{
    got(raw_mremap(three(), PAGE, 0, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "new length", "2^64 - 1 (rounds to 0)")
{
    got(raw_mremap(three(), PAGE, -1UL, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "new length", "2^47")
{
    got(raw_mremap(three(), PAGE, 1UL << 47, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "new length", "the same")
{
    char *at = three();
    where(at, (char *)got(raw_mremap(at, 3 * PAGE, 3 * PAGE, 0, NULL)));
}

CELL("mremap", "new length", "shorter")
{
    char *at = three();

    where(at, (char *)got(raw_mremap(at, 3 * PAGE, PAGE, 0, NULL)));
    reads(at);
    reads(at + PAGE);
}

CELL("mremap", "new length", "shorter, over several areas")
{
    char *at = three();

    must(mprotect(at + PAGE, PAGE, PROT_READ));
    where(at, (char *)got(raw_mremap(at, 3 * PAGE, PAGE, 0, NULL)));
    reads(at + PAGE);
}

CELL("mremap", "new length", "longer, room behind it")
{
    char *at = three();

    where(at, (char *)got(raw_mremap(at, 3 * PAGE, 4 * PAGE, 0, NULL)));
    reads(at);
    reads(at + 3 * PAGE);
}

CELL("mremap", "new length", "longer, no room behind it")
{
    got(raw_mremap(three(), PAGE, 2 * PAGE, 0, NULL));
}

CELL("mremap", "new length", "longer, over several areas")
{
    char *at = three();

    must(mprotect(at + PAGE, PAGE, PROT_READ));
    got(raw_mremap(at, 3 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "MREMAP_MAYMOVE", "no room behind it")
{
    char *at = three();
    char *new = (char *)got(raw_mremap(at, 3 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL));

    where(at, new);
    reads(new + PAGE);
    reads(new + 5 * PAGE);
    reads(at);
}

CELL("mremap", "MREMAP_MAYMOVE", "the middle of an area")
{
    char *at = three();
    char *new = (char *)got(raw_mremap(at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));

    reads(new);
    reads(at);
    reads(at + PAGE);
    reads(at + 2 * PAGE);
}

CELL("mremap", "old length 0", "private anonymous")
{
    got(raw_mremap(three(), 0, PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "old length 0", "shared anonymous: a second mapping")
{
    char *at = raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    char *new = (char *)got(raw_mremap(at, 0, PAGE, MREMAP_MAYMOVE, NULL));

    at[0] = 9;
    reads(new);
    reads(at);
}

CELL("mremap", "old length 0", "without MREMAP_MAYMOVE")
{
    got(raw_mremap(raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0), 0, PAGE, 0, NULL));
}

CELL("mremap", "old length 0", "private file")
{
    got(raw_mremap(raw_mmap(0, PAGE, RW, MAP_PRIVATE, file("f", 1), 0), 0, PAGE, MREMAP_MAYMOVE,
                   NULL));
}

CELL("mremap", "MREMAP_FIXED", "to a free place")
{
    char *at = three(), *to = map(8 * PAGE), *new;

    munmap(to, 8 * PAGE);
    new = (char *)got(raw_mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
    note_if(new == to, "there", "elsewhere");
    reads(new + 2 * PAGE);
    reads(at);
}

CELL("mremap", "MREMAP_FIXED", "over an area")
{
    char *at = three(), *to = map(3 * PAGE);

    got(raw_mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
    reads(to + PAGE);
    reads(to + 2 * PAGE);
}

CELL("mremap", "MREMAP_FIXED", "longer and shorter")
{
    char *at = three(), *to = map(8 * PAGE);

    got(raw_mremap(at, PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
    reads(to + 3 * PAGE);
    got(raw_mremap(at + PAGE, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 6 * PAGE));
    reads(to + 6 * PAGE);
    reads(at + 2 * PAGE);
}

CELL("mremap", "MREMAP_FIXED", "not a multiple of the page size")
{
    got(raw_mremap(three(), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(2 * PAGE) + 1));
}

CELL("mremap", "MREMAP_FIXED", "old and new overlap")
{
    char *at = three();

    got(raw_mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + PAGE));
    reads(at);
}

CELL("mremap", "MREMAP_FIXED", "beyond the end of user addresses")
{
    got(raw_mremap(three(), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(1UL << 47)));
}

CELL("mremap", "MREMAP_FIXED", "over several areas: the target is gone, the source not")
{
    char *at = three(), *to = map(8 * PAGE);

    must(mprotect(at + PAGE, PAGE, PROT_READ));
    got(raw_mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
    reads(to);
    reads(at + PAGE);
}

CELL("mremap", "MREMAP_DONTUNMAP", "private anonymous")
{
    char *at = three();
    char *new =
        (char *)got(raw_mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | DONTUNMAP_FLAG, NULL));

    reads(new + PAGE);
    reads(at + PAGE);
    writes(at + PAGE);
}

CELL("mremap", "MREMAP_DONTUNMAP", "another length")
{
    got(raw_mremap(three(), PAGE, 2 * PAGE, MREMAP_MAYMOVE | DONTUNMAP_FLAG, NULL));
}

CELL("mremap", "MREMAP_DONTUNMAP", "shared anonymous")
{
    char *at = raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    char *new;

    at[0] = 4;
    new = (char *)got(raw_mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | DONTUNMAP_FLAG, NULL));
    reads(new);
    reads(at);
}

CELL("mremap", "MREMAP_DONTUNMAP", "shared file")
{
    char *at = raw_mmap(0, PAGE, RW, MAP_SHARED, file("f", 1), 0);
    char *new = (char *)got(raw_mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | DONTUNMAP_FLAG, NULL));

    reads(new);
    reads(at);
}

CELL("mremap", "MREMAP_DONTUNMAP|MREMAP_FIXED", "to a free place")
{
    char *at = three(), *to = map(3 * PAGE);

    got(raw_mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | DONTUNMAP_FLAG, to));
    reads(to + PAGE);
    reads(at + PAGE);
}

CELL("mremap", "MREMAP_DONTUNMAP", "locked pages")
{
    char *at = anon(2 * PAGE, MAP_LOCKED);

    got(raw_mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | DONTUNMAP_FLAG, NULL));
    note("VmLck %ld", status_number("VmLck:"));
    note_if(smaps_flag(at, "lo"), "old locked", "old not locked");
}

CELL("mremap", "locked pages", "grow")
{
    char *at = anon(2 * PAGE, MAP_LOCKED);

    at = (char *)got(raw_mremap(at, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL));
    note("VmLck %ld", status_number("VmLck:"));
    note("resident %ld", resident(at, 8 * PAGE));
}

CELL("mremap", "locked pages", "a user beyond RLIMIT_MEMLOCK")
{
    char *at;

    limit(RLIMIT_MEMLOCK, 4 * PAGE);
    become_user();
    at = anon(2 * PAGE, MAP_LOCKED);
    got(raw_mremap(at, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "RLIMIT_AS", "exceeded")
{
    char *at = map(PAGE);

    limit(RLIMIT_AS, 64UL << 20);
    got(raw_mremap(at, PAGE, 80UL << 20, MREMAP_MAYMOVE, NULL));
    reads(at);
}

CELL("mremap", "RLIMIT_DATA", "exceeded")
{
    char *at = map(PAGE);

    limit(RLIMIT_DATA, 16UL << 20);
    got(raw_mremap(at, PAGE, 80UL << 20, MREMAP_MAYMOVE, NULL));
}

CELL("mremap", "a file", "grow beyond the end")
{
    char *at = raw_mmap(0, PAGE, RW, MAP_SHARED, file("f", 2), 0);

    at = (char *)got(raw_mremap(at, PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL));
    reads(at + PAGE);
    reads(at + 2 * PAGE);
}

CELL("mremap", "vm.max_map_count", "reached")
{
    char *at = three();
    int i;

    got(setting("/proc/sys/vm/max_map_count", 40));
    for (i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED)
            break;
    note_if(i < 60, "reached", "not reached");
    got(raw_mremap(at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));
}

/* ---- remap_file_pages ---- */

static long raw_remap_file_pages(void *addr, size_t len, int prot, size_t page, int flags)
{
    return syscall(SYS_remap_file_pages, addr, len, prot, page, flags);
}

/* Four pages of a shared file, filled with 1, 2, 3, 4. */
static char *four(void)
{
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, file("f", 8), 0);

    for (int i = 0; i < 4; i++)
        memset(at + i * (long)PAGE, i + 1, PAGE);
    return at;
}

CELL("remap_file_pages", "shared file", "another page")
{
    char *at = four();

    got(raw_remap_file_pages(at, PAGE, 0, 3, 0));
    reads(at);
    reads(at + PAGE);
}

CELL("remap_file_pages", "shared file", "in reverse order")
{
    char *at = four();

    for (size_t i = 0; i < 4; i++)
        got(raw_remap_file_pages(at + i * PAGE, PAGE, 0, 3 - i, 0));
    for (int i = 0; i < 4; i++)
        reads(at + i * (long)PAGE);
}

CELL("remap_file_pages", "shared file", "the middle of an area")
{
    char *at = four();

    got(raw_remap_file_pages(at + PAGE, PAGE, 0, 3, 0));
    reads(at);
    reads(at + PAGE);
    reads(at + 2 * PAGE);
}

CELL("remap_file_pages", "shared anonymous", "another page")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, ANON_SHARED, -1, 0);

    memset(at + 2 * PAGE, 5, PAGE);
    got(raw_remap_file_pages(at, PAGE, 0, 2, 0));
    reads(at);
}

CELL("remap_file_pages", "private anonymous", "refused")
{
    got(raw_remap_file_pages(map(PAGE), PAGE, 0, 0, 0));
}

CELL("remap_file_pages", "private file", "refused")
{
    got(raw_remap_file_pages(raw_mmap(0, PAGE, RW, MAP_PRIVATE, file("f", 1), 0), PAGE, 0, 0, 0));
}

CELL("remap_file_pages", "prot", "not 0")
{
    got(raw_remap_file_pages(four(), PAGE, PROT_READ, 1, 0));
}

CELL("remap_file_pages", "flags", "MAP_NONBLOCK")
{
    got(raw_remap_file_pages(four(), PAGE, 0, 1, MAP_NONBLOCK));
}

CELL("remap_file_pages", "flags", "an unknown one")
{
    got(raw_remap_file_pages(four(), PAGE, 0, 1, 0x8000000));
}

CELL("remap_file_pages", "length", "0")
{
    got(raw_remap_file_pages(four(), 0, 0, 1, 0));
}

CELL("remap_file_pages", "length", "beyond the area")
{
    got(raw_remap_file_pages(four(), 16 * PAGE, 0, 1, 0));
}

CELL("remap_file_pages", "addr", "not a multiple of the page size")
{
    got(raw_remap_file_pages(four() + 1, PAGE, 0, 1, 0));
}

CELL("remap_file_pages", "addr", "nothing mapped")
{
    got(raw_remap_file_pages(map_in_hole(PAGE) - PAGE, PAGE, 0, 1, 0));
}

CELL("remap_file_pages", "page", "overflow")
{
    got(raw_remap_file_pages(four(), PAGE, 0, -1UL, 0));
}

CELL("remap_file_pages", "a locked area", "stays locked")
{
    char *at = four();

    must(mlock(at, 4 * PAGE));
    got(raw_remap_file_pages(at, PAGE, 0, 3, 0));
    note("VmLck %ld", status_number("VmLck:"));
}
