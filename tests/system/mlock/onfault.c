/* mlock2: MLOCK_ONFAULT locks without faulting in; unknown flags. */

#include "test.h"

static char flags[64];

static long lock2(const void *at, size_t len, unsigned how)
{
    return syscall(SYS_mlock2, at, len, how);
}

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

int main(void)
{
    char *at = map_in_hole(8 * PAGE);

    call("unknown flag", lock2(at, PAGE, 2));
    call("all flags", lock2(at, PAGE, -1));
    call("on fault", lock2(at, 8 * PAGE, 1));
    show("not there yet", at);
    at[PAGE] = 1;
    show("one touched", at);
    call("plain on two of them", lock2(at + 2 * PAGE, 2 * PAGE, 0));
    say("areas %lu %lu %lu", area_pages(at), area_pages(at + 2 * PAGE), area_pages(at + 4 * PAGE));
    show("the two", at + 2 * PAGE);
    call("on fault again", lock2(at, 8 * PAGE, 1));
    say("one area of %lu", area_pages(at));
    show("it", at);
    call("mlock makes them all resident", mlock(at, 8 * PAGE));
    show("it", at);
    call("on fault without access", (mprotect(at, PAGE, PROT_NONE), lock2(at, 8 * PAGE, 1)));
    call("plain without access", lock2(at, 8 * PAGE, 0));
    call("unlock", munlock(at, 8 * PAGE));
    show("done", at + PAGE);
    return 0;
}
