/* msync, mincore, membarrier. */

#include "table.h"

static long raw_msync(void *addr, size_t len, int flags)
{
    return syscall(SYS_msync, addr, len, flags);
}

static const struct flags {
    const char *name;
    int flags;
} sync_flags[] = {
    {"0", 0},
    {"MS_ASYNC", MS_ASYNC},
    {"MS_SYNC", MS_SYNC},
    {"MS_INVALIDATE", MS_INVALIDATE},
    {"MS_SYNC|MS_INVALIDATE", MS_SYNC | MS_INVALIDATE},
    {"MS_ASYNC|MS_INVALIDATE", MS_ASYNC | MS_INVALIDATE},
    {"MS_ASYNC|MS_SYNC", MS_ASYNC | MS_SYNC},
    {"an unknown flag (8)", 8},
};

static void sync_anonymous(const struct cell *cell)
{
    got(raw_msync(map(2 * PAGE), 2 * PAGE, (int)cell->value));
}

static void sync_shared(const struct cell *cell)
{
    char *at = raw_mmap(0, 2 * PAGE, RW, MAP_SHARED, file("f", 2), 0);

    at[0] = 1;
    got(raw_msync(at, 2 * PAGE, (int)cell->value));
}

static void sync_locked(const struct cell *cell)
{
    char *at = raw_mmap(0, 2 * PAGE, RW, MAP_SHARED | MAP_LOCKED, file("f", 2), 0);
    got(raw_msync(at, 2 * PAGE, (int)cell->value));
}

static void sync_hole(const struct cell *cell)
{
    char *at = map_in_hole(PAGE);
    got(raw_msync(at, 2 * PAGE, (int)cell->value));
}

__attribute__((constructor)) static void add_sync_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(sync_flags); i++) {
        const char *name = sync_flags[i].name;
        int flags = sync_flags[i].flags;
        cell_add((struct cell){"msync", name, "private anonymous", sync_anonymous, flags, NULL});
        cell_add((struct cell){"msync", name, "shared file", sync_shared, flags, NULL});
        cell_add((struct cell){"msync", name, "shared file, locked", sync_locked, flags, NULL});
        cell_add((struct cell){"msync", name, "a hole in the range", sync_hole, flags, NULL});
    }
}

CELL("msync", "addr", "not a multiple of the page size")
{
    got(raw_msync(map(PAGE) + 1, PAGE, MS_SYNC));
}

CELL("msync", "length", "0")
{
    got(raw_msync(map(PAGE), 0, MS_SYNC));
}

CELL("msync", "length", "0, nothing mapped")
{
    got(raw_msync(map_in_hole(PAGE) - PAGE, 0, MS_SYNC));
}

CELL("msync", "length", "2^64 - 1 (rounds to 0)")
{
    got(raw_msync(map(PAGE), -1UL, MS_SYNC));
}

CELL("msync", "length", "address + length beyond 2^64")
{
    got(raw_msync(map(PAGE), -2 * PAGE, MS_SYNC));
}

/* ---- mincore ---- */

static unsigned char states[64];

static long raw_mincore(void *addr, size_t len, void *result)
{
    return syscall(SYS_mincore, addr, len, result);
}

static void show(size_t nr)
{
    char line[65] = "";

    for (size_t i = 0; i < nr; i++)
        line[i] = states[i] == 0 ? '-' : states[i] == 1 ? 'X' : '?';
    note("%s", line);
}

CELL("mincore", "private anonymous", "touched by reading and writing")
{
    char *at = map(4 * PAGE);

    (void)*(volatile char *)at;
    at[2 * PAGE] = 1;
    got(raw_mincore(at, 4 * PAGE, states));
    show(4);
}

CELL("mincore", "shared anonymous", "touched by reading and writing")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, ANON_SHARED, -1, 0);

    (void)*(volatile char *)at;
    at[2 * PAGE] = 1;
    got(raw_mincore(at, 4 * PAGE, states));
    show(4);
}

CELL("mincore", "shared anonymous", "touched through another mapping")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, ANON_SHARED, -1, 0);
    char *other = raw_mremap(at, 0, 4 * PAGE, MREMAP_MAYMOVE, NULL);

    other[PAGE] = 1;
    got(raw_mincore(at, 4 * PAGE, states));
    show(4);
}

CELL("mincore", "a file", "written, not touched")
{
    got(raw_mincore(raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, file("f", 4), 0), 4 * PAGE, states));
    show(4);
}

