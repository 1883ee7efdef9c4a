/* mmap: what is refused, and with which errno. */

#include "test.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static const struct {
    const char *label;
    unsigned long address, len;
    int prot, flags, fd;
    long offset;
} cases[] = {
    {"length 0", 0, 0, RW, ANON, -1, 0},
    {"length near 2^64", 0, -1UL, RW, ANON, -1, 0},
    {"length rounds to 0", 0, -4095UL, RW, ANON, -1, 0},
    {"length 2^63", 0, 1UL << 63, RW, ANON, -1, 0},
    {"length 2^47", 0, 1UL << 47, RW, ANON | MAP_NORESERVE, -1, 0},
    {"length 2^47 less a page", 0, (1UL << 47) - PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0},
    {"no type", 0, PAGE, RW, MAP_ANONYMOUS, -1, 0},
    {"type 4", 0, PAGE, RW, MAP_ANONYMOUS | 4, -1, 0},
    {"type 15", 0, PAGE, RW, MAP_ANONYMOUS | 15, -1, 0},
    {"shared-validate anonymous", 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0},
    {"bad descriptor", 0, PAGE, RW, MAP_PRIVATE, -1, 0},
    {"bad descriptor 999", 0, PAGE, RW, MAP_SHARED, 999, 0},
    {"offset not aligned", 0, PAGE, RW, ANON, -1, 1},
    {"fixed not aligned", 0x700000001, PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed at 0 as root", 0, PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed at the end of user space", 0x7ffffffff000, PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed at the last page", 0x7fffffffe000, PAGE, PROT_NONE, ANON | MAP_FIXED_NOREPLACE, -1, 0},
    {"fixed across the end", 0x7fffffffe000, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed in the kernel", 0xffff888000000000, PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed non-canonical", 0x800000000000, PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"fixed length wraps", 0x700000000000, -PAGE, RW, ANON | MAP_FIXED, -1, 0},
    {"huge pages without any", 0, 2UL << 20, RW, ANON | MAP_HUGETLB, -1, 0},
    {"unknown protection bits", 0, PAGE, 0x10 | RW, ANON, -1, 0},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *at = (void *)call_ok(cases[i].label,
                                   syscall(SYS_mmap, cases[i].address, cases[i].len, cases[i].prot,
                                           cases[i].flags, cases[i].fd, cases[i].offset));
        if (at != MAP_FAILED)
            munmap(at, cases[i].len);
    }
    return 0;
}
