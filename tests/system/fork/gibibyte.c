/* fork of 1 GiB of touched memory: parent and child then both write and verify every page.
 * seconds: 300
 * memory: 3G */

#include "test.h"

enum { pages = 262144 };

static unsigned wrong(const char *base, unsigned add)
{
    unsigned count = 0;

    for (unsigned long i = 0; i < pages; i++)
        count += *(const unsigned *)(base + i * PAGE) != (unsigned)i * 3 + add;
    return count;
}

static void fill(char *base, unsigned add)
{
    for (unsigned long i = 0; i < pages; i++)
        *(unsigned *)(base + i * PAGE) = (unsigned)i * 3 + add;
}

int main(void)
{
    int go[2], status;
    char *base = map((unsigned long)pages * PAGE);
    char byte;

    fill(base, 0);
    must(pipe(go));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        unsigned before = wrong(base, 0);

        fill(base, 5);
        must(read(go[0], &byte, 1)); /* the parent has written all of its pages meanwhile */
        _exit(before != 0 || wrong(base, 5) != 0);
    }
    say("wrong in the parent: %u", wrong(base, 0));
    fill(base, 9);
    must(write(go[1], "x", 1));
    waitpid(pid, &status, 0);
    status_report("child", status);
    say("after writing: %u", wrong(base, 9));
    return 0;
}
