/* MAP_LOCKED, and what the other calls do to locked areas: mremap, madvise, fork, split, merge. */

#include "test.h"

static char flags[64];

static void show(const char *label, const char *at)
{
    say("%s: VmLck %ld, Locked %ld, Rss %ld, flags %s", label, status_kilobytes("VmLck"),
        smaps_kilobytes(at, "Locked"), smaps_kilobytes(at, "Rss"), smaps_flags(at, "lo", flags));
}

static unsigned long area_pages(const char *at)
{
    struct maps_line line;
    return maps_find(at, &line) ? (line.end - line.start) / PAGE : 0;
}

static char *map_flags(size_t len, int prot, int how)
{
    return mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | how, -1, 0);
}

static void merging(void)
{
    char *at = map_in_hole(8 * PAGE);

    munmap(at, 8 * PAGE);
    at = mmap(at, 4 * PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1, 0);
    mmap(at + 4 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         -1, 0);
    say("locked beside unlocked: %lu %lu", area_pages(at), area_pages(at + 4 * PAGE));
    mmap(at + 4 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1, 0);
    say("locked beside locked: %lu", area_pages(at));
    munmap(at, 8 * PAGE);
}

int main(void)
{
    char *at = map_flags(4 * PAGE, PROT_READ | PROT_WRITE, MAP_LOCKED), *moved;
    long faults = minor_faults();

    for (int i = 0; i < 4; i++)
        at[i * PAGE] = 1;
    say("MAP_LOCKED: %ld faults", minor_faults() - faults);
    show("it", at);
    call("DONTNEED", madvise(at, PAGE, MADV_DONTNEED));
    call("FREE", madvise(at, PAGE, MADV_FREE));
    moved = mremap(at, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    yes("grown", moved != MAP_FAILED);
    faults = minor_faults();
    for (int i = 0; i < 8; i++)
        moved[i * PAGE] = 1;
    say("after mremap: %ld faults", minor_faults() - faults);
    show("it", moved);
    at = mremap(moved, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
    show("moved away, kept", at);
    show("what was left", moved);
    yes("unmapped", munmap(moved, 8 * PAGE) == 0);
    at = mremap(at, 8 * PAGE, 2 * PAGE, 0);
    show("shrunk", at);
    munmap(at, 2 * PAGE);
    show("unmapped", at);
    at = map_flags(4 * PAGE, PROT_NONE, MAP_LOCKED);
    yes("MAP_LOCKED without access", at != MAP_FAILED);
    show("it", at);
    munmap(at, 4 * PAGE);
    at = map_flags(4 * PAGE, PROT_READ, MAP_LOCKED | MAP_POPULATE);
    show("read-only", at);
    munmap(at, 4 * PAGE);
    int fd = file_make("file", 2 * PAGE);
    at = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_LOCKED, fd, 0);
    yes("beyond the end of a file", at != MAP_FAILED);
    show("it", at);
    munmap(at, 4 * PAGE);
    merging();
    at = map_flags(1024 * PAGE, PROT_READ | PROT_WRITE, 0);
    long before = meminfo_kilobytes("Mlocked");
    must(mlock(at, 1024 * PAGE));
    long grown = meminfo_kilobytes("Mlocked") - before;
    yes("Mlocked counts it", grown >= 3800 && grown <= 4300);
    yes("Unevictable, too", meminfo_kilobytes("Unevictable") >= 3800);
    munmap(at, 1024 * PAGE);
    yes("and no more", meminfo_kilobytes("Mlocked") < before + 400);
    return 0;
}
