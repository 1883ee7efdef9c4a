/* mmap of huge pages: arguments, placement, what a failed call leaves, what maps(5) shows. */

#include "pool.h"

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif

static bool is_aligned(const void *at)
{
    return ((unsigned long)at & (HUGE - 1)) == 0;
}

static void show(const char *label, const void *at)
{
    struct maps_line line;

    if (maps_find(at, &line))
        say("%s: %lu kB %s offset %lx %s", label, (line.end - line.start) / 1024, line.prot,
            line.offset, line.path);
    else
        say("%s: nothing", label);
}

static void arguments(void)
{
    char *at;
    int fd = file_make("/tmp/ordinary", HUGE);

    at = try_map("length 0", NULL, 0, RW, PRIVATE, -1, 0);
    at = try_map("length 1", NULL, 1, RW, PRIVATE, -1, 0);
    yes("aligned", is_aligned(at));
    show("length 1", at);
    call("munmap of a page", munmap(at, PAGE));
    call("munmap of 2 MiB less a page", munmap(at, HUGE - PAGE));
    call("munmap of the second half", munmap(at + HUGE / 2, HUGE / 2));
    call("munmap of 2 MiB less a byte", munmap(at, HUGE - 1));
    try_map("a length beyond everything", NULL, -1UL, RW, PRIVATE, -1, 0);
    try_map("2^47", NULL, 1UL << 47, RW, PRIVATE, -1, 0);
    try_map("offset of a page", NULL, HUGE, RW, PRIVATE, -1, PAGE);
    at = try_map("offset of a huge page", NULL, HUGE, RW, SHARED, -1, HUGE);
    if (at != MAP_FAILED) {
        show("offset", at);
        munmap(at, HUGE);
    }
    try_map("no type", NULL, HUGE, RW, MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    at = try_map("MAP_SHARED_VALIDATE", NULL, HUGE, RW,
                 MAP_SHARED_VALIDATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (at != MAP_FAILED)
        munmap(at, HUGE);
    try_map("MAP_GROWSDOWN", NULL, HUGE, RW, PRIVATE | MAP_GROWSDOWN, -1, 0);
    try_map("an ordinary file", NULL, HUGE, RW, MAP_PRIVATE | MAP_HUGETLB, fd, 0);
    try_map("a bad descriptor", NULL, HUGE, RW, MAP_PRIVATE | MAP_HUGETLB, 99, 0);
    for (int size = 0; size < 64; size++) {
        at = mmap(NULL, HUGE, RW, PRIVATE | size << 26, -1, 0);
        if (at != MAP_FAILED || errno != EINVAL)
            say("size of 2^%d: %s", size, at == MAP_FAILED ? errno_name(errno) : "ok");
        if (at != MAP_FAILED)
            munmap(at, HUGE);
    }
    pool("after all");
}

static void kinds(void)
{
    char *private = huge(HUGE, PRIVATE), *shared = huge(HUGE, SHARED);
    char found[64];

    show("private", private);
    show("shared", shared);
    say("private: flags %s",
        smaps_flags(private, "rd wr ex sh mr mw me ms de ht ac nr hg nh", found));
    say("shared: flags %s",
        smaps_flags(shared, "rd wr ex sh mr mw me ms de ht ac nr hg nh", found));
    must(munmap(private, HUGE));
    must(munmap(shared, HUGE));
    private = (char *)must(mmap(NULL, HUGE, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0));
    say("nothing allowed: flags %s",
        smaps_flags(private, "rd wr ex sh mr mw me ms de ht ac nr", found));
    probe_read("nothing allowed", private);
    must(munmap(private, HUGE));
    private = (char *)must(mmap(NULL, HUGE, PROT_READ, PRIVATE, -1, 0));
    probe_read("to be read", private);
    probe_write("to be read", private);
    must(munmap(private, HUGE));
    private = (char *)must(mmap(NULL, HUGE, RW | PROT_EXEC, PRIVATE, -1, 0));
    private[0] = (char)0xc3;
    ((void (*)(void)) private)();
    say("executed");
    must(munmap(private, HUGE));
    private = (char *)must(mmap(NULL, HUGE, RW, PRIVATE | MAP_POPULATE, -1, 0));
    pool("populated");
    must(munmap(private, HUGE));
    private = (char *)must(mmap(NULL, HUGE, RW, PRIVATE | MAP_LOCKED, -1, 0));
    pool("locked");
    say("flags %s, VmLck %ld", smaps_flags(private, "lo ht", found), status_kilobytes("VmLck:"));
    must(munmap(private, HUGE));
}

static void places(void)
{
    char *hole = map(8 * HUGE), *base, *at;

    base = (char *)(((unsigned long)hole + HUGE - 1) & -HUGE);
    must(munmap(base, 4 * HUGE));
    at = try_map("MAP_FIXED", base, HUGE, RW, PRIVATE | MAP_FIXED, -1, 0);
    yes("there", at == base);
    try_map("MAP_FIXED, odd", base + PAGE, HUGE, RW, PRIVATE | MAP_FIXED, -1, 0);
    at = try_map("MAP_FIXED over it", base, 2 * HUGE, RW, PRIVATE | MAP_FIXED, -1, 0);
    yes("there", at == base);
    try_map("MAP_FIXED_NOREPLACE over it", base, HUGE, RW, PRIVATE | 0x100000, -1, 0);
    try_map("small pages over a part", base + PAGE, PAGE, RW,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    try_map("small pages over the whole", base, 2 * HUGE, RW,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    pool("replaced");
    must(munmap(base, 4 * HUGE));
    at = try_map("a hint", base + HUGE, HUGE, RW, PRIVATE, -1, 0);
    yes("there", at == base + HUGE);
    must(munmap(at, HUGE));
    at = try_map("an odd hint", base + HUGE + 3 * PAGE, HUGE, RW, PRIVATE, -1, 0);
    yes("aligned down", at == base + HUGE);
    must(munmap(at, HUGE));
    at = try_map("a hint that is taken", base + 4 * HUGE, HUGE, RW, PRIVATE, -1, 0);
    yes("aligned, elsewhere", is_aligned(at) && at != base + 4 * HUGE);
    must(munmap(at, HUGE));
    at = try_map("MAP_32BIT", NULL, HUGE, RW, PRIVATE | MAP_32BIT, -1, 0);
    yes("above 4 GiB", (unsigned long)at >> 32 != 0);
    must(munmap(at, HUGE));
    try_map("MAP_FIXED at 0", NULL, HUGE, RW, PRIVATE | MAP_FIXED, -1, 0);
    munmap(NULL, HUGE);
}

static void limited(void)
{
    try_map("five of four", NULL, 5 * HUGE, RW, PRIVATE, -1, 0);
    try_map("five of four, shared", NULL, 5 * HUGE, RW, SHARED, -1, 0);
    pool("nothing promised");
    char *four = huge(4 * HUGE, SHARED);
    try_map("one more", NULL, HUGE, RW, PRIVATE, -1, 0);
    char *more = try_map("one more, not promised", NULL, HUGE, RW, PRIVATE | MAP_NORESERVE, -1, 0);
    probe_write("not promised", more);
    probe_read("not promised", more);
    probe_write("promised", four);
    pool("one used");
    must(munmap(four, 4 * HUGE));
    probe_write("not promised, now", more);
    must(munmap(more, HUGE));
    pool("at the end");
}

int main(void)
{
    pool_set(4, 0);
    arguments();
    kinds();
    places();
    limited();
    pool_set(0, 0);
    return 0;
}
