/*
 * The protocol of tagged translations against a model: CPUs switch between spaces and forget them;
 * entries change and are flushed in steps that interleave in every order. A translation that a CPU
 * would use must never be older than the last flush that has ended.
 */
#include <arch/mmu_tags.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR_CPUS   3
#define NR_SPACES 9
#define NR_PAGES  4
#define STEPS     2000000

struct space {
    u64 context_id, generation, active;
    int entry[NR_PAGES];    /* version of each translation */
    int demanded[NR_PAGES]; /* the version every CPU must see: raised when a flush ends */
};

struct flush {
    int space; /* -1: none under way */
    int page;  /* -1: everything */
    int version[NR_PAGES];
    u64 generation, waiting;
};

struct cpu {
    struct mmu_tags tags;
    int cached[NR_MMU_TAGS + 1][NR_PAGES]; /* version by tag, 0: not cached */
    int loaded, tag;
    struct flush flush; /* that it has asked the others for */
};

static struct space spaces[NR_SPACES];
static struct cpu cpus[NR_CPUS];
static int next_version = 1;

static void fail(const char *what)
{
    fprintf(stderr, "mmu_tags: %s\n", what);
    exit(1);
}

static void switch_to(int n, int space)
{
    struct cpu *cpu = &cpus[n];
    bool keep;

    if (cpu->loaded == space)
        return;
    spaces[space].active |= 1ull << n;
    cpu->tag =
        (int)mmu_tags_choose(&cpu->tags, spaces[space].context_id, spaces[space].generation, &keep);
    if (!keep)
        memset(cpu->cached[cpu->tag], 0, sizeof(cpu->cached[0]));
    if (cpu->loaded >= 0)
        spaces[cpu->loaded].active &= ~(1ull << n);
    cpu->loaded = space;
}

static void unload(int n)
{
    if (cpus[n].loaded >= 0)
        spaces[cpus[n].loaded].active &= ~(1ull << n);
    cpus[n].loaded = -1;
    cpus[n].tag = 0;
}

static void touch(int n, int page)
{
    struct cpu *cpu = &cpus[n];
    int *cached;

    if (cpu->loaded < 0)
        return;
    cached = &cpu->cached[cpu->tag][page];
    if (*cached == 0)
        *cached = spaces[cpu->loaded].entry[page];
    if (*cached < spaces[cpu->loaded].demanded[page])
        fail("a stale translation was used");
}

static void flush_begin(int n, int space, int page)
{
    struct flush *flush = &cpus[n].flush;

    for (int i = 0; i < NR_PAGES; i++) {
        if (page < 0 || page == i)
            spaces[space].entry[i] = next_version++;
    }
    flush->space = space;
    flush->page = page;
    memcpy(flush->version, spaces[space].entry, sizeof(flush->version));
    flush->generation = ++spaces[space].generation;
    flush->waiting = spaces[space].active;
}

static void flush_serve(int asker, int n)
{
    struct flush *flush = &cpus[asker].flush;
    struct cpu *cpu = &cpus[n];

    if (flush->space < 0 || !(flush->waiting >> n & 1))
        return;
    flush->waiting &= ~(1ull << n);
    if (cpu->loaded != flush->space)
        return;
    for (int i = 0; i < NR_PAGES; i++) {
        if (flush->page < 0 || flush->page == i)
            cpu->cached[cpu->tag][i] = 0;
    }
    mmu_tags_flushed(&cpu->tags, (unsigned)cpu->tag, flush->generation, flush->page < 0);
}

static void flush_end(int n)
{
    struct flush *flush = &cpus[n].flush;

    if (flush->space < 0 || flush->waiting)
        return;
    for (int i = 0; i < NR_PAGES; i++) {
        int *demanded = &spaces[flush->space].demanded[i];

        if ((flush->page < 0 || flush->page == i) && *demanded < flush->version[i])
            *demanded = flush->version[i];
    }
    flush->space = -1;
}

static void step(void)
{
    int n = rand() % NR_CPUS;

    switch (rand() % 8) {
    case 0:
        if (cpus[n].flush.space < 0)
            flush_begin(n, rand() % NR_SPACES, rand() % (NR_PAGES + 1) - 1);
        break;
    case 1:
    case 2:
        flush_serve(n, rand() % NR_CPUS);
        break;
    case 3:
        flush_end(n);
        break;
    case 4:
        switch_to(n, rand() % NR_SPACES);
        break;
    case 5:
        if (rand() % 4 == 0)
            unload(n);
        break;
    default:
        touch(n, rand() % NR_PAGES);
        break;
    }
}

int main(void)
{
    for (int i = 0; i < NR_SPACES; i++) {
        spaces[i].context_id = (u64)i + 1;
        for (int page = 0; page < NR_PAGES; page++)
            spaces[i].entry[page] = next_version++;
    }
    for (int n = 0; n < NR_CPUS; n++) {
        cpus[n].loaded = -1;
        cpus[n].flush.space = -1;
    }
    srand(20260101);
    for (int i = 0; i < STEPS; i++)
        step();
    return 0;
}
