/* madvise: each advice on each kind of area, and its arguments. */

#include "table.h"

#include <sys/resource.h>

#define ADVICE_POPULATE_READ   22
#define ADVICE_POPULATE_WRITE  23
#define ADVICE_DONTNEED_LOCKED 24
#define ADVICE_COLLAPSE        25

static const struct advice {
    const char *name;
    int number;
} advices[] = {
    {"MADV_NORMAL", 0},
    {"MADV_RANDOM", 1},
    {"MADV_SEQUENTIAL", 2},
    {"MADV_WILLNEED", 3},
    {"MADV_DONTNEED", 4},
    {"MADV_FREE", 8},
    {"MADV_REMOVE", 9},
    {"MADV_DONTFORK", 10},
    {"MADV_DOFORK", 11},
    {"MADV_MERGEABLE", 12},
    {"MADV_UNMERGEABLE", 13},
    {"MADV_HUGEPAGE", 14},
    {"MADV_NOHUGEPAGE", 15},
    {"MADV_DONTDUMP", 16},
    {"MADV_DODUMP", 17},
    {"MADV_WIPEONFORK", 18},
    {"MADV_KEEPONFORK", 19},
    {"MADV_COLD", 20},
    {"MADV_PAGEOUT", 21},
    {"MADV_POPULATE_READ", ADVICE_POPULATE_READ},
    {"MADV_POPULATE_WRITE", ADVICE_POPULATE_WRITE},
    {"MADV_DONTNEED_LOCKED", ADVICE_DONTNEED_LOCKED},
    {"MADV_COLLAPSE", ADVICE_COLLAPSE},
    {"5 (unknown)", 5},
    {"26 (unknown)", 26},
    {"99 (unknown)", 99},
};

enum area_kind {
    PRIVATE,
    SHARED,
    FILE_PRIVATE,
    FILE_SHARED,
    READ_ONLY,
    NO_ACCESS,
    FILE_READ_ONLY,
    LOCKED,
    GROWS_DOWN,
    NR_KINDS
};

static const char *const kinds[NR_KINDS] = {
    "private anonymous",
    "shared anonymous",
    "private file",
    "shared file",
    "anonymous, PROT_READ",
    "anonymous, PROT_NONE",
    "shared file, opened read-only",
    "private anonymous, locked",
    "private anonymous, grows down",
};

static long raw_madvise(void *addr, size_t len, int advice)
{
    return syscall(SYS_madvise, addr, len, advice);
}

/* Four pages; the first two were written with 7. */
static char *area_of(enum area_kind kind)
{
    int fd =
        kind == FILE_PRIVATE || kind == FILE_SHARED || kind == FILE_READ_ONLY ? file("f", 4) : -1;
    int flags =
        kind == SHARED || kind == FILE_SHARED || kind == FILE_READ_ONLY ? MAP_SHARED : MAP_PRIVATE;
    int prot = kind == FILE_READ_ONLY ? PROT_READ : RW;
    char *at;

    if (kind == FILE_READ_ONLY) {
        close(fd);
        fd = (int)must(open("f", O_RDONLY));
    }
    if (fd < 0)
        flags |= MAP_ANONYMOUS;
    if (kind == LOCKED)
        flags |= MAP_LOCKED;
    if (kind == GROWS_DOWN)
        flags |= MAP_GROWSDOWN;
    at = raw_mmap(0, 4 * PAGE, prot, flags, fd, 0);
    must((long)at);
    if (prot == RW)
        memset(at, 7, 2 * PAGE);
    if (kind == READ_ONLY || kind == NO_ACCESS)
        must(mprotect(at, 4 * PAGE, kind == READ_ONLY ? PROT_READ : PROT_NONE));
    return at;
}

