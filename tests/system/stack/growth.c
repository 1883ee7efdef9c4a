/* The stack grows as it is touched, also by a jump over many pages, up to RLIMIT_STACK. */

#include "test.h"

#include <sys/resource.h>

static int deep(int levels)
{
    volatile char frame[2000];
    frame[0] = (char)levels;
    return levels == 0 ? 0 : deep(levels - 1) + frame[0] - (char)levels;
}

static void recurse_for_ever(void)
{
    struct rlimit limit = {1 << 20, 1 << 20};
    setrlimit(RLIMIT_STACK, &limit);
    deep(1000000);
}

int main(void)
{
    struct maps_line line;
    char local;
    say("recursion of 4 MiB: %d", deep(2000));
    maps_find(&local, &line);
    say("%s %s", line.prot, line.path);
    yes("grown", line.end - line.start > 4000000);
    in_child("recursion without end", recurse_for_ever);
    char *low = (char *)line.start;
    probe_write("jump of 512 KiB", low - (512 << 10));
    maps_find(&local, &line);
    yes("includes the jump", (char *)line.start <= low - (512 << 10));
    probe_write("jump of 64 MiB", low - (64 << 20));
    return 0;
}
