/* MADV_POPULATE_READ and WRITE: what is resident after; errors and what was done before them. */

#include "test.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

static void show(const char *label, char *at)
{
    say("%s: Rss %ld, Anonymous %ld", label, smaps_kilobytes(at, "Rss"),
        smaps_kilobytes(at, "Anonymous"));
}

static long faults_of_writing(char *at, size_t pages)
{
    long before = minor_faults();
    for (size_t i = 0; i < pages; i++)
        at[i * PAGE] = 1;
    return minor_faults() - before;
}

int main(void)
{
    int fd = file_make("file", 6 * PAGE);
    char *at = map_in_hole(8 * PAGE);
    unsigned char there[8];

    call("write", madvise(at, 8 * PAGE, MADV_POPULATE_WRITE));
    show("it", at);
    say("faults of writing: %ld", faults_of_writing(at, 8));
    at = map_in_hole(8 * PAGE);
    call("read", madvise(at, 8 * PAGE, MADV_POPULATE_READ));
    show("it", at);
    mincore(at, 8 * PAGE, there);
    say("resident: %d %d", there[0], there[7]);
    say("faults of writing: %ld", faults_of_writing(at, 8));
    at = map_in_hole(8 * PAGE);
    munmap(at + 4 * PAGE, PAGE);
    call("write across a hole", madvise(at, 8 * PAGE, MADV_POPULATE_WRITE));
    show("below", at);
    show("above", at + 5 * PAGE);
    at = map_in_hole(8 * PAGE);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, PROT_READ));
    call("write, some read-only", madvise(at, 8 * PAGE, MADV_POPULATE_WRITE));
    show("below", at);
    show("above", at + 4 * PAGE);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, PROT_NONE));
    call("read, some without access", madvise(at, 8 * PAGE, MADV_POPULATE_READ));
    must(mprotect(at, 8 * PAGE, PROT_EXEC));
    call("read, only executable", madvise(at, 8 * PAGE, MADV_POPULATE_READ));
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    call("read a file and beyond", madvise(at, 8 * PAGE, MADV_POPULATE_READ));
    show("it", at);
    call("write a file and beyond", madvise(at, 8 * PAGE, MADV_POPULATE_WRITE));
    show("it", at);
    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call("write a shared file", madvise(at, 6 * PAGE, MADV_POPULATE_WRITE));
    say("faults of writing: %ld", faults_of_writing(at, 6));
    at = map_in_hole(8 * PAGE);
    call("locked on fault", syscall(SYS_mlock2, at, 8 * PAGE, 1));
    call("write", madvise(at, 8 * PAGE, MADV_POPULATE_WRITE));
    show("it", at);
    call("read nothing", madvise(at, 0, MADV_POPULATE_READ));
    call("unaligned", madvise(at + 1, PAGE, MADV_POPULATE_READ));
    call("a hole", madvise(at - PAGE, PAGE, MADV_POPULATE_READ));
    call("kernel address", madvise((void *)0xffff888000000000, PAGE, MADV_POPULATE_READ));
    return 0;
}
