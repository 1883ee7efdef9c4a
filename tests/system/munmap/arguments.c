/* munmap: what is refused; unmapping nothing is success. */

#include "test.h"

int main(void)
{
    char *hole = map(8 * PAGE);
    must(munmap(hole, 8 * PAGE));
    call("nothing there", munmap(hole, 8 * PAGE));
    call("length 0", munmap(hole, 0));
    call("not aligned", munmap(hole + 1, PAGE));
    call("length 1", munmap(hole, 1));
    call("kernel address", munmap((void *)0xffff888000000000, PAGE));
    call("end of user space", munmap((void *)0x7ffffffff000, PAGE));
    call("across the end", munmap((void *)0x7fffffffe000, 2 * PAGE));
    call("length 2^64 - 1", munmap(hole, -1UL));
    call("length wraps", munmap((void *)0x1000, -PAGE));
    call("length 2^47", munmap((void *)0, 1UL << 47));
    call("null page", munmap(NULL, PAGE));
    return 0;
}
