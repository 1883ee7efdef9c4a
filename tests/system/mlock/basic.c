/* mlock, munlock: VmLck, Locked and VmFlags; pages are there after the call and cost no fault;
   areas are cut and merged; rounding; holes; areas without access. */

#include "test.h"

static char flags[64];

static void show(const char *label, const char *at)
{
    say("%s: VmLck %ld, Locked %ld, Rss %ld, flags %s", label, status_kilobytes("VmLck"),
        smaps_kilobytes(at, "Locked"), smaps_kilobytes(at, "Rss"), smaps_flags(at, "lo lf", flags));
}

static unsigned long area_pages(const char *at)
{
    struct maps_line line;
    return maps_find(at, &line) ? (line.end - line.start) / PAGE : 0;
}

static long faults_of_writing(char *at, size_t pages)
{
    long before = minor_faults();
    for (size_t i = 0; i < pages; i++)
        at[i * PAGE] = 1;
    return minor_faults() - before;
}

static long faults_of_reading(volatile char *at, size_t pages)
{
    long before = minor_faults();
    for (size_t i = 0; i < pages; i++)
        (void)at[i * PAGE];
    return minor_faults() - before;
}

static void ranges(void)
{
    char *at = map_in_hole(16 * PAGE);

    status_kilobytes("VmLck"); /* the buffers are touched now */
    show("fresh", at);
    call("lock all", mlock(at, 16 * PAGE));
    show("locked", at);
    say("faults after: %ld", faults_of_writing(at, 16));
    call("again", mlock(at, 16 * PAGE));
    call("unlock the middle", munlock(at + 4 * PAGE, 4 * PAGE));
    show("below", at);
    show("middle", at + 4 * PAGE);
    say("areas %lu %lu %lu", area_pages(at), area_pages(at + 4 * PAGE), area_pages(at + 8 * PAGE));
    call("lock one byte", mlock(at + 5 * PAGE + 100, 1));
    show("one byte", at + 5 * PAGE);
    call("lock across two pages", mlock(at + 7 * PAGE - 1, 2));
    show("two pages", at + 6 * PAGE);
    call("lock nothing", mlock(at + 4 * PAGE, 0));
    show("nothing", at + 4 * PAGE);
    call("unlock all", munlock(at, 16 * PAGE));
    show("unlocked", at);
    say("one area of %lu pages", area_pages(at));
    call("unlock again", munlock(at, 16 * PAGE));
    call("past the end", mlock(at + 12 * PAGE, 8 * PAGE));
    show("the part below the hole", at + 12 * PAGE);
    call("unlock past the end", munlock(at + 12 * PAGE, 8 * PAGE));
    show("is unlocked", at + 12 * PAGE);
    call("from a hole", mlock(at - PAGE, 4 * PAGE));
    show("the part above the hole", at);
    call("length wraps", mlock(at, -PAGE));
    call("length rounds to 0", mlock(at, -1UL));
    call("unlock, length wraps", munlock(at, -PAGE));
    call("high address", mlock((void *)-PAGE, PAGE));
    call("above user space", mlock((void *)(1UL << 47), PAGE));
}

static void without_access(void)
{
    char *at = map_in_hole(8 * PAGE);

    must(mprotect(at + 2 * PAGE, 2 * PAGE, PROT_NONE));
    call("lock with a part without access", mlock(at, 8 * PAGE));
    show("below it", at);
    show("it", at + 2 * PAGE);
    show("above it", at + 4 * PAGE);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
    show("made writable", at + 2 * PAGE);
    say("faults then: %ld", faults_of_writing(at + 2 * PAGE, 2));
}

static void read_only_then_writable(void)
{
    char *at = map_prot(4 * PAGE, PROT_READ);

    call("lock read-only memory", mlock(at, 4 * PAGE));
    say("reading: %ld faults", faults_of_reading(at, 4));
    must(mprotect(at, 4 * PAGE, PROT_READ | PROT_WRITE));
    say("made writable, writing: %ld faults", faults_of_writing(at, 4));
}

static void files(void)
{
    int fd = file_make("file", 8 * PAGE);
    char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    call("lock a private file", mlock(at, 8 * PAGE));
    say("writing: %ld faults", faults_of_writing(at, 8));
    say("locked %ld anonymous %ld", smaps_kilobytes(at, "Locked"),
        smaps_kilobytes(at, "Anonymous"));
    munmap(at, 8 * PAGE);
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call("lock a shared file", mlock(at, 8 * PAGE));
    say("reading: %ld faults", faults_of_reading(at, 8));
    call("flush, invalidate", msync(at, 8 * PAGE, MS_SYNC | MS_INVALIDATE));
    call("invalidate", msync(at, PAGE, MS_INVALIDATE));
    call("give away", madvise(at, PAGE, MADV_DONTNEED));
    munmap(at, 8 * PAGE);
    at = mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    call("lock beyond the end of the file", mlock(at, 16 * PAGE));
    show("it", at);
    munmap(at, 16 * PAGE);
    show("unmapped", at);
    close(fd);
}

static void special(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[256];
    unsigned long start = 0, found = 0;

    while (fgets(line, sizeof(line), maps)) {
        if (strstr(line, "[vdso]") && sscanf(line, "%lx", &start) == 1)
            found = start;
    }
    fclose(maps);
    call("lock the vdso", mlock((void *)found, PAGE));
    say("flags %s", smaps_flags((void *)found, "lo", flags));
}

int main(void)
{
    ranges();
    call("everything is unlocked", munlockall());
    without_access();
    munlockall();
    read_only_then_writable();
    munlockall();
    files();
    special();
    say("VmLck %ld", status_kilobytes("VmLck"));
    return 0;
}
