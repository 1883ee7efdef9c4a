/* mprotect. */

#include "table.h"

#define PROT_SEM_BIT 8

static long raw_mprotect(void *addr, size_t len, unsigned long prot)
{
    return syscall(SYS_mprotect, addr, len, prot);
}

static const struct change {
    const char *name;
    int prot;
} changes[] = {
    {"PROT_NONE", PROT_NONE},
    {"PROT_READ", PROT_READ},
    {"PROT_WRITE", PROT_WRITE},
    {"PROT_EXEC", PROT_EXEC},
    {"PROT_READ|PROT_WRITE", RW},
    {"PROT_READ|PROT_EXEC", PROT_READ | PROT_EXEC},
    {"PROT_READ|PROT_WRITE|PROT_EXEC", RW | PROT_EXEC},
    {"PROT_SEM", PROT_READ | PROT_SEM_BIT},
    {"an unknown protection (bit 27)", PROT_READ | 0x8000000},
    {"PROT_GROWSDOWN", PROT_READ | PROT_GROWSDOWN},
    {"PROT_GROWSUP", PROT_READ | PROT_GROWSUP},
    {"PROT_GROWSDOWN|PROT_GROWSUP", PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP},
};

enum area_kind { PRIVATE, SHARED, FILE_PRIVATE, FILE_SHARED };

static const char *const kind_names[] = {"private anonymous", "shared anonymous", "private file",
                                         "shared file"};

static char *area_of(enum area_kind kind)
{
    if (kind == PRIVATE || kind == SHARED)
        return raw_mmap(0, PAGE, RW, kind == PRIVATE ? ANON_PRIVATE : ANON_SHARED, -1, 0);
    return raw_mmap(0, PAGE, RW, kind == FILE_PRIVATE ? MAP_PRIVATE : MAP_SHARED, file("f", 1), 0);
}

static void try_change(const struct cell *cell)
{
    const struct change *change = cell->more;
    struct maps_line line = {.prot = "?"};
    char *at = area_of((enum area_kind)cell->value);

    memset(at, 0xc3, PAGE);
    got(raw_mprotect(at, PAGE, (unsigned long)change->prot));
    maps_find(at, &line);
    note("%s", line.prot);
    reads(at);
    writes(at + 1);
    runs(at);
}

__attribute__((constructor)) static void add_changes(void)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        for (long kind = PRIVATE; kind <= FILE_SHARED; kind++)
            cell_add((struct cell){"mprotect", changes[i].name, kind_names[kind], try_change, kind,
                                   &changes[i]});
}

CELL("mprotect", "addr", "not a multiple of the page size")
{
    got(raw_mprotect(map(PAGE) + 1, PAGE, PROT_READ));
}

CELL("mprotect", "addr", "not a multiple of the page size, length 0")
{
    got(raw_mprotect(map(PAGE) + 1, 0, PROT_READ));
}

CELL("mprotect", "length", "0")
{
    got(raw_mprotect(map(PAGE), 0, PROT_READ));
}

CELL("mprotect", "length", "0, nothing mapped")
{
    got(raw_mprotect(map_in_hole(PAGE) - PAGE, 0, PROT_READ));
}

CELL("mprotect", "length", "2^64 - 1 (rounds to 0)")
{
    got(raw_mprotect(map(PAGE), -1UL, PROT_READ));
}

CELL("mprotect", "length", "address + length beyond 2^64")
{
    got(raw_mprotect(map(PAGE), -2 * PAGE, PROT_READ));
}

CELL("mprotect", "range", "nothing mapped")
{
    got(raw_mprotect(map_in_hole(PAGE) - PAGE, PAGE, PROT_READ));
}

CELL("mprotect", "range", "a hole at the end: what is before it changes")
{
    char *at = map_in_hole(2 * PAGE);

    got(raw_mprotect(at, 4 * PAGE, PROT_READ));
    writes(at);
}

