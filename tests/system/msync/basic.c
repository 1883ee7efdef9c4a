/* msync: flags, holes, and success. */

#include "test.h"

int main(void)
{
    int fd = file_make("file", 4 * PAGE);
    char *file = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *anonymous = map_in_hole(4 * PAGE);

    file[0] = 'x';
    call("sync", msync(file, 4 * PAGE, MS_SYNC));
    call("async", msync(file, 4 * PAGE, MS_ASYNC));
    call("invalidate", msync(file, 4 * PAGE, MS_INVALIDATE));
    call("no flag", msync(file, 4 * PAGE, 0));
    call("sync and async", msync(file, 4 * PAGE, MS_SYNC | MS_ASYNC));
    call("unknown flag", msync(file, 4 * PAGE, 8));
    call("unaligned", msync(file + 1, PAGE, MS_SYNC));
    call("length 0", msync(file, 0, MS_SYNC));
    call("length near 2^64", msync(file, -1UL, MS_SYNC));
    call("length wraps", msync(file, -PAGE, MS_SYNC));
    call("anonymous", msync(anonymous, 4 * PAGE, MS_SYNC));
    call("hole at the end", msync(anonymous + 3 * PAGE, 2 * PAGE, MS_SYNC));
    call("hole, async", msync(anonymous + 3 * PAGE, 2 * PAGE, MS_ASYNC));
    call("nothing", msync(anonymous - PAGE, PAGE, MS_SYNC));
    return 0;
}
