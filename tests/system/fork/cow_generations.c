/* Five generations, each with its own value in each page; the oldest still sees its own at the end.
 */

#include "test.h"

enum { pages = 600, generations = 5 };

static char *base;

static unsigned wrong(int value)
{
    unsigned count = 0;
    for (unsigned long i = 0; i < pages; i++)
        count += base[i * PAGE] != value;
    return count;
}

static void set(int value)
{
    for (unsigned long i = 0; i < pages; i++)
        base[i * PAGE] = (char)value;
}

static int generation(int number)
{
    int status = 0;
    if (number == generations)
        return 0;
    pid_t pid = fork();
    if (pid == 0) {
        unsigned bad = wrong(number);
        set(number + 1);
        bad += (unsigned)generation(number + 1);
        bad += wrong(number + 1);
        _exit(bad != 0);
    }
    waitpid(pid, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int main(void)
{
    base = map(pages * PAGE);
    set(0);
    say("bad generations: %d", generation(0));
    say("wrong in the oldest: %u", wrong(0));
    return 0;
}
