/* mmap: sparse reservations far larger than memory are fine; only touched pages cost. */

#include "test.h"

int main(void)
{
    size_t len = 1UL << 43;
    char *base = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    yes("8 TiB of nothing", base != MAP_FAILED);
    call("make a page of it usable", mprotect(base + (1UL << 42), PAGE, PROT_READ | PROT_WRITE));
    base[1UL << 42] = 7;
    yes("is usable", base[1UL << 42] == 7);
    probe_read("its neighbour", base + (1UL << 42) + PAGE);
    call("munmap", munmap(base, len));

    base = mmap(NULL, 1UL << 36, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    yes("64 GiB writable, no reserve", base != MAP_FAILED);
    for (unsigned long at = 0; at < 1UL << 36; at += 1UL << 30)
        base[at] = 1;
    yes("one page per GiB", base[63UL << 30] == 1);
    call("munmap", munmap(base, 1UL << 36));
    call("64 GiB writable, reserved",
         (long)mmap(NULL, 1UL << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    return 0;
}
