/* mmap of what is no plain file, of offsets at the edges, and of flags with a meaning for files. */

#include "test.h"

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif

static void try_file(const char *path, int how)
{
    static const struct {
        const char *name;
        int prot, flags;
    } kinds[] = {{"private r", PROT_READ, MAP_PRIVATE},
                 {"shared r", PROT_READ, MAP_SHARED},
                 {"shared rw", PROT_READ | PROT_WRITE, MAP_SHARED},
                 {"private x", PROT_READ | PROT_EXEC, MAP_PRIVATE}};
    int fd = open(path, how);
    char label[128];

    if (fd < 0) {
        say("%s: %s", path, errno_name(errno));
        return;
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        snprintf(label, sizeof(label), "%s, %s", path, kinds[i].name);
        void *p = (void *)call_ok(label, mmap(NULL, PAGE, kinds[i].prot, kinds[i].flags, fd, 0));
        if (p != MAP_FAILED)
            munmap(p, PAGE);
    }
    close(fd);
}

int main(void)
{
    int fd = file_make("file", 3 * PAGE), ends[2];
    struct maps_line line;
    char *p;

    try_file(".", O_RDONLY);
    try_file("/proc", O_RDONLY);
    try_file("/proc/self/maps", O_RDONLY);
    try_file("/proc/self/mem", O_RDWR);
    try_file("/proc/version", O_RDONLY);
    try_file("/dev/null", O_RDWR);
    try_file("/dev/full", O_RDWR);
    try_file("/dev/random", O_RDONLY);
    try_file("/dev/zero", O_RDONLY);
    must(pipe(ends));
    call("a pipe", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0));
    call("a pipe's writing end", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[1], 0));
    call("closed", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0));
    call("closed, length 0", (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE, 999, 0));
    call("a directory, length 0",
         (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE, (int)must(open(".", O_RDONLY)), 0));
    call("a directory, no type",
         (long)mmap(NULL, PAGE, PROT_READ, 0, (int)must(open(".", O_RDONLY)), 0));
    call("write only, no type",
         (long)mmap(NULL, PAGE, PROT_READ, 0, (int)must(open("file", O_WRONLY)), 0));

    call("no type", (long)mmap(NULL, PAGE, PROT_READ, 0, fd, 0));
    call("type 4", (long)mmap(NULL, PAGE, PROT_READ, 4, fd, 0));
    call("type 15", (long)mmap(NULL, PAGE, PROT_READ, 15, fd, 0));
    call("grows down", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0));
    call("grows down, shared",
         (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_GROWSDOWN, fd, 0));
    call("huge", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0));
    call_ok("sync, shared", mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_SYNC, fd, 0));
    call_ok("sync, private", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_SYNC, fd, 0));
    call("sync, validated",
         (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0));
    call("unknown flag, validated",
         (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x200000, fd, 0));
    call_ok("unknown flag", mmap(NULL, PAGE, PROT_READ, MAP_SHARED | 0x200000, fd, 0));
    call_ok("validated", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, fd, 0));
    call("validated, anonymous",
         (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
    p = (char *)must(
        mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE | MAP_EXECUTABLE, fd, 0));
    call_ok("deny write is ignored", open("file", O_RDWR));
    munmap(p, PAGE);

    call("offset of no page", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100));
    call("offset of no page, closed", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 999, 100));
    call_ok("offset past the end", p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 64 * PAGE));
    probe_read("read it", p);
    call("offset 2^63 - a page",
         (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0x7ffffffffffff000));
    call_ok("offset 2^63 - two pages",
            p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0x7fffffffffffe000));
    probe_read("read it", p);
    call("two pages there",
         (long)mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0x7fffffffffffe000));
    call("offset 2^63", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, -0x7fffffffffffffff - 1));
    call("offset -1 page", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, -4096));
    call("offset and length wrap", (long)mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, -4096));
    call_ok("length not a page", p = mmap(NULL, 100, PROT_READ, MAP_SHARED, fd, PAGE));
    maps_find(p, &line);
    say("%lu bytes, offset %lx", line.end - line.start, line.offset);

    int append = (int)must(open("file", O_RDWR | O_APPEND));
    call_ok("append, shared rw",
            p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, append, 0));
    p[0] = 'w';
    yes("written through it", pread(fd, &line, 1, 0) == 1 && *(char *)&line == 'w');
    close(append);
    yes("closed, still mapped", p[0] == 'w');
    call("unlink", unlink("file"));
    p[1] = 'u';
    yes("unlinked, still mapped", p[1] == 'u');
    maps_find(p, &line);
    say("%s", strrchr(line.path, '/'));
    int private_only = file_make("other", PAGE);
    fchmod(private_only, 0);
    call_ok("mode 0, open", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, private_only, 0));
    return 0;
}
