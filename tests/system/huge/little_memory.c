/* Transparent huge pages on a machine of less than 512 MiB: what the settings say, and do when they
 * are set. memory: 256M */

#include "huge.h"

static void settings(void)
{
    static const char *const names[] = {"enabled",       "defrag",         "use_zero_page",
                                        "shmem_enabled", "hpage_pmd_size", "khugepaged/defrag"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        say_setting(names[i]);
}

int main(void)
{
    char *at;

    settings();
    at = map_written(1);
    say_area("written", at);
    must(madvise(at, HUGE, MADV_HUGEPAGE));
    say_area("advised", at);
    call("collapse", madvise(at, HUGE, COLLAPSE));
    say_area("collapsed", at);
    say("kept %d", count_kept(at, 512));
    at = map_aligned(1);
    must(madvise(at, HUGE, MADV_HUGEPAGE));
    at[0] = 1;
    say_area("advised first", at);
    say("eligible %ld", smaps_kilobytes(at, "THPeligible"));
    call("always", put_setting("enabled", "always"));
    at = map_written(1);
    say_area("always: written", at);
    at = map_aligned(1);
    say("byte %d", *(volatile char *)at);
    say_area("always: read", at);
    call("madvise", put_setting("enabled", "madvise"));
    at = map_written(1);
    say_area("madvise: written", at);
    at = map_aligned(1);
    must(madvise(at, HUGE, MADV_HUGEPAGE));
    at[0] = 1;
    say_area("madvise: advised", at);
    call("never", put_setting("enabled", "never"));
    settings();
    return 0;
}
