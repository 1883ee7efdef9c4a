/* Shared file mappings, read and write are one set of pages. */

#include "test.h"

int main(void)
{
    char buffer[16];
    int fd = file_make("file", 2 * PAGE);
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *b = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

    memcpy(a + 100, "mapped", 6);
    must(pread(fd, buffer, 6, 100));
    yes("write to the mapping is read", memcmp(buffer, "mapped", 6) == 0);
    yes("and seen in the other mapping", memcmp(b + 100, "mapped", 6) == 0);
    must(pwrite(fd, "written", 7, (long)PAGE - 3));
    yes("write is seen, across a page", memcmp(b + PAGE - 3, "written", 7) == 0);
    if (fork() == 0) {
        memcpy(a + 200, "child", 5);
        _exit(0);
    }
    wait(NULL);
    yes("a child's write is seen", memcmp(a + 200, "child", 5) == 0);
    must(pread(fd, buffer, 5, 200));
    yes("and read", memcmp(buffer, "child", 5) == 0);
    probe_write("the read-only one", b);
    call("munmap", munmap(a, 2 * PAGE));
    must(pread(fd, buffer, 6, 100));
    yes("stays after munmap", memcmp(buffer, "mapped", 6) == 0);
    return 0;
}
