/* MADV_REMOVE: a hole in the shared object: every mapping and the file see zeroes; blocks are given
   back; private copies stay. */

#include "test.h"

static long blocks(int fd)
{
    struct stat status;
    must(fstat(fd, &status));
    return (long)status.st_blocks;
}

static int memfd(unsigned flags)
{
    return (int)must(syscall(SYS_memfd_create, "object", flags));
}

int main(void)
{
    int fd = memfd(2);
    char *at, *copy, byte = 1;

    must(ftruncate(fd, 8 * PAGE));
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    copy = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    for (int i = 0; i < 8; i++)
        at[i * PAGE] = (char)(i + 1);
    copy[2 * PAGE] = 50;
    say("blocks %ld", blocks(fd));
    call("remove two pages", madvise(at + 2 * PAGE, 2 * PAGE, MADV_REMOVE));
    say("blocks %ld", blocks(fd));
    say("shared: %d %d %d %d", at[PAGE], at[2 * PAGE], at[3 * PAGE], at[4 * PAGE]);
    say("private: %d %d", copy[2 * PAGE], copy[3 * PAGE]);
    call("read", pread(fd, &byte, 1, 3 * PAGE));
    say("file: %d", byte);
    call("size", lseek(fd, 0, SEEK_END));
    at[2 * PAGE] = 9;
    say("written again: %d blocks %ld", at[2 * PAGE], blocks(fd));
    call("private mapping", madvise(copy, PAGE, MADV_REMOVE));
    must(mprotect(at, 8 * PAGE, PROT_READ));
    call("mapped for reading now", madvise(at, PAGE, MADV_REMOVE));
    say("it is gone: %d", at[0]);
    must(mprotect(at, 8 * PAGE, PROT_NONE));
    call("without access", madvise(at + PAGE, PAGE, MADV_REMOVE));
    must(mprotect(at, 8 * PAGE, PROT_READ | PROT_WRITE));
    say("it is gone: %d", at[PAGE]);
    must(mlock(at, PAGE));
    call("locked first page", madvise(at, 8 * PAGE, MADV_REMOVE));
    call("not locked, then locked", madvise(at + 4 * PAGE, PAGE, MADV_REMOVE));
    must(munlock(at, PAGE));
    munmap(at + 5 * PAGE, PAGE);
    call("across a hole", madvise(at + 4 * PAGE, 4 * PAGE, MADV_REMOVE));
    say("the part above it is gone: %d %d", at[6 * PAGE], at[7 * PAGE]);
    call("seal writing in the future", fcntl(fd, 1033, 0x10));
    call("remove then", madvise(at, PAGE, MADV_REMOVE));
    at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    at[PAGE] = 3;
    call("shared anonymous", madvise(at, 4 * PAGE, MADV_REMOVE));
    say("it is gone: %d", at[PAGE]);
    return 0;
}
