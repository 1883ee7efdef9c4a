/* Memory policies on one node: set_mempolicy, get_mempolicy, mbind, migrate_pages, move_pages. */

#include "test.h"

enum { DEFAULT, PREFERRED, BIND, INTERLEAVE, LOCAL, PREFERRED_MANY };
#define F_NODE         1
#define F_ADDR         2
#define F_MEMS_ALLOWED 4
#define STATIC_NODES   (1 << 15)
#define RELATIVE_NODES (1 << 14)
#define BALANCING      (1 << 13)

static void show(const char *label)
{
    unsigned long mask[16] = {0};
    int mode = -1;
    long result = syscall(SYS_get_mempolicy, &mode, mask, 1024, 0, 0);
    if (result != 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: mode %x nodes %lx", label, (unsigned)mode, mask[0]);
}

static void set(const char *label, int mode, unsigned long nodes, unsigned long max)
{
    unsigned long mask[16] = {nodes};
    call(label, syscall(SYS_set_mempolicy, mode, mask, max));
    show("  then");
}

static void tasks(void)
{
    show("at first");
    set("bind 0", BIND, 1, 64);
    set("bind 1", BIND, 2, 64);
    set("bind 0 and 1", BIND, 3, 64);
    set("bind none", BIND, 0, 64);
    set("preferred 0", PREFERRED, 1, 64);
    set("preferred none", PREFERRED, 0, 64);
    set("interleave", INTERLEAVE, 1, 64);
    int mode = -1;
    call("next node", syscall(SYS_get_mempolicy, &mode, NULL, 0, 0, F_NODE));
    say("%d", mode);
    set("local", LOCAL, 0, 64);
    set("local 0", LOCAL, 1, 64);
    set("many", PREFERRED_MANY, 1, 64);
    set("unknown", 6, 1, 64);
    set("static", BIND | STATIC_NODES, 3, 64);
    set("relative", BIND | RELATIVE_NODES, 2, 64);
    set("static and relative", BIND | RELATIVE_NODES | STATIC_NODES, 1, 64);
    set("balancing", BIND | BALANCING, 1, 64);
    set("balancing preferred", PREFERRED | BALANCING, 1, 64);
    set("static preferred none", PREFERRED | STATIC_NODES, 0, 64);
    set("too many", BIND, 1, 100000);
    set("one bit", BIND, 1, 2);
    set("no bits", BIND, 1, 1);
    set("default 0", DEFAULT, 1, 64);
    set("bind again", BIND, 1, 64);
    pid_t child = fork();
    if (child == 0) {
        show("in a child");
        _exit(0);
    }
    must(waitpid(child, NULL, 0));
    call("default", syscall(SYS_set_mempolicy, DEFAULT, NULL, 0));
    show("  then");
    call("bad mask", syscall(SYS_set_mempolicy, BIND, 8, 64));
}

static void queries(void)
{
    unsigned long mask[16] = {0};
    char *page = map(PAGE);
    int mode = -1;

    call("allowed", syscall(SYS_get_mempolicy, NULL, mask, 1024, 0, F_MEMS_ALLOWED));
    say("%lx", mask[0]);
    call("allowed and node", syscall(SYS_get_mempolicy, NULL, mask, 1024, 0, F_MEMS_ALLOWED | 1));
    call("unknown flag", syscall(SYS_get_mempolicy, NULL, mask, 1024, 0, 8));
    call("address without flag", syscall(SYS_get_mempolicy, &mode, mask, 1024, page, 0));
    call("of an address", syscall(SYS_get_mempolicy, &mode, mask, 1024, page, F_ADDR));
    say("%d %lx", mode, mask[0]);
    call("node of an address", syscall(SYS_get_mempolicy, &mode, NULL, 0, page, F_ADDR | F_NODE));
    say("%d", mode);
    call("of no address", syscall(SYS_get_mempolicy, &mode, mask, 1024, 8, F_ADDR));
    call("node without interleave", syscall(SYS_get_mempolicy, &mode, mask, 1024, 0, F_NODE));
    call("small mask", syscall(SYS_get_mempolicy, &mode, mask, 0, 0, 0));
    call("bad mode", syscall(SYS_get_mempolicy, 8, NULL, 0, 0, 0));
    call("bad mask", syscall(SYS_get_mempolicy, NULL, 8, 1024, 0, 0));
}

static void areas(void)
{
    unsigned long one = 1, two = 2;
    char *pages = map(4 * PAGE);

    memset(pages, 1, 2 * PAGE);
    call("mbind", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 0));
    call("strict", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 1));
    call("move", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 3));
    call("move all", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 4));
    call("flag 8", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 8));
    call("other node", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &two, 64, 0));
    call("unaligned", syscall(SYS_mbind, pages + 1, PAGE, BIND, &one, 64, 0));
    call("nothing", syscall(SYS_mbind, pages, 0, BIND, &two, 64, 0));
    call("wraps", syscall(SYS_mbind, pages, -PAGE, BIND, &one, 64, 0));
    call("mode", syscall(SYS_mbind, pages, PAGE, 7, &one, 64, 0));
    call("default", syscall(SYS_mbind, pages, 4 * PAGE, DEFAULT, NULL, 0, 0));
    munmap(pages + PAGE, PAGE);
    call("hole", syscall(SYS_mbind, pages, 4 * PAGE, BIND, &one, 64, 0));
    call("default over a hole", syscall(SYS_mbind, pages, 4 * PAGE, DEFAULT, NULL, 0, 0));
    call("nowhere", syscall(SYS_mbind, 8 * PAGE, PAGE, BIND, &one, 64, 0));
    call("home node", syscall(450, pages, PAGE, 0, 0));
    call("home node flags", syscall(450, pages, PAGE, 0, 1));
    call("home node 99", syscall(450, pages, PAGE, 99, 0));
    call("home node unaligned", syscall(450, pages + 1, PAGE, 0, 0));
}

