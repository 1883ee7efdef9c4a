/* Shared anonymous memory is committed when it is made, touched or not; with MAP_NORESERVE each
 * page is when it is there. */

#include "test.h"

static long committed(void)
{
    static char text[1 << 14];

    must(file_text("/proc/meminfo", text, sizeof(text)));
    return atol(strstr(text, "Committed_AS:") + 13);
}

static char *make(int more_flags)
{
    return (char *)must(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS | more_flags, -1, 0));
}

int main(void)
{
    long at[6], before = committed(); /* printed last: the output is memory, too */
    char *memory = make(0);

    at[0] = committed();
    memset(memory, 1, 1 << 20);
    at[1] = committed();
    must(munmap(memory, 1 << 20));
    at[2] = committed();
    memory = make(MAP_NORESERVE);
    at[3] = committed();
    memset(memory, 1, 1 << 19);
    at[4] = committed();
    must(munmap(memory, 1 << 20));
    at[5] = committed();
    say("1 MiB: %+ld kB, touched: %+ld kB, unmapped: %+ld kB", at[0] - before, at[1] - before,
        at[2] - before);
    say("unreserved: %+ld kB, half of it touched: %+ld kB, unmapped: %+ld kB", at[3] - before,
        at[4] - before, at[5] - before);
    return 0;
}