static void try_advice(const struct cell *cell)
{
    const struct advice *advice = cell->more;
    enum area_kind kind = (enum area_kind)cell->value;
    char *at = area_of(kind);

    if (got(raw_madvise(at, 4 * PAGE, advice->number)) < 0 && errno == EINVAL)
        return;
    if (kind == FILE_PRIVATE)
        note("Anonymous %ld", smaps_number(at, "Anonymous:"));
    else if (kind != FILE_SHARED && kind != FILE_READ_ONLY)
        note("resident %ld", resident(at, 4 * PAGE));
    reads(at);
}

__attribute__((constructor)) static void add_advice_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        for (long kind = PRIVATE; kind < NR_KINDS; kind++)
            cell_add((struct cell){"madvise", advices[i].name, kinds[kind], try_advice, kind,
                                   &advices[i]});
}

static void try_hole(const struct cell *cell)
{
    char *at = map_in_hole(2 * PAGE);

    memset(at, 7, 2 * PAGE);
    got(raw_madvise(at - PAGE, 4 * PAGE, (int)cell->value));
    reads(at);
}

static void try_length_zero(const struct cell *cell)
{
    got(raw_madvise(map(PAGE), 0, (int)cell->value));
}

__attribute__((constructor)) static void add_range_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++) {
        cell_add((struct cell){"madvise", advices[i].name, "holes before and after", try_hole,
                               advices[i].number, NULL});
        cell_add((struct cell){"madvise", advices[i].name, "length 0", try_length_zero,
                               advices[i].number, NULL});
    }
}

CELL("madvise", "addr", "not a multiple of the page size")
{
    got(raw_madvise(map(PAGE) + 1, PAGE, MADV_NORMAL));
}

CELL("madvise", "length", "1: the whole page")
{
    char *at = area_of(PRIVATE);

    got(raw_madvise(at, 1, MADV_DONTNEED));
    reads(at + PAGE - 1);
    reads(at + PAGE);
}

CELL("madvise", "length", "2^64 - 1 (rounds to 0)")
{
    got(raw_madvise(map(PAGE), -1UL, MADV_NORMAL));
}

CELL("madvise", "length", "address + length beyond 2^64")
{
    got(raw_madvise(map(PAGE), -2 * PAGE, MADV_NORMAL));
}

CELL("madvise", "addr", "in the kernel's half")
{
    got(raw_madvise((void *)0xffff800000000000, PAGE, MADV_NORMAL));
}

static void flag_seen(const char *letters, int advice, enum area_kind kind)
{
    char *at = area_of(kind);

    got(raw_madvise(at, 4 * PAGE, advice));
    note_if(smaps_flag(at, letters), "set", "not set");
}

CELL("madvise", "MADV_RANDOM", "VmFlags rr")
{
    flag_seen("rr", 1, PRIVATE);
}

CELL("madvise", "MADV_SEQUENTIAL", "VmFlags sr")
{
    flag_seen("sr", 2, PRIVATE);
}

CELL("madvise", "MADV_DONTFORK", "VmFlags dc")
{
    flag_seen("dc", 10, PRIVATE);
}

CELL("madvise", "MADV_DONTDUMP", "VmFlags dd")
{
    flag_seen("dd", 16, PRIVATE);
}

CELL("madvise", "MADV_WIPEONFORK", "VmFlags wf")
{
    flag_seen("wf", 18, PRIVATE);
}

CELL("madvise", "MADV_HUGEPAGE", "VmFlags hg")
{
    flag_seen("hg", 14, PRIVATE);
}

CELL("madvise", "MADV_NOHUGEPAGE", "VmFlags nh")
{
    flag_seen("nh", 15, PRIVATE);
}

/* What a forked child sees at @at, reported through a page that both share. */
static void child_reads(char *at)
{
    int *seen = (int *)raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        *seen = faults_on_read(at) ? -1 : *(unsigned char *)at;
        _exit(0);
    }
    must(waitpid(pid, NULL, 0));
    if (*seen < 0)
        note("child faults");
    else
        note("child reads %d", *seen);
}

