/* mprotect: what is refused. */

#include "test.h"

/* The raw call: musl rounds the range to pages before it asks. */
#define mprotect(address, len, prot) syscall(SYS_mprotect, (address), (len), (prot))

int main(void)
{
    char *base = map_in_hole(4 * PAGE);
    call("length 0", mprotect(base, 0, PROT_READ));
    call("length 0 over nothing", mprotect(base - PAGE, 0, PROT_READ));
    call("not aligned", mprotect(base + 1, PAGE, PROT_READ));
    call("nothing mapped", mprotect(base - PAGE, PAGE, PROT_READ));
    call("hole at the end", mprotect(base + 3 * PAGE, 2 * PAGE, PROT_READ));
    probe_write("the part before the hole was changed", base + 3 * PAGE);
    call("length 2^64 - 1", mprotect(base, -1UL, PROT_READ));
    call("length wraps", mprotect(base, -PAGE, PROT_READ));
    call("kernel address", mprotect((void *)0xffff888000000000, PAGE, PROT_READ));
    call("unknown bit 0x10", mprotect(base, PAGE, 0x10));
    call("unknown bit 0x8000", mprotect(base, PAGE, 0x8000));
    call("PROT_SEM", mprotect(base, PAGE, PROT_READ | 8));
    call("growsdown on an ordinary area", mprotect(base, PAGE, PROT_READ | PROT_GROWSDOWN));
    call("growsup", mprotect(base, PAGE, PROT_READ | PROT_GROWSUP));
    call("both", mprotect(base, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
    call("length rounds up", mprotect(base, 1, PROT_NONE));
    probe_read("first page", base + PAGE - 1);
    probe_read("second page", base + PAGE);
    return 0;
}
