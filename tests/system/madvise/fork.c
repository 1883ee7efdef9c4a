/* DONTFORK, WIPEONFORK and what a child and its child see. */

#include "test.h"

static char *area;
static char flags[64];

static void show(const char *who)
{
    struct maps_line line;

    if (!maps_find(area + 4 * PAGE, &line)) {
        say("%s: not there", who);
        return;
    }
    say("%s: pages %lu, %d %d %d, flags %s", who, (line.end - line.start) / PAGE, area[4 * PAGE],
        area[7 * PAGE], area[0], smaps_flags(area + 4 * PAGE, "wf dc", flags));
}

static void grandchild(void)
{
    show("grandchild");
    _exit(0);
}

static void child(void)
{
    show("child");
    if (!faults_on_write(area + 4 * PAGE))
        area[4 * PAGE] = 9;
    show("child, written");
    in_child("again", grandchild);
    _exit(0);
}

static void keeping_child(void)
{
    call("child: keep", madvise(area, 16 * PAGE, MADV_KEEPONFORK));
    area[4 * PAGE] = 8;
    in_child("again", grandchild);
    struct maps_line line;
    yes("child: found", maps_find(area, &line));
    say("child: area of %lu pages", (line.end - line.start) / PAGE);
    _exit(0);
}

int main(void)
{
    area = map_in_hole(16 * PAGE);
    for (int i = 0; i < 16; i++)
        area[i * PAGE] = (char)(i + 1);
    call("wipe the middle", madvise(area + 4 * PAGE, 4 * PAGE, MADV_WIPEONFORK));
    in_child("wiped", child);
    show("parent");
    in_child("kept by the child", keeping_child);
    call("leave the middle out", madvise(area + 4 * PAGE, 4 * PAGE, MADV_DONTFORK));
    in_child("left out", child);
    call("let it be inherited", madvise(area + 4 * PAGE, 4 * PAGE, MADV_DOFORK));
    call("and kept", madvise(area + 4 * PAGE, 4 * PAGE, MADV_KEEPONFORK));
    in_child("inherited", child);
    show("parent");
    /* Two wiped areas that a hole once divided. */
    munmap(area + 8 * PAGE, PAGE);
    area[9 * PAGE] = 1;
    mmap(area + 8 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
         0);
    area[8 * PAGE] = 3;
    call("wipe all", madvise(area, 16 * PAGE, MADV_WIPEONFORK));
    in_child("all wiped", child);
    return 0;
}
