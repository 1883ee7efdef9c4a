/* Ten thousand areas: made, found, and given back in another order.   seconds: 60 */

#include "test.h"

enum { count = 10000 };

int main(void)
{
    char *base = mmap(NULL, 2UL * count * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned wrong = 0, failed = 0;

    yes("reserved", base != MAP_FAILED);
    for (unsigned long i = 0; i < count; i++)
        failed += mprotect(base + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE) != 0;
    say("failed: %u", failed);
    for (unsigned long i = 0; i < count; i += 7)
        *(unsigned *)(base + 2 * i * PAGE) = (unsigned)i;
    for (unsigned long i = 0; i < count; i += 7)
        wrong += *(unsigned *)(base + 2 * i * PAGE) != i;
    say("wrong: %u", wrong);
    probe_read("between", base + PAGE);
    for (unsigned long i = 0; i < count; i++)
        failed += munmap(base + 2 * (i * 7919 % count) * PAGE, PAGE) != 0;
    say("failed: %u", failed);
    call("the rest", munmap(base, 2UL * count * PAGE));
    probe_read("nothing left", base + PAGE);
    return 0;
}
