/* mlockall, munlockall: CURRENT, FUTURE, ONFAULT and their combinations; fork and exec; the heap
   and a stack that grows. */

#include "test.h"

static char flags[64];

static void show(const char *label, const char *at)
{
    say("%s: Rss %ld, flags %s", label, smaps_kilobytes(at, "Rss"),
        smaps_flags(at, "lo lf", flags));
}

static char *fresh(void)
{
    return map_in_hole(4 * PAGE);
}

static void arguments(void)
{
    call("0", mlockall(0));
    call("ONFAULT alone", mlockall(MCL_ONFAULT));
    call("8", mlockall(8));
    call("all and 8", mlockall(15));
    call("-1", mlockall(-1));
    call("munlockall", munlockall());
}

static void combination(const char *label, int how)
{
    char *before = fresh(), *none = map_prot(4 * PAGE, PROT_NONE), *after;
    long faults;

    say("%s", label);
    call("  mlockall", mlockall(how));
    after = fresh();
    show("  area before", before);
    show("  area before, without access", none);
    show("  area after", after);
    faults = minor_faults();
    for (int i = 0; i < 4; i++)
        before[i * PAGE] = 1;
    say("  writing the one before: %ld faults", minor_faults() - faults);
    faults = minor_faults();
    for (int i = 0; i < 4; i++)
        after[i * PAGE] = 1;
    say("  writing the one after: %ld faults", minor_faults() - faults);
    munmap(before, 4 * PAGE);
    munmap(after, 4 * PAGE);
    munmap(none, 4 * PAGE);
}

static void heap(void)
{
    unsigned long before = (unsigned long)syscall(SYS_brk, 0);
    char *end = (char *)((before + PAGE - 1) & ~(PAGE - 1));
    long faults;

    call("heap: mlockall FUTURE", mlockall(MCL_FUTURE));
    yes("heap grows", (char *)syscall(SYS_brk, end + 3 * PAGE) == end + 3 * PAGE);
    faults = minor_faults();
    for (int i = 0; i < 3; i++)
        end[i * PAGE] = 1;
    say("heap: %ld faults", minor_faults() - faults);
    show("heap", end);
}

static __attribute__((noinline)) void deep(int n)
{
    volatile char frame[PAGE * 2];
    frame[0] = 1;
    frame[PAGE] = 1;
    if (n > 0)
        deep(n - 1);
    (void)frame[PAGE];
}

static void child(void)
{
    char *later = fresh();

    say("child: VmLck %ld", status_kilobytes("VmLck"));
    show("child: new area", later);
    _exit(0);
}

int main(int count, char **words)
{
    char *at;

    if (count > 1) {
        say("after exec: VmLck %ld, new area flags %s", status_kilobytes("VmLck"),
            smaps_flags(fresh(), "lo lf", flags));
        return 0;
    }
    arguments();
    combination("CURRENT", MCL_CURRENT);
    munlockall();
    combination("FUTURE", MCL_FUTURE);
    munlockall();
    combination("CURRENT and FUTURE", MCL_CURRENT | MCL_FUTURE);
    combination("CURRENT after it", MCL_CURRENT);
    munlockall();
    combination("CURRENT, ONFAULT", MCL_CURRENT | MCL_ONFAULT);
    munlockall();
    combination("FUTURE, ONFAULT", MCL_FUTURE | MCL_ONFAULT);
    munlockall();
    combination("all three", MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    munlockall();
    combination("nothing is left", MCL_CURRENT | MCL_ONFAULT);
    munlockall();
    say("VmLck %ld", status_kilobytes("VmLck"));
    heap();
    munlockall();
    at = fresh();
    call("stack: mlockall", mlockall(MCL_CURRENT | MCL_FUTURE));
    yes("everything is locked", status_kilobytes("VmLck") > 100);
    long before = status_kilobytes("VmLck");
    deep(100);
    yes("the stack is locked further", status_kilobytes("VmLck") >= before + 300);
    show("area", at);
    in_child("fork", child);
    at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    show("shared area", at);
    execl(words[0], words[0], "again", (char *)NULL);
    return 1;
}
