/* mremap: MREMAP_DONTUNMAP of private, shared and file mappings; a length of 0. */

#include "test.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static void show(const char *label, const char *at)
{
    struct maps_line line;
    if (maps_find(at, &line))
        say("%s: %lu pages %s offset %lx", label, (line.end - line.start) / PAGE, line.prot,
            line.inode ? line.offset : 0);
    else
        say("%s: nothing", label);
}

static char *move(char *at, size_t len, size_t to_len, int how, char *to)
{
    char *got = mremap(at, len, to_len, how, to);
    if (got == MAP_FAILED)
        say("  %s", errno_name(errno));
    return got == MAP_FAILED ? NULL : got;
}

static void fill(char *at, size_t pages)
{
    for (size_t i = 0; i < pages; i++)
        at[i * PAGE] = (char)(i + 1);
}

static void keep(const char *label, char *at)
{
    char *to;

    say("%s", label);
    to = move(at + 2 * PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    if (!to)
        return;
    say("  there %d %d, here %d", to[0], to[3 * PAGE], at[2 * PAGE]);
    show("  there", to);
    show("  here", at + 2 * PAGE);
    if (!faults_on_write(at + 2 * PAGE))
        at[2 * PAGE] = 50;
    say("  written here: there %d", to[0]);
}

int main(void)
{
    int fd = file_make("file", 8 * PAGE);
    char *at = map_in_hole(8 * PAGE), *to;

    fill(at, 8);
    keep("private anonymous", at);
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fill(at, 8);
    keep("shared anonymous", at);
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    at[2 * PAGE] = 77;
    keep("private file", at);
    keep("shared file", mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    at = map_in_hole(8 * PAGE);
    fill(at, 8);
    say("lengths and flags");
    move(at, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at, 4 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at, 4 * PAGE, 4 * PAGE, MREMAP_DONTUNMAP, NULL);
    move(at, 12 * PAGE, 12 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at, 0, 0, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at + 1, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP | 8, NULL);
    say("fixed, over itself");
    move(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, at + 2 * PAGE);
    say("fixed, elsewhere");
    to = map(4 * PAGE);
    yes("there",
        move(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) == to);
    say("%d %d", to[0], at[0]);
    say("a hint is followed");
    to = map(4 * PAGE);
    munmap(to, 4 * PAGE);
    yes("there",
        move(at + 4 * PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, to) == to);
    say("length 0");
    move(at, 0, PAGE, MREMAP_MAYMOVE, NULL);
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    move(at, 0, PAGE, 0, NULL);
    to = move(at + PAGE, 0, 3 * PAGE, MREMAP_MAYMOVE, NULL);
    show("copy", to);
    show("original", at);
    to[0] = 99;
    say("one object: %d", at[PAGE]);
    to = move(at + PAGE, 0, 12 * PAGE, MREMAP_MAYMOVE, NULL);
    show("a longer one", to);
    move(at, 0, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    move(at, 0, 0, MREMAP_MAYMOVE, NULL);
    move(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), 0, PAGE, MREMAP_MAYMOVE, NULL);
    return 0;
}
