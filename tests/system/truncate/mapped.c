/* ftruncate against live mappings: what goes, what stays, and what populating finds. */

#include "test.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

static void resident(const char *label, char *map, int pages)
{
    unsigned char vector[16];
    char text[17] = "";

    must(mincore(map, (size_t)pages * PAGE, vector));
    for (int i = 0; i < pages; i++)
        text[i] = vector[i] & 1 ? '1' : '.';
    say("%s: %s", label, text);
}

static void one(const char *label, int fd)
{
    char buffer[8];
    int flags = MAP_SHARED;

    say("--- %s", label);
    must(ftruncate(fd, 4 * PAGE));
    char *p =
        (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, 0));
    resident("populated, beyond the end", p, 8);
    probe_read("the last", p + 3 * PAGE);
    probe_read("past the end", p + 4 * PAGE);
    call("populate read", madvise(p, 8 * PAGE, MADV_POPULATE_READ));
    call("populate write", madvise(p, 8 * PAGE, MADV_POPULATE_WRITE));
    call("populate the inside", madvise(p, 4 * PAGE, MADV_POPULATE_WRITE));
    resident("populated", p, 8);
    call("lock what is past the end", mlock(p + 3 * PAGE, 2 * PAGE));
    munlock(p, 8 * PAGE);

    memset(p, 's', 4 * PAGE);
    char *q = (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    q[0] = 'a';
    q[PAGE] = 'b';
    q[PAGE + 200] = 'c';
    q[2 * PAGE] = 'd';
    call("truncate into the second page", ftruncate(fd, PAGE + 100));
    resident("shared", p, 8);
    yes("shared tail is zero", p[PAGE + 99] == 's' && p[PAGE + 100] == 0 && p[2 * PAGE - 1] == 0);
    yes("private copy of the last page is whole",
        q[PAGE] == 'b' && q[PAGE + 200] == 'c' && q[PAGE + 100] == 's');
    yes("private copy of the first stays", q[0] == 'a');
    probe_read("private copy past the end", q + 2 * PAGE);
    probe_write("private write past the end", q + 3 * PAGE);
    call("read into what is past the end", pread(fd, p + 2 * PAGE, 4, 0));
    call("write from what is past the end", pwrite(fd, p + 2 * PAGE, 4, 0));
    call("truncate to more", ftruncate(fd, 6 * PAGE));
    yes("zero again", p[PAGE + 100] == 0 && p[2 * PAGE] == 0 && p[5 * PAGE] == 0);
    yes("private sees the new page", q[2 * PAGE] == 0);
    p[2 * PAGE] = 'n';
    yes("and its new contents", q[2 * PAGE] == 'n');
    q[3 * PAGE] = 'e';
    call("truncate to nothing", ftruncate(fd, 0));
    probe_read("shared", p);
    probe_read("private", q);
    call("truncate to two", ftruncate(fd, 2 * PAGE));
    yes("nothing comes back", p[0] == 0 && q[0] == 0 && q[PAGE] == 0);
    must(pwrite(fd, "end", 3, 2 * PAGE - 3));
    must(pread(fd, buffer, 3, 2 * PAGE - 3));
    yes("mapping and file agree", memcmp(p + 2 * PAGE - 3, buffer, 3) == 0);

    int ready[2], gone[2];
    char byte = 0;
    must(pipe(ready));
    must(pipe(gone));
    q[PAGE] = 'v';
    pid_t child = fork();
    if (child == 0) {
        q[0] = 'k';
        q[PAGE] = 'w';
        must(write(ready[1], &byte, 1));
        must(read(gone[0], &byte, 1));
        yes("child: its private copy went too", faults_on_read(q + PAGE) && q[0] == 'k');
        _exit(0);
    }
    must(read(ready[0], &byte, 1));
    must(ftruncate(fd, PAGE));
    yes("parent: its private copy is gone", faults_on_read(q + PAGE));
    must(write(gone[1], &byte, 1));
    int status;
    must(waitpid(child, &status, 0));
    munmap(p, 8 * PAGE);
    munmap(q, 8 * PAGE);
}

int main(void)
{
    one("tmpfs", (int)must(open("file", O_RDWR | O_CREAT | O_TRUNC, 0600)));
    one("memfd", (int)must(syscall(SYS_memfd_create, "x", 0)));
    return 0;
}
