/* MADV_COLLAPSE: what becomes a huge page, what does not, and what the call answers.
 * memory: 1G */

#include "huge.h"

static char *small(size_t nr)
{
    char *at = map_aligned(nr);

    must(madvise(at, nr * HUGE, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < nr * HUGE / PAGE; i++)
        at[i * PAGE] = (char)(i % 251);
    must(madvise(at, nr * HUGE, MADV_HUGEPAGE));
    return at;
}

static char *at;

static void child(void)
{
    call("child: collapse", madvise(at, HUGE, COLLAPSE));
    at[0] = 0;
    call("child: with a page of its own", madvise(at, HUGE, COLLAPSE));
    say_area("child", at);
    say("child: kept %d", count_kept(at, 512));
    _exit(0);
}

static void holes(void)
{
    at = map_aligned(2);
    must(madvise(at, 2 * HUGE, MADV_NOHUGEPAGE));
    at[9 * PAGE] = 9;
    must(madvise(at, 2 * HUGE, MADV_HUGEPAGE));
    call("one page is there", madvise(at, HUGE, COLLAPSE));
    say_area("one page", at);
    say("9: %d, 8: %d", at[9 * PAGE], at[8 * PAGE]);
    call("nothing is there, nor a table", madvise(at + HUGE, HUGE, COLLAPSE));
    call("both", madvise(at, 2 * HUGE, COLLAPSE));
}

int main(void)
{
    must(put_setting("enabled", "never"));
    at = map_aligned(2);
    call("never written", madvise(at, HUGE, COLLAPSE));
    at = small(2);
    say_area("small", at);
    call("a part of 2 MiB", madvise(at + PAGE, HUGE - 2 * PAGE, COLLAPSE));
    call("across the middle, no whole one", madvise(at + PAGE, 2 * HUGE - 2 * PAGE, COLLAPSE));
    say_area("small", at);
    call("one and a half", madvise(at, HUGE + HUGE / 2, COLLAPSE));
    say_area("one and a half", at);
    call("both", madvise(at, 2 * HUGE, COLLAPSE));
    call("again", madvise(at, 2 * HUGE, COLLAPSE));
    say_area("both", at);
    say("kept %d", count_kept(at, 1024));
    call("not aligned", madvise(at + 1, HUGE, COLLAPSE));
    call("length 0", madvise(at, 0, COLLAPSE));

    at = small(1);
    must(mprotect(at, HUGE, PROT_READ));
    call("read-only", madvise(at, HUGE, COLLAPSE));
    must(mprotect(at, HUGE, PROT_READ | PROT_WRITE));
    call("writable, not written since", madvise(at, HUGE, COLLAPSE));
    at[PAGE] = 1;
    call("one page written", madvise(at, HUGE, COLLAPSE));
    say_area("then", at);

    at = small(1);
    in_child("fork", child);
    say_area("parent", at);
    say("kept %d", count_kept(at, 512));

    holes();
    at = small(1);
    must(madvise(at, HUGE, MADV_NOHUGEPAGE));
    call("forbidden by advice", madvise(at, HUGE, COLLAPSE));
    must(madvise(at, HUGE, MADV_HUGEPAGE));
    must(prctl(THP_DISABLE, 1, 0, 0, 0));
    call("forbidden by prctl", madvise(at, HUGE, COLLAPSE));
    must(prctl(THP_DISABLE, 0, 0, 0, 0));
    must(munmap(at + HUGE / 2, PAGE));
    call("an area with a hole", madvise(at, HUGE, COLLAPSE));
    at = map_in_hole(16 * PAGE);
    at[0] = 1;
    call("a small area", madvise(at, 16 * PAGE, COLLAPSE));
    must(put_setting("enabled", "always"));
    return 0;
}
