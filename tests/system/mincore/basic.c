/* mincore: resident or not per page; errors. */

#include "test.h"

static void show(const char *label, char *base, int pages)
{
    unsigned char vector[64];
    char text[65];
    if (mincore(base, (size_t)pages * PAGE, vector) < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    for (int i = 0; i < pages; i++)
        text[i] = vector[i] & 1 ? '1' : '0';
    text[pages] = '\0';
    say("%s: %s", label, text);
}

int main(void)
{
    unsigned char vector[8];
    char *base = map_in_hole(8 * PAGE);

    show("untouched", base, 8);
    base[PAGE] = 1;
    base[5 * PAGE] = 1;
    show("two written", base, 8);
    must(madvise(base + PAGE, PAGE, MADV_DONTNEED));
    show("one discarded", base, 8);
    int fd = file_make("file", 4 * PAGE);
    char *file = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    show("file in the page cache, and beyond its end", file, 8);
    call("hole", mincore(base + 7 * PAGE, 2 * PAGE, vector));
    call("unaligned", mincore(base + 1, PAGE, vector));
    call("length 0", mincore(base, 0, vector));
    call("length near 2^64", mincore(base, -1UL, vector));
    call("bad vector", mincore(base, PAGE, (unsigned char *)8));
    call("kernel address", mincore((void *)0xffff888000000000, PAGE, vector));
    return 0;
}
