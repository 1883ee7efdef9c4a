/* Reading untouched memory costs no memory: the shared zero page; writing then gives one page each.
 */

#include "test.h"

static long resident(void)
{
    char text[128];
    file_text("/proc/self/statm", text, sizeof(text));
    return atol(strchr(text, ' '));
}

int main(void)
{
    enum { pages = 2048 };
    unsigned long sum = 0;
    char *base = map(pages * PAGE);
    resident();
    long start = resident();
    for (unsigned long i = 0; i < pages; i++)
        sum += (unsigned char)base[i * PAGE];
    long after_read = resident();
    say("sum %lu", sum);
    yes("reading costs nothing", after_read - start < 100);
    for (unsigned long i = 0; i < pages; i++)
        base[i * PAGE] = 1;
    long after_write = resident();
    yes("writing costs a page each",
        after_write - start >= pages - 64 && after_write - start < pages + 64);
    must(madvise(base, pages * PAGE, MADV_DONTNEED));
    yes("discarding gives them back", resident() - start < 100);
    return 0;
}
