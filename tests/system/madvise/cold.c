/* MADV_COLD and MADV_PAGEOUT: contents stay; pages are no longer referenced; without swap private
   and shared memory stays resident; DONTNEED_LOCKED drops locked pages. */

#include "test.h"

static void show(const char *label, char *at)
{
    say("%s: Rss %ld, Referenced %ld, LazyFree %ld", label, smaps_kilobytes(at, "Rss"),
        smaps_kilobytes(at, "Referenced"), smaps_kilobytes(at, "LazyFree"));
}

static void fill(char *at, size_t pages)
{
    for (size_t i = 0; i < pages; i++)
        at[i * PAGE] = 7;
}

static int count(char *at, size_t pages, char value)
{
    int found = 0;
    for (size_t i = 0; i < pages; i++)
        found += at[i * PAGE] == value;
    return found;
}

static char *parents;

static void child(void)
{
    call("child: cold", madvise(parents, 16 * PAGE, MADV_COLD));
    say("child: Rss %ld, values %d", smaps_kilobytes(parents, "Rss"), count(parents, 16, 7));
    _exit(0);
}

int main(void)
{
    char *at = map_in_hole(16 * PAGE);

    fill(at, 16);
    show("filled", at);
    call("cold", madvise(at, 8 * PAGE, MADV_COLD));
    show("half of it cold", at);
    call("pageout", madvise(at, 16 * PAGE, MADV_PAGEOUT));
    say("Rss %ld", smaps_kilobytes(at, "Rss"));
    say("values %d", count(at, 16, 7));
    show("read again", at);
    at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fill(at, 16);
    call("shared: cold", madvise(at, 16 * PAGE, MADV_COLD));
    call("shared: pageout", madvise(at, 16 * PAGE, MADV_PAGEOUT));
    say("values %d", count(at, 16, 7));
    parents = map_in_hole(16 * PAGE);
    fill(parents, 16);
    in_child("shared with a child", child);
    at = map_in_hole(16 * PAGE);
    fill(at, 16);
    must(mlock(at, 16 * PAGE));
    call("locked: cold", madvise(at, PAGE, MADV_COLD));
    call("locked: dontneed", madvise(at, PAGE, MADV_DONTNEED));
    call("locked: dontneed locked", madvise(at, 8 * PAGE, 24));
    say("Rss %ld Locked %ld VmLck %ld", smaps_kilobytes(at, "Rss"), smaps_kilobytes(at, "Locked"),
        status_kilobytes("VmLck"));
    say("values %d", count(at, 16, 7));
    munmap(at + 4 * PAGE, PAGE);
    call("across a hole", madvise(at, 16 * PAGE, MADV_COLD));
    must(munlock(at, 4 * PAGE));
    call("not locked, hole, locked", madvise(at, 16 * PAGE, MADV_PAGEOUT));
    return 0;
}