CELL("mprotect", "range", "a hole at the beginning: nothing changes")
{
    char *at = map_in_hole(2 * PAGE);

    got(raw_mprotect(at - PAGE, 2 * PAGE, PROT_READ));
    writes(at);
}

CELL("mprotect", "range", "a refused area after an allowed one: the first changes")
{
    char *at = map_in_hole(2 * PAGE);
    int fd;

    close(file("f", 1));
    fd = (int)must(open("f", O_RDONLY));
    must(mprotect(at, PAGE, PROT_NONE));
    must((long)raw_mmap((unsigned long)at + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0));
    got(raw_mprotect(at, 2 * PAGE, RW));
    writes(at);
    writes(at + PAGE);
}

CELL("mprotect", "range", "in the kernel's half")
{
    got(raw_mprotect((void *)0xffff800000000000, PAGE, PROT_READ));
}

CELL("mprotect", "PROT_WRITE", "shared file opened read-only")
{
    int fd;

    close(file("f", 1));
    fd = (int)must(open("f", O_RDONLY));
    got(raw_mprotect(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0), PAGE, RW));
}

CELL("mprotect", "PROT_WRITE", "private file opened read-only")
{
    char *at;
    int fd;

    close(file("f", 1));
    fd = (int)must(open("f", O_RDONLY));
    at = raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    got(raw_mprotect(at, PAGE, RW));
    writes(at);
}

CELL("mprotect", "PROT_GROWSDOWN", "an area that grows down: from its start")
{
    char *hole = map_prot(64 * PAGE, PROT_NONE);
    char *at;

    munmap(hole, 64 * PAGE);
    at = raw_mmap((unsigned long)hole + 32 * PAGE, 8 * PAGE, RW,
                  ANON_PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    got(raw_mprotect(at + 4 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
    writes(at);
    writes(at + 4 * PAGE);
    writes(at + 5 * PAGE);
}

CELL("mprotect", "PROT_GROWSDOWN", "the main stack")
{
    char here;
    got(raw_mprotect((void *)((unsigned long)&here & -PAGE), PAGE,
                     RW | PROT_EXEC | PROT_GROWSDOWN));
}

CELL("mprotect", "vm.max_map_count", "reached")
{
    char *at = map(3 * PAGE);
    int i;

    got(setting("/proc/sys/vm/max_map_count", 40));
    for (i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED)
            break;
    note_if(i < 60, "reached", "not reached");
    got(raw_mprotect(at + PAGE, PAGE, PROT_READ));
}

/* The first line of /proc/self/maps that ends with @name, as an area. */
static size_t special_area(const char *name, char **start)
{
    static char text[1 << 16];
    unsigned long first = 0, end = 0;
    char *at;

    file_text("/proc/self/maps", text, sizeof(text));
    at = strstr(text, name);
    while (at != NULL && at > text && at[-1] != '\n')
        at--;
    if (at != NULL)
        sscanf(at, "%lx-%lx", &first, &end);
    *start = (char *)first;
    return end - first;
}

CELL("mprotect", "[vdso]", "its first page")
{
    char *start;

    note_if(special_area("[vdso]", &start) > 0, "there is one", "there is none");
    got(raw_mprotect(start, PAGE, PROT_READ));
}

CELL("mprotect", "[vdso]", "whole, PROT_READ|PROT_WRITE|PROT_EXEC")
{
    char *start;
    size_t len = special_area("[vdso]", &start);

    got(raw_mprotect(start, len, RW | PROT_EXEC));
    writes(start + len - 1);
}

CELL("mprotect", "[vvar]", "whole, PROT_READ|PROT_WRITE")
{
    char *start;
    size_t len = special_area("[vvar]", &start);

    note_if(len > 0, "there is one", "there is none");
    got(raw_mprotect(start, len, RW));
}

CELL("pkey_mprotect", "key -1", "as mprotect")
{
    char *at = map(PAGE);
    got(syscall(SYS_pkey_mprotect, at, PAGE, PROT_READ, -1));
    writes(at);
}
