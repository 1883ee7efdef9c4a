/* mremap: what is refused. */

#include "test.h"

#define REMAP(old, old_len, new_len, flags, new)                                                   \
    syscall(SYS_mremap, (old), (old_len), (new_len), (flags), (new))

int main(void)
{
    char *base = map_in_hole(8 * PAGE);
    char *free_place = map(32 * PAGE);
    must(munmap(free_place, 32 * PAGE));

    call("unaligned", REMAP(base + 1, PAGE, PAGE, 0, 0));
    call("unknown flag", REMAP(base, PAGE, PAGE, 8, 0));
    call("fixed without maymove", REMAP(base, PAGE, PAGE, MREMAP_FIXED, free_place));
    call("new length 0", REMAP(base, PAGE, 0, MREMAP_MAYMOVE, 0));
    call("nothing mapped", REMAP(free_place, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0));
    call("old range runs into a hole",
         REMAP(base + 7 * PAGE, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE, 0));
    call("cannot grow in place", REMAP(base, 8 * PAGE, 16 * PAGE * 1024 * 1024, 0, 0));
    call("cannot grow the middle", REMAP(base, PAGE, 2 * PAGE, 0, 0));
    call("old length 0 of private", REMAP(base, 0, PAGE, MREMAP_MAYMOVE, 0));
    call("new length huge", REMAP(base, PAGE, 1UL << 48, MREMAP_MAYMOVE, 0));
    call("new length near 2^64", REMAP(base, PAGE, -1UL, MREMAP_MAYMOVE, 0));
    call("fixed unaligned", REMAP(base, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, free_place + 1));
    call("fixed in the kernel",
         REMAP(base, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0xffff888000000000));
    call("fixed over itself",
         REMAP(base, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, base + 2 * PAGE));
    call("dontunmap without maymove", REMAP(base, PAGE, PAGE, 4, 0));
    call("dontunmap with other length", REMAP(base, PAGE, 2 * PAGE, 4 | MREMAP_MAYMOVE, 0));
    must(mprotect(base + 2 * PAGE, PAGE, PROT_READ));
    call("across two areas", REMAP(base, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, 0));
    yes("same size is a no-op", REMAP(base, PAGE, PAGE, 0, 0) == (long)base);
    return 0;
}
