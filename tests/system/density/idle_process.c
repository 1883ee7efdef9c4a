/*
 * Kernel memory of an idle process: at most 40 KiB on Quire, 86 on Linux. What forked children that
 * sleep take from MemFree, less the pages that belong to user space.
 */

#include "test.h"

#define CHILDREN 400

struct figures {
    long free, anonymous, tables, stack, slab;
};

static long field(const char *text, const char *name)
{
    const char *found = strstr(text, name);

    return found ? atol(found + strlen(name)) : 0;
}

static struct figures figures(void)
{
    static char text[8192];

    must(file_text("/proc/meminfo", text, sizeof(text)) > 0);
    return (struct figures){
        .free = field(text, "\nMemFree:"),
        .anonymous = field(text, "\nAnonPages:"),
        .tables = field(text, "\nPageTables:"),
        .stack = field(text, "\nKernelStack:"),
        .slab = field(text, "\nSlab:"),
    };
}

static void make_children(pid_t *children)
{
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = must(fork());
        if (children[i] == 0) {
            pause();
            _exit(0);
        }
    }
    nap(300);
}

static void end_children(const pid_t *children)
{
    for (int i = 0; i < CHILDREN; i++)
        kill(children[i], SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

int main(void)
{
    static pid_t children[CHILDREN];
    struct figures before, after;
    long total;

    make_children(children); /* caches fill */
    end_children(children);
    nap(300);
    before = figures();
    make_children(children);
    after = figures();
    end_children(children);
    total = (before.free - after.free) - (after.anonymous - before.anonymous);
    say("# kernel memory per idle process: %.1f KiB (page tables %.1f, stack %.1f, slabs %.1f); "
        "user pages %.1f KiB",
        (double)total / CHILDREN, (double)(after.tables - before.tables) / CHILDREN,
        (double)(after.stack - before.stack) / CHILDREN,
        (double)(after.slab - before.slab) / CHILDREN,
        (double)(after.anonymous - before.anonymous) / CHILDREN);
    yes("a process needs kernel memory", total > 0);
    yes("no more than is promised", total <= (is_quire() ? 40 : 86) * CHILDREN);
    return 0;
}
