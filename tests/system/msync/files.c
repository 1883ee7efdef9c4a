/* msync on files: kinds of mappings, locked pages, pages that were never touched, times. */

#include "test.h"

int main(void)
{
    int fd = file_make("file", 8 * PAGE);
    char *p = (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *q = (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    int memory = (int)must(syscall(SYS_memfd_create, "x", 0));
    char *m, *a;

    must(ftruncate(memory, 2 * PAGE));
    m = (char *)must(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0));
    a = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    p[0] = q[0] = m[0] = 'x';
    call("private", msync(q, 8 * PAGE, MS_SYNC | MS_INVALIDATE));
    yes("its copy stays", q[0] == 'x');
    call("memfd", msync(m, 2 * PAGE, MS_SYNC));
    call("memfd, past the end", msync(m, 4 * PAGE, MS_SYNC));
    call("shared anonymous", msync(a, PAGE, MS_SYNC));
    call("lock", mlock(p + PAGE, PAGE));
    call("invalidate locked", msync(p, 8 * PAGE, MS_INVALIDATE));
    call("invalidate locked, sync", msync(p, 8 * PAGE, MS_INVALIDATE | MS_SYNC));
    call("sync locked", msync(p, 8 * PAGE, MS_SYNC));
    call("invalidate beside the locked", msync(p + 2 * PAGE, 4 * PAGE, MS_INVALIDATE));
    munmap(p + 4 * PAGE, PAGE);
    call("a hole", msync(p, 8 * PAGE, MS_SYNC));
    call("a hole, async", msync(p, 8 * PAGE, MS_ASYNC));
    call("a hole, then the locked", msync(p, 8 * PAGE, MS_INVALIDATE));
    munlock(p + PAGE, PAGE);
    must(mprotect(p, PAGE, PROT_NONE));
    call("no access", msync(p, PAGE, MS_SYNC));
    call("ends past user space", msync((void *)0x7fffffffe000, 2 * PAGE, MS_ASYNC));
    call("begins past user space", msync((void *)0x800000000000, PAGE, MS_ASYNC));
    call("wraps", msync((void *)-PAGE, 2 * PAGE, MS_SYNC));
    return 0;
}
