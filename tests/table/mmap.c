/* mmap of anonymous memory: flags, addresses, lengths. */

#include "table.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#define MAP_DROPPABLE_BIT 0x08

static const struct named_flags {
    const char *name;
    int flags;
} private_flags[] = {
    {"MAP_NORESERVE", MAP_NORESERVE},
    {"MAP_STACK", MAP_STACK},
    {"MAP_DENYWRITE", MAP_DENYWRITE},
    {"MAP_EXECUTABLE", MAP_EXECUTABLE},
    {"MAP_POPULATE", MAP_POPULATE},
    {"MAP_NONBLOCK", MAP_NONBLOCK},
    {"MAP_POPULATE|MAP_NONBLOCK", MAP_POPULATE | MAP_NONBLOCK},
    {"MAP_LOCKED", MAP_LOCKED},
    {"MAP_GROWSDOWN", MAP_GROWSDOWN},
    {"MAP_32BIT", MAP_32BIT},
    {"MAP_SYNC", MAP_SYNC},
    {"MAP_UNINITIALIZED", 0x4000000},
    {"an unknown flag (bit 27)", 0x8000000},
    {"MAP_SHARED besides", MAP_SHARED},
};

static void try_private(const struct cell *cell)
{
    char *at = (char *)got(anon(4 * PAGE, (int)cell->value));

    if (at == MAP_FAILED)
        return;
    note("resident %ld", resident(at, 4 * PAGE));
    reads(at + PAGE);
    writes(at + PAGE);
}

static void try_shared(const struct cell *cell)
{
    int flags = MAP_ANONYMOUS | (int)cell->value;
    char *at = (char *)got(raw_mmap(0, 4 * PAGE, RW, flags, -1, 0));

    if (at == MAP_FAILED)
        return;
    note("resident %ld", resident(at, 4 * PAGE));
    writes(at + PAGE);
}

__attribute__((constructor)) static void add_flag_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(private_flags); i++) {
        const struct named_flags *each = &private_flags[i];
        cell_add((struct cell){"mmap", each->name, "with MAP_PRIVATE|MAP_ANONYMOUS", try_private,
                               each->flags, NULL});
        if (each->flags != MAP_SHARED)
            cell_add((struct cell){"mmap", each->name, "with MAP_SHARED|MAP_ANONYMOUS", try_shared,
                                   each->flags | MAP_SHARED, NULL});
        cell_add((struct cell){"mmap", each->name, "with MAP_SHARED_VALIDATE|MAP_ANONYMOUS",
                               try_shared, each->flags | MAP_SHARED_VALIDATE, NULL});
    }
}

static const struct named_flags protections[] = {
    {"PROT_NONE", PROT_NONE},
    {"PROT_READ", PROT_READ},
    {"PROT_WRITE", PROT_WRITE},
    {"PROT_EXEC", PROT_EXEC},
    {"PROT_READ|PROT_WRITE", RW},
    {"PROT_READ|PROT_EXEC", PROT_READ | PROT_EXEC},
    {"PROT_READ|PROT_WRITE|PROT_EXEC", RW | PROT_EXEC},
    {"PROT_SEM", 8 | PROT_READ},
    {"PROT_GROWSDOWN", PROT_GROWSDOWN | PROT_READ},
    {"PROT_GROWSUP", PROT_GROWSUP | PROT_READ},
    {"an unknown protection (bit 27)", 0x8000000 | PROT_READ},
};

static void try_protection(const struct cell *cell)
{
    int flags = MAP_ANONYMOUS | (cell->more != NULL ? MAP_SHARED : MAP_PRIVATE);
    char *at = (char *)got(raw_mmap(0, PAGE, (int)cell->value, flags, -1, 0));
    struct maps_line line = {.prot = "?"};

    if (at == MAP_FAILED)
        return;
    maps_find(at, &line);
    note("%s", line.prot);
    reads(at);
    writes(at);
    runs(at);
}

__attribute__((constructor)) static void add_protection_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(protections); i++) {
        const struct named_flags *each = &protections[i];
        cell_add((struct cell){"mmap", each->name, "private anonymous", try_protection, each->flags,
                               NULL});
        cell_add(
            (struct cell){"mmap", each->name, "shared anonymous", try_protection, each->flags, ""});
    }
}

