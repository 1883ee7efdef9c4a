/* mmap(MAP_32BIT): in the first 2 GiB, and ENOMEM when that is full. */

#include "test.h"

static unsigned long get(size_t len)
{
    return (unsigned long)mmap(NULL, len, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE, -1, 0);
}

int main(void)
{
    unsigned long at = get(PAGE);
    yes("below 2 GiB", at < 0x80000000UL);
    yes("above 1 GiB", at >= 0x40000000UL);
    at = get(512UL << 20);
    yes("512 MiB fit", at >= 0x40000000UL && at + (512UL << 20) <= 0x80000000UL);
    call("1 GiB does not fit any more", (long)get(1UL << 30));
    return 0;
}
