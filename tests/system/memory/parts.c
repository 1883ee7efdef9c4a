/*
 * Nothing is lost and nothing is made up: what is in use (MemTotal less MemFree) is the sum of its
 * parts, each counted for itself. Quire counts every frame in /proc/quire/frames and in meminfo's
 * running totals; the two agree, at rest and under a load of each kind. On Linux, which does not
 * account for all of its own, the test prints what it would have to say.
 */

#include "test.h"

#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>

#define CHILDREN 8
#define MIB      (1UL << 20)

static char text[1 << 16];

/* A line "NAME NUMBER" of a file that is in text. */
static long line_of(const char *name)
{
    size_t len = strlen(name);

    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && (line[len] == ' ' || line[len] == ':'))
            return atol(line + len + 1);
    }
    return -1;
}

/* Pages behind the kernel's virtual ranges: the sum of "pages=N" in vmallocinfo. */
static long range_pages(void)
{
    long sum = 0;

    file_text("/proc/vmallocinfo", text, sizeof(text));
    for (char *at = text; (at = strstr(at, " pages=")); at++)
        sum += atol(at + 7);
    return sum;
}

static long address_spaces(void)
{
    file_text("/proc/slabinfo", text, sizeof(text));
    return line_of("mm");
}

struct counts {
    long private, object, shmem, stale, table, slab, large, range, other, free, reserved, all;
    long total, unused, anonymous, cached, shared, tables, slabs; /* meminfo, pages */
    long ranges, roots;
};

static bool counts_take(struct counts *counts)
{
    counts->ranges = range_pages();
    counts->roots = address_spaces();
    if (file_text("/proc/quire/frames", text, sizeof(text)) < 0)
        return false;
    counts->private = line_of("private");
    counts->object = line_of("object");
    counts->shmem = line_of("shmem");
    counts->stale = line_of("stale");
    counts->table = line_of("table");
    counts->slab = line_of("slab");
    counts->large = line_of("large");
    counts->range = line_of("range");
    counts->other = line_of("other");
    counts->free = line_of("free");
    counts->reserved = line_of("reserved");
    counts->all = line_of("all");
    file_text("/proc/meminfo", text, sizeof(text));
    counts->total = line_of("MemTotal") / 4;
    counts->unused = line_of("MemFree") / 4;
    counts->anonymous = line_of("AnonPages") / 4;
    counts->cached = line_of("Cached") / 4;
    counts->shared = line_of("Shmem") / 4;
    counts->tables = line_of("PageTables") / 4;
    counts->slabs = line_of("Slab") / 4;
    return true;
}

static bool close_to(const char *what, long a, long b, long slack)
{
    if (labs(a - b) > slack)
        say("(%s: %ld and %ld pages)", what, a, b);
    return labs(a - b) <= slack;
}

/* The two looks are not one moment: the idle loop moves frames, reading takes some. */
#define SLACK 24

static bool frames_are_all(const struct counts *c)
{
    return c->private + c->object + c->shmem + c->stale + c->table + c->slab + c->large + c->range +
               c->other + c->free + c->reserved ==
           c->all;
}

static bool totals_are_frames(const struct counts *c)
{
    return close_to("AnonPages", c->private, c->anonymous, SLACK) &
           close_to("Shmem", c->shmem, c->shared, SLACK) &
           close_to("Cached", c->object + c->shmem, c->cached, SLACK) &
           close_to("PageTables", c->table, c->tables + c->roots, SLACK) &
           close_to("Slab", c->slab, c->slabs, SLACK) &
           close_to("vmallocinfo", c->range, c->ranges, SLACK) &
           close_to("MemFree", c->free, c->unused, SLACK);
}

static bool parts_are_used(const struct counts *c)
{
    return close_to("the sum of the parts",
                    c->anonymous + c->cached + c->stale + c->tables + c->roots + c->slabs +
                        c->ranges + c->large + c->other,
                    c->total - c->unused, 2 * SLACK);
}

static struct counts at_first;

static void compare(const char *label, long most_other)
{
    struct counts now = {0};
    bool there = counts_take(&now);

    say("%s", label);
    yes("  every frame has one use", !there || frames_are_all(&now));
    yes("  the running totals are the frames", !there || totals_are_frames(&now));
    yes("  what is used is the sum of the parts", !there || parts_are_used(&now));
    yes("  the kernel's other frames are few",
        !there || close_to("other", now.other, at_first.other, most_other));
    if (there)
        say("# private %ld cache %ld shmem %ld tables %ld slabs %ld ranges %ld large %ld other %ld "
            "of %ld pages used",
            now.private, now.object, now.shmem, now.table, now.slab, now.range, now.large,
            now.other, now.total - now.unused);
}

/* Each has private memory, part of it its parent's, a table of descriptors, and sleeps. */
static void start_children(const char *inherited, int ready[2])
{
    char byte;

    for (int i = 0; i < CHILDREN; i++) {
        if (must(fork()) == 0) {
            signal(SIGTERM, SIG_DFL);
            memset((char *)inherited + (size_t)i * 64 * PAGE, 2, 64 * PAGE);
            memset(map(4 * MIB), 3, 4 * MIB);
            must(fcntl(0, F_DUPFD, 500));
            must(write(ready[1], "", 1));
            pause();
        }
    }
    for (int i = 0; i < CHILDREN; i++)
        must(read(ready[0], &byte, 1));
}

static void end_children(void)
{
    kill(0, SIGTERM);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static void private_memory(int ready[2])
{
    char *inherited = map(16 * MIB);

    memset(inherited, 1, 16 * MIB);
    start_children(inherited, ready);
    compare("processes with private memory", SLACK);
    end_children();
    munmap(inherited, 16 * MIB);
}

static void object_memory(void)
{
    int fd = must(open("file", O_RDWR | O_CREAT, 0600));
    char *block = map(8 * MIB);
    int id = must(shmget(IPC_PRIVATE, 4 * MIB, IPC_CREAT | 0600));
    char *segment = shmat(id, NULL, 0), *shared;

    must(write(fd, block, 8 * MIB));
    memset(segment, 1, 4 * MIB);
    shared = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(shared, 1, 4 * MIB);
    compare("files, segments, shared memory", SLACK);
    must(shmdt(segment));
    must(shmctl(id, IPC_RMID, NULL));
    munmap(shared, 4 * MIB);
    munmap(block, 8 * MIB);
    must(unlink("file"));
    close(fd);
}

#define PIPES 40

static void kernel_memory(void)
{
    static char block[65536];
    int ends[PIPES][2];
    char name[32];

    for (int i = 0; i < PIPES; i++) {
        must(pipe(ends[i]));
        must(write(ends[i][1], block, sizeof(block)));
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "name%d", i);
        close(must(open(name, O_CREAT | O_RDWR, 0600)));
    }
    compare("full pipes and many names", PIPES * 16 + SLACK);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "name%d", i);
        must(unlink(name));
    }
    for (int i = 0; i < PIPES; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

int main(void)
{
    int ready[2];

    must(pipe(ready));
    signal(SIGTERM, SIG_IGN);
    counts_take(&at_first);
    yes("the kernel has few frames of its own",
        is_quire() ? at_first.all > 0 && at_first.other < 100 : at_first.all == 0);
    compare("at first", SLACK);
    private_memory(ready);
    object_memory();
    kernel_memory();
    nap(100);
    compare("at the end", SLACK);
    return 0;
}