CELL("mmap", "no sharing type", "MAP_ANONYMOUS alone")
{
    got(raw_mmap(0, PAGE, RW, MAP_ANONYMOUS, -1, 0));
}

CELL("mmap", "sharing type 4", "MAP_ANONYMOUS")
{
    got(raw_mmap(0, PAGE, RW, MAP_ANONYMOUS | 4, -1, 0));
}

CELL("mmap", "sharing type 8 (MAP_DROPPABLE)", "MAP_ANONYMOUS")
{
    got(raw_mmap(0, PAGE, RW, MAP_ANONYMOUS | MAP_DROPPABLE_BIT, -1, 0));
}

CELL("mmap", "MAP_ANONYMOUS", "a descriptor that is not open")
{
    got(raw_mmap(0, PAGE, RW, ANON_PRIVATE, 77, 0));
}

CELL("mmap", "MAP_ANONYMOUS", "private, offset not 0")
{
    got(raw_mmap(0, PAGE, RW, ANON_PRIVATE, -1, 4 * PAGE));
}

CELL("mmap", "MAP_ANONYMOUS", "shared, offset not 0")
{
    char *at = (char *)got(raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 4 * PAGE));
    writes(at);
}

CELL("mmap", "offset", "not a multiple of the page size")
{
    got(raw_mmap(0, PAGE, RW, ANON_PRIVATE, -1, 1));
}

CELL("mmap", "offset", "offset + length beyond 2^64")
{
    got(raw_mmap(0, 2 * PAGE, RW, ANON_SHARED, -1, -PAGE));
}

static const struct named_flags lengths[] = {
    {"0", 0},
    {"1", 1},
    {"one byte more than a page", PAGE + 1},
};

static void try_length(const struct cell *cell)
{
    char *at = (char *)got(raw_mmap(0, (size_t)cell->value, RW, ANON_PRIVATE, -1, 0));
    struct maps_line line;

    if (at != MAP_FAILED && maps_find(at, &line))
        note_if(faults_on_read(at + (((size_t)cell->value + PAGE - 1) & -PAGE) - 1), "ends early",
                "whole pages");
}

static void try_huge_length(const struct cell *cell)
{
    got(raw_mmap(0, (size_t)cell->value, PROT_READ, ANON_PRIVATE | MAP_NORESERVE, -1, 0));
}

__attribute__((constructor)) static void add_length_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        cell_add(
            (struct cell){"mmap", "length", lengths[i].name, try_length, lengths[i].flags, NULL});
    cell_add((struct cell){"mmap", "length", "2^47 - 4096", try_huge_length, 0x7ffffffff000, NULL});
    cell_add((struct cell){"mmap", "length", "2^47", try_huge_length, 0x800000000000, NULL});
    cell_add((struct cell){"mmap", "length", "2^46", try_huge_length, 0x400000000000, NULL});
    cell_add((struct cell){"mmap", "length", "2^63", try_huge_length, LONG_MIN, NULL});
    cell_add((struct cell){"mmap", "length", "2^64 - 1 (rounds to 0)", try_huge_length, -1, NULL});
    cell_add((struct cell){"mmap", "length", "2^64 - 4096", try_huge_length, -4096, NULL});
}

CELL("mmap", "addr", "a free hint")
{
    char *hole = map(8 * PAGE);

    munmap(hole, 8 * PAGE);
    note_if(raw_mmap((unsigned long)hole, PAGE, RW, ANON_PRIVATE, -1, 0) == hole, "taken",
            "elsewhere");
}

CELL("mmap", "addr", "a hint that is taken")
{
    char *old = map(PAGE);
    char *at = (char *)got(raw_mmap((unsigned long)old, PAGE, RW, ANON_PRIVATE, -1, 0));
    note_if(at == old, "taken", "elsewhere");
}

CELL("mmap", "addr", "a hint that is not a multiple of the page size")
{
    char *hole = map(8 * PAGE);
    char *at;

    munmap(hole, 8 * PAGE);
    at = (char *)got(raw_mmap((unsigned long)hole + PAGE + 5, PAGE, RW, ANON_PRIVATE, -1, 0));
    note("hint %+ld", (long)(at - hole - PAGE - 5));
}

