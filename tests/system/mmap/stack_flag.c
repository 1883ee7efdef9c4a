/* mmap(MAP_STACK) and MAP_NORESERVE, MAP_DENYWRITE, MAP_EXECUTABLE: accepted, nothing special. */

#include "test.h"

int main(void)
{
    static const struct {
        const char *label;
        int flags;
    } cases[] = {
        {"MAP_STACK", MAP_STACK},
        {"MAP_NORESERVE", MAP_NORESERVE},
        {"MAP_DENYWRITE", MAP_DENYWRITE},
        {"MAP_EXECUTABLE", MAP_EXECUTABLE},
        {"MAP_NONBLOCK", MAP_NONBLOCK},
        {"all", MAP_STACK | MAP_NORESERVE | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_NONBLOCK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | cases[i].flags, -1, 0);
        probe_write(cases[i].label, page);
        call("munmap", munmap(page, PAGE));
    }
    return 0;
}