CELL("mincore", "a file", "sparse, beyond the end")
{
    int fd = file("f", 1);

    must(ftruncate(fd, 2 * PAGE));
    got(raw_mincore(raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, fd, 0), 4 * PAGE, states));
    show(4);
}

CELL("mincore", "a file", "private, one page copied")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_PRIVATE, file("f", 4), 0);

    at[PAGE] = 1;
    got(raw_mincore(at, 4 * PAGE, states));
    show(4);
}

CELL("mincore", "a file", "of another user, opened read-only")
{
    int fd;

    close(file("f", 4));
    chmod("f", 0644);
    become_user();
    fd = (int)must(open("f", O_RDONLY));
    got(raw_mincore(raw_mmap(0, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0), 4 * PAGE, states));
    show(4);
}

CELL("mincore", "PROT_NONE", "with a page below")
{
    char *at = map(2 * PAGE);

    at[0] = 1;
    must(mprotect(at, 2 * PAGE, PROT_NONE));
    got(raw_mincore(at, 2 * PAGE, states));
    show(2);
}

CELL("mincore", "addr", "not a multiple of the page size")
{
    got(raw_mincore(map(PAGE) + 1, PAGE, states));
}

CELL("mincore", "addr", "nothing mapped")
{
    got(raw_mincore(map_in_hole(PAGE) - PAGE, PAGE, states));
}

CELL("mincore", "addr", "a hole at the end")
{
    got(raw_mincore(map_in_hole(PAGE), 2 * PAGE, states));
}

CELL("mincore", "addr", "in the kernel's half")
{
    got(raw_mincore((void *)0xffff800000000000, PAGE, states));
}

CELL("mincore", "length", "0")
{
    got(raw_mincore(map(PAGE), 0, states));
}

CELL("mincore", "length", "0, nothing mapped")
{
    got(raw_mincore(map_in_hole(PAGE) - PAGE, 0, states));
}

CELL("mincore", "length", "1")
{
    char *at = map(PAGE);

    at[0] = 1;
    got(raw_mincore(at, 1, states));
    show(2);
}

CELL("mincore", "length", "2^64 - 1")
{
    got(raw_mincore(map(PAGE), -1UL, states));
}

CELL("mincore", "vec", "nothing mapped")
{
    got(raw_mincore(map(PAGE), PAGE, map_in_hole(PAGE) - PAGE));
}

CELL("mincore", "vec", "null, length 0")
{
    got(raw_mincore(map(PAGE), 0, NULL));
}

CELL("mincore", "vec", "in the kernel's half")
{
    got(raw_mincore(map(PAGE), PAGE, (void *)0xffff800000000000));
}

/* ---- membarrier ---- */

static const struct flags commands[] = {
    {"MEMBARRIER_CMD_QUERY", 0},
    {"MEMBARRIER_CMD_GLOBAL", 1},
    {"MEMBARRIER_CMD_GLOBAL_EXPEDITED", 2},
    {"MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED", 4},
    {"MEMBARRIER_CMD_PRIVATE_EXPEDITED", 8},
    {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED", 16},
    {"MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE", 32},
    {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE", 64},
    {"MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ", 128},
    {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ", 256},
    {"an unknown command (512)", 512},
    {"an unknown command (3)", 3},
};

static long raw_membarrier(int command, unsigned flags, int cpu)
{
    return syscall(SYS_membarrier, command, flags, cpu);
}

static void barrier_plain(const struct cell *cell)
{
    value(raw_membarrier((int)cell->value, 0, 0));
}

static void barrier_registered(const struct cell *cell)
{
    raw_membarrier((int)cell->value * 2, 0, 0);
    value(raw_membarrier((int)cell->value, 0, 0));
}

static void barrier_flag(const struct cell *cell)
{
    value(raw_membarrier((int)cell->value, 1, 0));
}

__attribute__((constructor)) static void add_barrier_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        const char *name = commands[i].name;
        int number = commands[i].flags;
        cell_add((struct cell){"membarrier", name, "not registered before", barrier_plain, number,
                               NULL});
        cell_add((struct cell){"membarrier", name, "flags 1", barrier_flag, number, NULL});
        if (number == 2 || number == 8 || number == 32 || number == 128)
            cell_add(
                (struct cell){"membarrier", name, "registered", barrier_registered, number, NULL});
    }
}
