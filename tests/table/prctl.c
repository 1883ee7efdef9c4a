/* prctl options about memory, personality, and what exec and fork make of them. */

#include "table.h"

#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#define SET_MDWE  65
#define GET_MDWE  66
#define SET_VMA   0x53564d41
#define SET_MERGE 67
#define GET_AUXV  0x41555856

CELL("prctl PR_SET_DUMPABLE", "0, 1, 2, 3", "and read")
{
    got(prctl(PR_SET_DUMPABLE, 0));
    value(prctl(PR_GET_DUMPABLE));
    got(prctl(PR_SET_DUMPABLE, 1));
    got(prctl(PR_SET_DUMPABLE, 2));
    got(prctl(PR_SET_DUMPABLE, 3));
}

CELL("prctl PR_SET_VMA", "PR_SET_VMA_ANON_NAME", "an anonymous area")
{
    struct maps_line line = {.path = ""};
    char *at = map(PAGE);

    got(prctl(SET_VMA, 0, at, PAGE, "name"));
    maps_find(at, &line);
    note("%s", line.path);
}

CELL("prctl PR_SET_MDWE", "PR_MDWE_REFUSE_EXEC_GAIN", "as Linux 6.1")
{
    got(prctl(SET_MDWE, 1, 0, 0, 0));
    got(prctl(GET_MDWE, 0, 0, 0, 0));
    got(raw_mmap(0, PAGE, RW | PROT_EXEC, ANON_PRIVATE, -1, 0));
}

CELL("prctl PR_SET_MEMORY_MERGE", "1", "as Linux 6.1")
{
    got(prctl(SET_MERGE, 1, 0, 0, 0));
}

CELL("prctl PR_GET_AUXV", "as Linux 6.1", "not there")
{
    char buffer[512];
    got(prctl(GET_AUXV, buffer, sizeof(buffer), 0, 0));
}

static const struct mm_option {
    const char *name;
    int option;
} mm_options[] = {
    {"PR_SET_MM_START_CODE", 1}, {"PR_SET_MM_END_CODE", 2},    {"PR_SET_MM_START_DATA", 3},
    {"PR_SET_MM_END_DATA", 4},   {"PR_SET_MM_START_STACK", 5}, {"PR_SET_MM_START_BRK", 6},
    {"PR_SET_MM_BRK", 7},        {"PR_SET_MM_ARG_START", 8},   {"PR_SET_MM_ARG_END", 9},
    {"PR_SET_MM_ENV_START", 10}, {"PR_SET_MM_ENV_END", 11},    {"PR_SET_MM_AUXV", 12},
    {"PR_SET_MM_EXE_FILE", 13},  {"99 (unknown)", 99},
};

static void set_mm(const struct cell *cell)
{
    got(prctl(PR_SET_MM, cell->value, 0, 0, 0));
}

static void set_mm_user(const struct cell *cell)
{
    become_user();
    got(prctl(PR_SET_MM, cell->value, 0, 0, 0));
}

__attribute__((constructor)) static void add_mm_options(void)
{
    for (size_t i = 0; i < COUNT_OF(mm_options); i++) {
        cell_add((struct cell){"prctl PR_SET_MM", mm_options[i].name, "address 0, root", set_mm,
                               mm_options[i].option, NULL});
        cell_add((struct cell){"prctl PR_SET_MM", mm_options[i].name, "address 0, a user",
                               set_mm_user, mm_options[i].option, NULL});
    }
}

CELL("personality", "query", "the default")
{
    value(personality(0xffffffff));
}

CELL("personality", "ADDR_NO_RANDOMIZE", "set and read")
{
    got(personality(ADDR_NO_RANDOMIZE));
    value(personality(0xffffffff));
}

CELL("personality", "READ_IMPLIES_EXEC", "mmap of readable memory")
{
    struct maps_line line = {.prot = "?"};

    got(personality(READ_IMPLIES_EXEC));
    maps_find(map(PAGE), &line);
    note("%s", line.prot);
}

CELL("personality", "READ_IMPLIES_EXEC", "mprotect, files, a noexec mount")
{
    struct maps_line line = {.prot = "?"};
    char *at = map_prot(2 * PAGE, PROT_NONE);
    int fd;

    got(personality(READ_IMPLIES_EXEC));
    got(mprotect(at, PAGE, PROT_READ));
    maps_find(at, &line);
    note("%s", line.prot);
    maps_find(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, file("f", 1), 0), &line);
    note("%s", line.prot);
    mkdir("t", 0755);
    must(mount("tmpfs", "t", "tmpfs", MS_NOEXEC, NULL));
    fd = file("t/f", 1);
    at = (char *)got(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
    maps_find(at, &line);
    note("%s", line.prot);
    got(mprotect(at, PAGE, RW));
    maps_find(at, &line);
    note("%s", line.prot);
    umount2("t", MNT_DETACH);
    rmdir("t");
}

CELL("personality", "MMAP_PAGE_ZERO", "set")
{
    got(personality(MMAP_PAGE_ZERO));
    value(personality(0xffffffff));
}

CELL("arch_prctl", "ARCH_SET_FS, ARCH_GET_FS", "bad addresses")
{
    got(syscall(SYS_arch_prctl, 0x1002, 0xffff800000000000));
    got(syscall(SYS_arch_prctl, 0x1002, 1UL << 47));
    got(syscall(SYS_arch_prctl, 0x1003, 1));
    got(syscall(SYS_arch_prctl, 0x9999, 0));
}
