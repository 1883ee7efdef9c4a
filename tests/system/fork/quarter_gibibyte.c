/* fork of 256 MiB of touched memory: parent and child then write and verify every page. seconds:
 * 120 */

#include "test.h"

enum { pages = 65536 };

static unsigned wrong(char *base, int add)
{
    unsigned count = 0;
    for (unsigned long i = 0; i < pages; i++)
        count += *(unsigned *)(base + i * PAGE) != i * 3 + (unsigned)add;
    return count;
}

static void fill(char *base, int add)
{
    for (unsigned long i = 0; i < pages; i++)
        *(unsigned *)(base + i * PAGE) = (unsigned)(i * 3 + (unsigned)add);
}

int main(void)
{
    int status;
    char *base = map(pages * PAGE);
    fill(base, 0);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        /* Half of it, so that both sides fit into the memory of a small machine. */
        for (unsigned long i = 0; i < pages; i += 4)
            *(unsigned *)(base + i * PAGE) += 1;
        unsigned bad = 0;
        for (unsigned long i = 0; i < pages; i++)
            bad += *(unsigned *)(base + i * PAGE) != i * 3 + (i % 4 == 0);
        _exit(bad != 0);
    }
    waitpid(pid, &status, 0);
    status_report("child", status);
    say("wrong in the parent: %u", wrong(base, 0));
    fill(base, 9);
    say("after writing: %u", wrong(base, 9));
    return 0;
}
