/* mremap of pages that are shared by fork: each side moves and keeps its own. */

#include "test.h"

enum { pages = 1200 };

static unsigned wrong(const char *base, int add)
{
    unsigned count = 0;
    for (unsigned long i = 0; i < pages; i++)
        count += base[i * PAGE + 17] != (char)(i * 7 + (unsigned long)add);
    return count;
}

int main(void)
{
    int status;
    char *base = map(pages * PAGE);
    for (unsigned long i = 0; i < pages; i++)
        base[i * PAGE + 17] = (char)(i * 7);
    pid_t pid = (pid_t)must(fork());
    char *moved = mremap(base, pages * PAGE, 2 * pages * PAGE, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED)
        _exit(1);
    if (pid == 0) {
        if (wrong(moved, 0))
            _exit(2);
        for (unsigned long i = 0; i < pages; i++)
            moved[i * PAGE + 17] = (char)(i * 7 + 1);
        _exit(wrong(moved, 1) ? 3 : 0);
    }
    waitpid(pid, &status, 0);
    status_report("child", status);
    say("wrong in the parent: %u", wrong(moved, 0));
    yes("new part is zero", moved[pages * PAGE] == 0);
    return 0;
}
