/* Page protection: what read, write and execute do under each of the eight combinations. */

#include "test.h"

static char return_code[] = {(char)0xc3};

int main(void)
{
    for (int prot = 0; prot < 8; prot++) {
        char label[64];
        char *page = map(PAGE);
        memcpy(page, return_code, 1);
        must(mprotect(page, PAGE, prot));
        const char name[4] = {prot & 1 ? 'r' : '-', prot & 2 ? 'w' : '-', prot & 4 ? 'x' : '-', 0};
        snprintf(label, sizeof(label), "%s read", name);
        probe_read(label, page);
        snprintf(label, sizeof(label), "%s exec", name);
        probe_exec(label, page);
        snprintf(label, sizeof(label), "%s write", name);
        probe_write(label, page + 1);
        munmap(page, PAGE);
    }
    return 0;
}