static void forked(const struct cell *cell)
{
    const int *numbers = cell->more;
    char *at = area_of((enum area_kind)cell->value);

    for (; *numbers >= 0; numbers++)
        got(raw_madvise(at, 4 * PAGE, *numbers));
    child_reads(at);
    reads(at);
}

__attribute__((constructor)) static void add_fork_cells(void)
{
    static const int dontfork[] = {10, -1}, dofork[] = {10, 11, -1}, wipe[] = {18, -1},
                     keep[] = {18, 19, -1};
    cell_add((struct cell){"madvise", "MADV_DONTFORK", "fork, private", forked, PRIVATE, dontfork});
    cell_add((struct cell){"madvise", "MADV_DONTFORK", "fork, shared", forked, SHARED, dontfork});
    cell_add((struct cell){"madvise", "MADV_DOFORK", "fork", forked, PRIVATE, dofork});
    cell_add((struct cell){"madvise", "MADV_WIPEONFORK", "fork", forked, PRIVATE, wipe});
    cell_add((struct cell){"madvise", "MADV_KEEPONFORK", "fork", forked, PRIVATE, keep});
}

CELL("madvise", "MADV_FREE", "written again afterwards")
{
    char *at = map(64 * PAGE);

    memset(at, 7, 64 * PAGE);
    got(madvise(at, 64 * PAGE, MADV_FREE));
    note_if(smaps_number(at, "LazyFree:") > 100, "LazyFree more than 100 kB", "LazyFree less");
    memset(at, 9, 64 * PAGE);
    reads(at);
    note("LazyFree %ld", smaps_number(at, "LazyFree:"));
}

CELL("madvise", "MADV_REMOVE", "what the file holds then")
{
    char *at = area_of(FILE_SHARED);
    char byte = 1;
    int fd = open("f", O_RDONLY);
    struct stat status;

    got(raw_madvise(at, PAGE, MADV_REMOVE));
    must(pread(fd, &byte, 1, 0));
    must(fstat(fd, &status));
    note("file byte %d, size %ld", byte, (long)status.st_size);
}

CELL("madvise", "MADV_POPULATE_WRITE", "part of a file beyond its end")
{
    int fd = file("f", 2);
    got(raw_madvise(raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, fd, 0), 4 * PAGE, ADVICE_POPULATE_WRITE));
}

CELL("madvise", "MADV_POPULATE_READ", "part of a file beyond its end")
{
    int fd = file("f", 2);
    got(raw_madvise(raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, fd, 0), 4 * PAGE, ADVICE_POPULATE_READ));
}

CELL("madvise", "MADV_DONTNEED", "shared: another mapping keeps the page")
{
    char *at = area_of(SHARED);

    got(raw_madvise(at, 4 * PAGE, MADV_DONTNEED));
    reads(at);
}

CELL("madvise", "MADV_WILLNEED", "a descriptor's file")
{
    got(raw_madvise(raw_mmap(0, 4 * PAGE, PROT_READ, MAP_SHARED, file("f", 4), 0), 4 * PAGE,
                    MADV_WILLNEED));
}

CELL("madvise", "MADV_HWPOISON (100)", "a user")
{
    become_user();
    got(raw_madvise(map(PAGE), PAGE, 100));
}

CELL("madvise", "MADV_SOFT_OFFLINE (101)", "a user")
{
    become_user();
    got(raw_madvise(map(PAGE), PAGE, 101));
}

CELL("madvise", "vm.max_map_count", "reached, an advice that splits")
{
    char *at = map(3 * PAGE);
    int i;

    got(setting("/proc/sys/vm/max_map_count", 40));
    for (i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED)
            break;
    note_if(i < 60, "reached", "not reached");
    got(raw_madvise(at + PAGE, PAGE, MADV_DONTFORK));
}

CELL("madvise", "[stack]", "MADV_WIPEONFORK")
{
    char here;
    got(raw_madvise((void *)((unsigned long)&here & -PAGE), PAGE, MADV_WIPEONFORK));
}
