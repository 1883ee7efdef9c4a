/* fork: every page is the same on both sides and, once written, each side's own. Both sides write
   and verify every page, in several shapes. */

#include "test.h"

enum { pages = 2600 };

static void fill(char *base, int seed)
{
    for (unsigned long i = 0; i < pages; i++) {
        for (int j = 0; j < 4; j++)
            base[i * PAGE + (unsigned long)j * 1000] = (char)((int)i * 13 + j + seed);
    }
}

static unsigned wrong(const char *base, int seed, unsigned long from, unsigned long step)
{
    unsigned count = 0;
    for (unsigned long i = from; i < pages; i += step) {
        for (int j = 0; j < 4; j++)
            count += base[i * PAGE + (unsigned long)j * 1000] != (char)((int)i * 13 + j + seed);
    }
    return count;
}

static void both_write(const char *label, char *base)
{
    int go[2], status;
    char byte;

    fill(base, 0);
    must(pipe(go));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        close(go[1]);
        unsigned bad = wrong(base, 0, 0, 1);
        fill(base, 1);
        while (read(go[0], &byte, 1) > 0)
            ;
        bad += wrong(base, 1, 0, 1);
        _exit(bad != 0);
    }
    fill(base, 2);
    close(go[0]);
    close(go[1]);
    waitpid(pid, &status, 0);
    status_report(label, status);
    say("wrong in the parent: %u", wrong(base, 2, 0, 1));
}

static void one_writes_every(const char *label, char *base, unsigned long step)
{
    int status;
    fill(base, 0);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        for (unsigned long i = 0; i < pages; i += step) {
            for (int j = 0; j < 4; j++)
                base[i * PAGE + (unsigned long)j * 1000] = (char)((int)i * 13 + j + 5);
        }
        _exit(wrong(base, 5, 0, step) + (step > 1 ? wrong(base, 0, 1, step) : 0) != 0);
    }
    waitpid(pid, &status, 0);
    status_report(label, status);
    say("wrong in the parent: %u", wrong(base, 0, 0, 1));
}

int main(void)
{
    char *base = map(pages * PAGE);
    both_write("both write", base);
    both_write("again", base);
    one_writes_every("child writes all", base, 1);
    one_writes_every("child writes every 511th", base, 511);
    one_writes_every("child writes every 3rd", base, 3);
    return 0;
}
