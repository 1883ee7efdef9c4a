/* MADV_FREE: contents stay until memory is short; a write keeps the page; LazyFree in smaps; fork,
   mremap, mprotect, mlock and DONTNEED afterwards. */

#include "test.h"

enum { pages = 64 };

static void fill(char *at, int value)
{
    for (int i = 0; i < pages; i++)
        at[i * PAGE] = (char)value;
}

static int count(const char *at, int value)
{
    int found = 0;
    for (int i = 0; i < pages; i++)
        found += at[i * PAGE] == (char)value;
    return found;
}

/* Linux puts pages on its list in batches; a further call completes the last one. */
static void give_up(char *at, size_t len)
{
    static char *other;
    if (!other) {
        other = map_in_hole(PAGE);
        *other = 1;
    }
    call("FREE", madvise(at, len, MADV_FREE));
    must(madvise(other, PAGE, MADV_FREE));
}

static void show(const char *label, const char *at)
{
    say("%s: Rss %ld Anonymous %ld LazyFree %ld clean %ld dirty %ld", label,
        smaps_kilobytes(at, "Rss"), smaps_kilobytes(at, "Anonymous"),
        smaps_kilobytes(at, "LazyFree"), smaps_kilobytes(at, "Private_Clean"),
        smaps_kilobytes(at, "Private_Dirty"));
}

static char *parents;

static void child(void)
{
    say("child: reads %d old values", count(parents, 5));
    show("child", parents);
    fill(parents, 6);
    show("child, written", parents);
    _exit(0);
}

static void freeing_child(void)
{
    give_up(parents, pages * PAGE);
    say("child: %d old values", count(parents, 7));
    _exit(0);
}

int main(void)
{
    char *at = map_in_hole(pages * PAGE), *to;
    unsigned char there[pages];

    fill(at, 1);
    show("filled", at);
    give_up(at, pages * PAGE);
    show("given up", at);
    say("old values: %d", count(at, 1));
    mincore(at, pages * PAGE, there);
    say("first and last are resident: %d %d", there[0], there[pages - 1]);
    for (int i = 0; i < pages; i += 4)
        at[i * PAGE] = 2;
    show("a quarter written", at);
    fill(at, 3);
    show("all written", at);
    give_up(at, 16 * PAGE);
    show("some given up again", at);
    to = mremap(at, pages * PAGE, pages * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(pages * PAGE));
    show("moved", to);
    must(mprotect(to, pages * PAGE, PROT_READ));
    show("read-only", to);
    must(mprotect(to, pages * PAGE, PROT_READ | PROT_WRITE));
    fill(to, 4);
    show("writable again, written", to);
    give_up(to, pages * PAGE);
    call("DONTNEED", madvise(to, pages * PAGE, MADV_DONTNEED));
    show("dropped", to);
    say("zeroes: %d", count(to, 0));
    parents = map_in_hole(pages * PAGE);
    fill(parents, 5);
    give_up(parents, pages * PAGE);
    in_child("fork", child);
    say("parent: reads %d old values", count(parents, 5));
    fill(parents, 7);
    in_child("fork, child gives up", freeing_child);
    say("parent: %d values", count(parents, 7));
    give_up(parents, pages * PAGE);
    must(munmap(parents + 10 * PAGE, PAGE));
    call("lock what is left", mlock(parents, 10 * PAGE));
    call("unlock", munlock(parents, 10 * PAGE));
    call("FREE across a hole", madvise(parents, pages * PAGE, MADV_FREE));
    call("never touched", madvise(map(pages * PAGE), pages * PAGE, MADV_FREE));
    call("not accessible", madvise(map_prot(pages * PAGE, PROT_NONE), pages * PAGE, MADV_FREE));
    return 0;
}
