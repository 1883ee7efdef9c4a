/* Protection keys on a processor without them, and calls that Linux 6.1 does not have yet. */

#include "table.h"

#define CALL_MSEAL     462
#define CALL_CACHESTAT 451

CELL("pkey_alloc", "flags 0, rights 0", "a processor without keys")
{
    got(syscall(SYS_pkey_alloc, 0, 0));
}

CELL("pkey_alloc", "flags 1", "unknown")
{
    got(syscall(SYS_pkey_alloc, 1, 0));
}

CELL("pkey_alloc", "rights 4", "unknown")
{
    got(syscall(SYS_pkey_alloc, 0, 4));
}

CELL("pkey_alloc", "PKEY_DISABLE_ACCESS", "a processor without keys")
{
    got(syscall(SYS_pkey_alloc, 0, 1));
}

static void free_key(const struct cell *cell)
{
    got(syscall(SYS_pkey_free, cell->value));
}

static void protect_key(const struct cell *cell)
{
    got(syscall(SYS_pkey_mprotect, map(PAGE), PAGE, PROT_READ, cell->value));
}

__attribute__((constructor)) static void add_keys(void)
{
    static const long keys[] = {-2, -1, 0, 1, 15, 16};

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        cell_add((struct cell){"pkey_free", text("key %ld", keys[i]), "not allocated", free_key,
                               keys[i], NULL});
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i] != -1)
            cell_add((struct cell){"pkey_mprotect", text("key %ld", keys[i]), "not allocated",
                                   protect_key, keys[i], NULL});
}

CELL("pkey_mprotect", "addr", "not a multiple of the page size")
{
    got(syscall(SYS_pkey_mprotect, map(PAGE) + 1, PAGE, PROT_READ, -1));
}

CELL("mseal", "as Linux 6.1", "not there")
{
    got(syscall(CALL_MSEAL, map(PAGE), PAGE, 0));
}

CELL("cachestat", "as Linux 6.1", "not there")
{
    got(syscall(CALL_CACHESTAT, file("f", 1), NULL, NULL, 0));
}

CELL("map_shadow_stack", "as Linux 6.1", "not there")
{
    got(syscall(453, 0, PAGE, 0));
}

CELL("set_mempolicy_home_node", "as Linux 6.1", "a range of memory")
{
    got(syscall(450, map(PAGE), PAGE, 0, 0));
}

CELL("process_mrelease", "a pidfd of a running process", "refused")
{
    got(syscall(448, syscall(434, getpid(), 0), 0));
}

CELL("process_mrelease", "not open", "refused")
{
    got(syscall(448, 77, 0));
}

CELL("mbind", "MPOL_DEFAULT", "a range of memory")
{
    got(syscall(SYS_mbind, map(PAGE), PAGE, 0, NULL, 0, 0));
}

CELL("get_mempolicy", "the process's", "default")
{
    int mode = -1;

    got(syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0));
    note("mode %d", mode);
}

CELL("set_mempolicy", "MPOL_DEFAULT", "the process's")
{
    got(syscall(SYS_set_mempolicy, 0, NULL, 0));
}

CELL("move_pages", "query", "a page that is there")
{
    char *at = map(PAGE);
    void *pages[] = {at};
    int status = -99;

    at[0] = 1;
    got(syscall(SYS_move_pages, 0, 1UL, pages, NULL, &status, 0));
    note("node %d", status);
}
