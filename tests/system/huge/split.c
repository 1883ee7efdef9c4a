/* A huge page stays one as long as nothing concerns a part of it: unmapping, protecting, moving,
 * forking, forgetting, locking.
 * memory: 1G */

#include "huge.h"

static char *at;

static void child(void)
{
    say_area("child", at);
    at[5 * PAGE] = 99;
    say_area("child, after a write", at);
    say("child: kept %d", count_kept(at, 512));
    call("child: unmap", munmap(at, HUGE));
    _exit(0);
}

static void child_reads(void)
{
    say("child reads: kept %d", count_kept(at, 512));
    _exit(0);
}

static void protect(void)
{
    at = map_written(2);
    call("mprotect of 2 MiB", mprotect(at, HUGE, PROT_READ));
    say_area("read-only", at);
    probe_write("write", at);
    call("mprotect back", mprotect(at, HUGE, PROT_READ | PROT_WRITE));
    at[0] = 0;
    say_area("writable again", at);
    call("mprotect none", mprotect(at, HUGE, PROT_NONE));
    probe_read("read", at + PAGE);
    say_area("none", at);
    call("mprotect back", mprotect(at, HUGE, PROT_READ | PROT_WRITE));
    say("kept %d", count_kept(at, 1024));
    call("mprotect of a page", mprotect(at + HUGE + 9 * PAGE, PAGE, PROT_READ));
    say_area("below it", at + HUGE);
    say_area("the page", at + HUGE + 9 * PAGE);
    say_area("above it", at + HUGE + 10 * PAGE);
    say("kept %d", count_kept(at, 1024));
}

static void unmap(void)
{
    at = map_written(3);
    call("munmap of 2 MiB", munmap(at + HUGE, HUGE));
    say_area("the first", at);
    call("munmap of its last page", munmap(at + HUGE - PAGE, PAGE));
    say_area("the first", at);
    call("munmap of the first page of the third", munmap(at + 2 * HUGE, PAGE));
    say_area("the third", at + 2 * HUGE + PAGE);
    say("kept %d", count_kept(at, 511));
    at = map_written(1);
    call("DONTNEED of a page", madvise(at + 9 * PAGE, PAGE, MADV_DONTNEED));
    say_area("without a page", at);
    at = map_written(1);
    call("DONTNEED of all", madvise(at, HUGE, MADV_DONTNEED));
    say_area("without all", at);
    at[PAGE] = 1;
    say_area("written again", at);
}

static void move(void)
{
    char *there = map_aligned(4);

    at = map_written(2);
    call_ok("mremap by a multiple",
            mremap(at, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, there) == (void *)-1 ? -1 : 1);
    say_area("moved", there);
    say("kept %d", count_kept(there, 512));
    call_ok("mremap by another distance",
            mremap(at + HUGE, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, there + HUGE + PAGE) ==
                    (void *)-1
                ? -1
                : 1);
    say_area("moved", there + HUGE + PAGE);
    at = map_written(2);
    call_ok("shrink", mremap(at, 2 * HUGE, HUGE, 0) == (void *)-1 ? -1 : 1);
    say_area("shrunk", at);
    call_ok("shrink more", mremap(at, HUGE, HUGE / 2, 0) == (void *)-1 ? -1 : 1);
    say_area("half", at);
    say("kept %d", count_kept(at, 256));
}

int main(void)
{
    char found[64];

    must(put_setting("enabled", "always"));
    at = map_written(1);
    in_child("fork and write", child);
    say_area("parent", at);
    say("kept %d", count_kept(at, 512));
    at[6 * PAGE] = 6;
    say_area("parent, after a write", at);
    in_child("fork and read", child_reads);
    at[6 * PAGE] = 6;
    say_area("parent, after another", at);
    protect();
    unmap();
    move();
    at = map_written(1);
    call("mlock of a part", mlock(at + HUGE / 2, PAGE));
    say_area("below", at);
    say("locked: %s", smaps_flags(at + HUGE / 2, "lo", found));
    at = map_written(1);
    call("mlock of all", mlock(at, HUGE));
    say_area("locked", at);
    say("Locked %ld", smaps_kilobytes(at, "Locked"));
    call("mremap of a locked one", mremap(at, HUGE, HUGE, 0) == at ? 0 : -1);
    at = map_written(1);
    call("COLD", madvise(at, HUGE, MADV_COLD));
    call("PAGEOUT", madvise(at, HUGE, MADV_PAGEOUT));
    say("Rss %ld, kept %d", smaps_kilobytes(at, "Rss"), count_kept(at, 512));
    return 0;
}
