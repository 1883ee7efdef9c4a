/* mmap: an anonymous private mapping is zero, can be written, and can be given back. */

#include "test.h"

int main(void)
{
    char *page = map(4 * PAGE);
    yes("aligned", ((unsigned long)page & (PAGE - 1)) == 0);
    for (unsigned long i = 0; i < 4 * PAGE; i++) {
        if (page[i] != 0)
            say("byte %lu is %d", i, page[i]);
    }
    memset(page, 0xaa, 4 * PAGE);
    yes("keeps what was written", page[4 * PAGE - 1] == (char)0xaa);
    call("munmap", munmap(page, 4 * PAGE));
    probe_read("read after munmap", page);
    probe_write("write after munmap", page + PAGE);
    return 0;
}
