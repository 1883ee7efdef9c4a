/* mmap(MAP_FIXED_NOREPLACE): EEXIST over anything mapped, the exact place otherwise. */

#include "test.h"

#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)

static void attempt(const char *label, char *at, size_t len)
{
    void *got = mmap(at, len, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
    if (got == MAP_FAILED)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %s", label, got == at ? "there" : "ELSEWHERE");
}

int main(void)
{
    char *base = map(8 * PAGE);
    must(munmap(base + 2 * PAGE, 4 * PAGE));
    base[0] = 'k';
    attempt("over mapped", base, PAGE);
    attempt("overlap left", base + PAGE, 2 * PAGE);
    attempt("overlap right", base + 5 * PAGE, 2 * PAGE);
    attempt("around", base, 8 * PAGE);
    attempt("exact hole", base + 2 * PAGE, 4 * PAGE);
    attempt("again", base + 2 * PAGE, 4 * PAGE);
    attempt("not aligned", base + 1, PAGE);
    yes("old contents kept", base[0] == 'k');
    base[3 * PAGE] = 1;
    attempt("length 0", base + 3 * PAGE, 0);
    return 0;
}
