/* Huge pages come only where there is no table of small pages, be it empty: which calls leave one,
 * here and after a fork. A huge page of zeroes is given up whole; parts of it, or of another, split
 * it.
 *
 * memory: 1G
 * seconds: 90 */

#include "huge.h"

#define RW (PROT_READ | PROT_WRITE)

static char *at;

/* A table with @nr small pages in 2 MiB where huge ones may come. */
static void map_small(size_t nr)
{
    at = map_aligned(1);
    must(madvise(at, HUGE, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < nr; i++)
        at[i * PAGE] = 1;
    must(madvise(at, HUGE, MADV_HUGEPAGE));
}

/* ... and a page of zeroes read there. */
static void map_zeroes(void)
{
    at = map_aligned(1);
    must(madvise(at, HUGE, MADV_HUGEPAGE));
    say("zeroes: %d", at[PAGE]);
}

static void write_one(void)
{
    at[3 * PAGE] = 1;
    say_area("written to", at);
}

static void drop_and_write(void)
{
    call("MADV_DONTNEED", madvise(at, HUGE, MADV_DONTNEED));
    write_one();
}

static void child_writes(void)
{
    write_one();
    _exit(0);
}

static void child_drops(void)
{
    drop_and_write();
    _exit(0);
}

static void child_collapses(void)
{
    call("collapse", madvise(at, HUGE, COLLAPSE));
    say_area("collapsed", at);
    _exit(0);
}

static void child_cuts(void)
{
    must(mprotect(at, PAGE, PROT_READ));
    call("collapse of two areas", madvise(at, HUGE, COLLAPSE));
    must(mprotect(at, PAGE, RW));
    call("of one again", madvise(at, HUGE, COLLAPSE));
    drop_and_write();
    _exit(0);
}

static void show_small(size_t nr)
{
    say("-- %zu small pages", nr);
    map_small(nr);
    drop_and_write();
    in_child("child drops", child_drops);
    drop_and_write();
    map_small(nr);
    must(madvise(at, HUGE, MADV_DONTNEED));
    in_child("child of nothing", child_writes);
    write_one();
    map_small(nr);
    in_child("child drops first", child_drops);
    drop_and_write();
}

static void show_zeroes(void)
{
    say("-- zeroes");
    map_zeroes();
    drop_and_write();
    map_zeroes();
    write_one();
    drop_and_write();
    map_zeroes();
    must(mprotect(at, PAGE, PROT_READ));
    must(mprotect(at, PAGE, RW));
    drop_and_write();
    map_zeroes();
    must(mprotect(at, HUGE, PROT_READ));
    must(mprotect(at, HUGE, RW));
    drop_and_write();
    map_zeroes();
    must(madvise(at, PAGE, MADV_DONTNEED));
    say("again %d", at[0]);
    drop_and_write();
    map_zeroes();
    in_child("child drops", child_drops);
    in_child("child cuts", child_cuts);
    in_child("child collapses", child_collapses);
    in_child("child writes", child_writes);
    drop_and_write();
    map_zeroes();
    call("collapse", madvise(at, HUGE, COLLAPSE));
    say_area("collapsed", at);
    must(mlock(at, PAGE));
    must(munlock(at, PAGE));
    call("collapse", madvise(at, HUGE, COLLAPSE));
    drop_and_write();
}

static void child_cools(void)
{
    call("child: a part is cold", madvise(at, HUGE / 2, MADV_COLD));
    say_area("child", at);
    _exit(0);
}

static void show_cold(void)
{
    say("-- cold");
    must(put_setting("enabled", "always"));
    at = map_written(2);
    call("all is cold", madvise(at, 2 * HUGE, MADV_COLD));
    say_area("cold", at);
    in_child("child cools", child_cools);
    say_area("after it", at);
    call("a page and a half", madvise(at + HUGE / 2, HUGE / 2 + HUGE, MADV_COLD));
    say_area("cold", at);
    call("a page", madvise(at + HUGE + PAGE, PAGE, MADV_COLD));
    say_area("cold", at);
    say("kept %d", count_kept(at, 1024));
}

static void child_frees(void)
{
    call("child: a part is given up", madvise(at, HUGE / 2, MADV_FREE));
    say_area("child", at);
    call("child: all is given up", madvise(at, 2 * HUGE, MADV_FREE));
    say_area("child", at);
    _exit(0);
}

static void show_free(void)
{
    say("-- given up");
    at = map_written(2);
    in_child("child gives up", child_frees);
    say_area("after it", at);
    call("a page", madvise(at + PAGE, PAGE, MADV_FREE));
    say_area("given up", at);
    map_zeroes();
    call("a page of zeroes", madvise(at + PAGE, PAGE, MADV_FREE));
    drop_and_write();
}

int main(void)
{
    must(put_setting("enabled", "madvise"));
    show_small(3);
    show_small(20);
    show_zeroes();
    show_cold();
    show_free();
    return 0;
}