static void moving(void)
{
    unsigned long one = 1, two = 2;
    char *pages = map(3 * PAGE);
    void *list[4] = {pages, pages + PAGE, (void *)8, pages + 2 * PAGE};
    int nodes[4] = {0, 0, 0, 0}, status[4] = {99, 99, 99, 99};

    pages[0] = 1;
    pages[2 * PAGE] = 1;
    call("query", syscall(SYS_move_pages, 0, 4, list, NULL, status, 0));
    say("%d %d %d %d", status[0], status[1], status[2], status[3]);
    memset(status, 1, sizeof(status));
    call("move", syscall(SYS_move_pages, 0, 4, list, nodes, status, 2));
    say("%d %d %d %d", status[0], status[1], status[2], status[3]);
    nodes[1] = 7;
    call("no such node", syscall(SYS_move_pages, 0, 4, list, nodes, status, 2));
    call("flags", syscall(SYS_move_pages, 0, 4, list, nodes, status, 1));
    call("nobody", syscall(SYS_move_pages, 99999, 4, list, NULL, status, 0));
    call("none", syscall(SYS_move_pages, 0, 0, NULL, NULL, NULL, 0));
    call("bad list", syscall(SYS_move_pages, 0, 1, 8, NULL, status, 0));
    call("bad status", syscall(SYS_move_pages, 0, 1, list, NULL, 8, 0));
    call("migrate_pages", syscall(SYS_migrate_pages, 0, 64, &one, &one));
    call("to nowhere", syscall(SYS_migrate_pages, 0, 64, &one, &two));
    call("of nobody", syscall(SYS_migrate_pages, 99999, 64, &one, &one));
    call("bad mask", syscall(SYS_migrate_pages, 0, 64, 8, &one));
}

int main(void)
{
    tasks();
    queries();
    areas();
    moving();
    return 0;
}
