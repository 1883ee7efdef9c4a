/* MADV_DONTNEED in a child discards the child's pages only. */

#include "test.h"

enum { pages = 700 };

int main(void)
{
    int status, wrong = 0;
    char *base = map(pages * PAGE);
    for (unsigned long i = 0; i < pages; i++)
        base[i * PAGE] = (char)(i % 100 + 1);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        must(madvise(base + 100 * PAGE, 500 * PAGE, MADV_DONTNEED));
        for (unsigned long i = 0; i < pages; i++) {
            char want = i >= 100 && i < 600 ? 0 : (char)(i % 100 + 1);
            wrong += base[i * PAGE] != want;
        }
        _exit(wrong != 0);
    }
    waitpid(pid, &status, 0);
    status_report("child", status);
    for (unsigned long i = 0; i < pages; i++)
        wrong += base[i * PAGE] != (char)(i % 100 + 1);
    say("wrong in the parent: %d", wrong);
    return 0;
}