CELL("mmap", "addr", "a hint below vm.mmap_min_addr")
{
    char *at = (char *)got(raw_mmap(PAGE, PAGE, RW, ANON_PRIVATE, -1, 0));
    note_if((unsigned long)at == 65536, "raised to the minimum", "elsewhere");
}

CELL("mmap", "addr", "a hint beyond the end of user addresses")
{
    got(raw_mmap(1UL << 47, PAGE, RW, ANON_PRIVATE, -1, 0));
}

CELL("mmap", "addr", "a hint in the kernel's half")
{
    got(raw_mmap(0xffff800000000000, PAGE, RW, ANON_PRIVATE, -1, 0));
}

CELL("mmap", "MAP_FIXED", "over an area with data")
{
    char *old = map(3 * PAGE);

    memset(old, 5, 3 * PAGE);
    note_if((char *)got(raw_mmap((unsigned long)old + PAGE, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1,
                                 0)) == old + PAGE,
            "there", "elsewhere");
    reads(old);
    reads(old + PAGE);
    reads(old + 2 * PAGE);
}

CELL("mmap", "MAP_FIXED", "not a multiple of the page size")
{
    char *old = map(3 * PAGE);
    got(raw_mmap((unsigned long)old + 5, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
    reads(old);
}

CELL("mmap", "MAP_FIXED", "address 0, root")
{
    got(raw_mmap(0, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED", "address 0, a user")
{
    become_user();
    got(raw_mmap(0, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED", "the last page below 2^47")
{
    got(raw_mmap((1UL << 47) - PAGE, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED", "the page before the last one")
{
    char *at =
        (char *)got(raw_mmap((1UL << 47) - 2 * PAGE, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
    writes(at);
}

CELL("mmap", "MAP_FIXED", "across 2^47")
{
    got(raw_mmap((1UL << 47) - 2 * PAGE, 4 * PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED", "in the kernel's half")
{
    got(raw_mmap(0xffff800000000000, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED", "address + length beyond 2^64")
{
    got(raw_mmap(-PAGE, 2 * PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0));
}

CELL("mmap", "MAP_FIXED_NOREPLACE", "free")
{
    char *hole = map(8 * PAGE);

    munmap(hole, 8 * PAGE);
    note_if((char *)got(raw_mmap((unsigned long)hole, PAGE, RW, ANON_PRIVATE | MAP_FIXED_NOREPLACE,
                                 -1, 0)) == hole,
            "there", "elsewhere");
}

CELL("mmap", "MAP_FIXED_NOREPLACE", "one page of several is taken")
{
    char *old = map(8 * PAGE);

    munmap(old, 7 * PAGE);
    got(raw_mmap((unsigned long)old, 8 * PAGE, RW, ANON_PRIVATE | MAP_FIXED_NOREPLACE, -1, 0));
    reads(old);
    reads(old + 7 * PAGE);
}

CELL("mmap", "MAP_FIXED_NOREPLACE", "not a multiple of the page size")
{
    got(raw_mmap((unsigned long)map(PAGE) + 7, PAGE, RW, ANON_PRIVATE | MAP_FIXED_NOREPLACE, -1,
                 0));
}

CELL("mmap", "MAP_FIXED|MAP_FIXED_NOREPLACE", "taken")
{
    got(raw_mmap((unsigned long)map(PAGE), PAGE, RW, ANON_PRIVATE | MAP_FIXED_NOREPLACE | MAP_FIXED,
                 -1, 0));
}

CELL("mmap", "MAP_32BIT", "no hint")
{
    unsigned long at = (unsigned long)got(anon(PAGE, MAP_32BIT));
    note_if(at < 1UL << 32, "below 4 GiB", "above");
    note_if(at >= 1UL << 30 && at < 1UL << 31, "between 1 and 2 GiB", "not between 1 and 2 GiB");
}

CELL("mmap", "MAP_32BIT", "more than a GiB")
{
    got(anon((1UL << 30) + PAGE, MAP_32BIT | MAP_NORESERVE));
}

CELL("mmap", "MAP_32BIT|MAP_FIXED", "above 4 GiB")
{
    got(raw_mmap((unsigned long)map(PAGE), PAGE, RW, ANON_PRIVATE | MAP_FIXED | MAP_32BIT, -1, 0));
}

CELL("mmap", "MAP_GROWSDOWN", "one page below is touched")
{
    char *hole = map_prot(2048 * PAGE, PROT_NONE);
    char *at;

    munmap(hole, 2048 * PAGE);
    at = (char *)got(raw_mmap((unsigned long)hole + 1024 * PAGE, 2 * PAGE, RW,
                              ANON_PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0));
    writes(at - PAGE);
    writes(at - 20 * PAGE);
    note_if(smaps_flag(at, "gd"), "VmFlags gd", "no gd");
}

CELL("mmap", "MAP_GROWSDOWN", "the gap to the area below is smaller than 1 MiB")
{
    char *hole = map_prot(2048 * PAGE, RW);
    char *at;

    munmap(hole + 900 * PAGE, 1148 * PAGE);
    at = (char *)got(raw_mmap((unsigned long)hole + 1024 * PAGE, 2 * PAGE, RW,
                              ANON_PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0));
    writes(at - PAGE);
}

CELL("mmap", "MAP_GROWSDOWN", "growth beyond RLIMIT_STACK")
{
    char *hole = map_prot(2048 * PAGE, PROT_NONE);
    char *at;

    munmap(hole, 2048 * PAGE);
    limit(RLIMIT_STACK, 16 * PAGE);
    at = (char *)got(raw_mmap((unsigned long)hole + 1024 * PAGE, 2 * PAGE, RW,
                              ANON_PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0));
    writes(at - 8 * PAGE);
    writes(at - 15 * PAGE);
}

CELL("mmap", "MAP_LOCKED", "VmLck")
{
    char *at = (char *)got(anon(4 * PAGE, MAP_LOCKED));
    note("VmLck %ld", status_number("VmLck:"));
    note_if(smaps_flag(at, "lo"), "VmFlags lo", "no lo");
}

CELL("mmap", "MAP_LOCKED", "a user beyond RLIMIT_MEMLOCK")
{
    limit(RLIMIT_MEMLOCK, 2 * PAGE);
    become_user();
    got(anon(PAGE, MAP_LOCKED));
    got(anon(2 * PAGE, MAP_LOCKED));
}

CELL("mmap", "MAP_LOCKED", "a user with RLIMIT_MEMLOCK 0")
{
    limit(RLIMIT_MEMLOCK, 0);
    become_user();
    got(anon(PAGE, MAP_LOCKED));
}

CELL("mmap", "MAP_NORESERVE", "smaps")
{
    char *at = (char *)got(anon(PAGE, MAP_NORESERVE));
    note_if(smaps_flag(at, "nr"), "VmFlags nr", "no nr");
}

CELL("mmap", "MAP_POPULATE", "PROT_NONE")
{
    char *at = (char *)got(raw_mmap(0, 4 * PAGE, PROT_NONE, ANON_PRIVATE | MAP_POPULATE, -1, 0));
    note("resident %ld", resident(at, 4 * PAGE));
}

CELL("mmap", "MAP_POPULATE", "PROT_READ")
{
    char *at = (char *)got(raw_mmap(0, 4 * PAGE, PROT_READ, ANON_PRIVATE | MAP_POPULATE, -1, 0));
    note("resident %ld", resident(at, 4 * PAGE));
    note("Rss %ld", smaps_number(at, "Rss:"));
}

CELL("mmap", "MAP_HUGETLB", "no pages in the pool")
{
    got(anon(2UL << 20, MAP_HUGETLB));
}

CELL("mmap", "vm.max_map_count", "reached")
{
    got(setting("/proc/sys/vm/max_map_count", 40));
    for (int i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED) {
            note("then %s", errno_name(errno));
            return;
        }
    note("60 more");
}

CELL("mmap", "RLIMIT_AS", "exceeded")
{
    limit(RLIMIT_AS, 64UL << 20);
    got(anon(80UL << 20, 0));
    got(anon(1UL << 20, 0));
}

CELL("mmap", "RLIMIT_DATA", "exceeded")
{
    limit(RLIMIT_DATA, 16UL << 20);
    got(anon(20UL << 20, 0));
    note("shared");
    got(raw_mmap(0, 20UL << 20, RW, ANON_SHARED, -1, 0));
    note("not writable");
    got(raw_mmap(0, 20UL << 20, PROT_READ, ANON_PRIVATE, -1, 0));
}
