/* madvise: what is refused. */

#include "test.h"

int main(void)
{
    char *base = map_in_hole(4 * PAGE);
    call("unaligned", madvise(base + 1, PAGE, MADV_NORMAL));
    call("unknown advice", madvise(base, PAGE, 9999));
    call("unknown advice, length 0", madvise(base, 0, 9999));
    call("length 0", madvise(base, 0, MADV_DONTNEED));
    call("nothing mapped", madvise(base - PAGE, PAGE, MADV_DONTNEED));
    base[3 * PAGE] = 'x';
    call("hole at the end", madvise(base + 3 * PAGE, 2 * PAGE, MADV_DONTNEED));
    yes("but the part before it was done", base[3 * PAGE] == 0);
    call("length near 2^64", madvise(base, -1UL, MADV_DONTNEED));
    call("length wraps", madvise(base, -PAGE, MADV_DONTNEED));
    call("kernel address", madvise((void *)0xffff888000000000, PAGE, MADV_DONTNEED));
    call("normal", madvise(base, 4 * PAGE, MADV_NORMAL));
    call("random", madvise(base, 4 * PAGE, MADV_RANDOM));
    call("sequential", madvise(base, 4 * PAGE, MADV_SEQUENTIAL));
    call("willneed on anonymous", madvise(base, 4 * PAGE, MADV_WILLNEED));
    return 0;
}
