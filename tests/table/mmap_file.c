/* mmap of files: open modes, types of files, offsets, the end of the file. */

#include "table.h"

#include <sys/mount.h>
#include <sys/socket.h>

static const struct opening {
    const char *name;
    int flags;
} openings[] = {
    {"O_RDONLY", O_RDONLY},
    {"O_WRONLY", O_WRONLY},
    {"O_RDWR", O_RDWR},
    {"O_PATH", O_PATH},
    {"O_RDWR|O_APPEND", O_RDWR | O_APPEND},
};

static const struct sharing {
    const char *name;
    int flags, prot;
} sharings[] = {
    {"MAP_PRIVATE, PROT_READ", MAP_PRIVATE, PROT_READ},
    {"MAP_PRIVATE, PROT_WRITE", MAP_PRIVATE, RW},
    {"MAP_PRIVATE, PROT_EXEC", MAP_PRIVATE, PROT_READ | PROT_EXEC},
    {"MAP_PRIVATE, PROT_NONE", MAP_PRIVATE, PROT_NONE},
    {"MAP_SHARED, PROT_READ", MAP_SHARED, PROT_READ},
    {"MAP_SHARED, PROT_WRITE", MAP_SHARED, RW},
    {"MAP_SHARED, PROT_NONE", MAP_SHARED, PROT_NONE},
    {"MAP_SHARED_VALIDATE, PROT_WRITE", MAP_SHARED_VALIDATE, RW},
};

static void try_opening(const struct cell *cell)
{
    const struct sharing *sharing = cell->more;
    char *at;
    int fd;

    close(file("f", 2));
    fd = (int)must(open("f", (int)cell->value));
    at = (char *)got(raw_mmap(0, 2 * PAGE, sharing->prot, sharing->flags, fd, 0));
    if (at == MAP_FAILED)
        return;
    note("protect for writing");
    got(mprotect(at, PAGE, RW));
}

__attribute__((constructor)) static void add_opening_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(openings); i++)
        for (size_t j = 0; j < COUNT_OF(sharings); j++)
            cell_add((struct cell){"mmap of a file", openings[i].name, sharings[j].name,
                                   try_opening, openings[i].flags, &sharings[j]});
}

static void try_on(int fd, int flags)
{
    got(raw_mmap(0, PAGE, PROT_READ, flags, fd, 0));
}

CELL("mmap of a file", "descriptor", "not open")
{
    try_on(77, MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "-1")
{
    try_on(-1, MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "a directory")
{
    try_on(open("/", O_RDONLY | O_DIRECTORY), MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "a pipe")
{
    int fds[2];

    must(pipe(fds));
    try_on(fds[0], MAP_PRIVATE);
    try_on(fds[1], MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "a socket")
{
    try_on(socket(AF_UNIX, SOCK_STREAM, 0), MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "/dev/null")
{
    try_on(open("/dev/null", O_RDWR), MAP_PRIVATE);
    try_on(open("/dev/null", O_RDWR), MAP_SHARED);
}

CELL("mmap of a file", "descriptor", "/dev/zero")
{
    char *at = (char *)got(raw_mmap(0, PAGE, RW, MAP_PRIVATE, open("/dev/zero", O_RDWR), 0));
    reads(at);
    writes(at);
    at = (char *)got(raw_mmap(0, PAGE, RW, MAP_SHARED, open("/dev/zero", O_RDWR), 0));
    reads(at);
    writes(at);
}

CELL("mmap of a file", "descriptor", "/dev/full")
{
    try_on(open("/dev/full", O_RDWR), MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "/dev/urandom")
{
    try_on(open("/dev/urandom", O_RDWR), MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "/proc/self/maps")
{
    try_on(open("/proc/self/maps", O_RDONLY), MAP_PRIVATE);
}

CELL("mmap of a file", "descriptor", "/proc/self/mem")
{
    try_on(open("/proc/self/mem", O_RDONLY), MAP_PRIVATE);
}

CELL("mmap of a file", "length", "0")
{
    got(raw_mmap(0, 0, PROT_READ, MAP_PRIVATE, file("f", 1), 0));
}

CELL("mmap of a file", "offset", "not a multiple of the page size")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, file("f", 1), 512));
}

CELL("mmap of a file", "offset", "past the end of the file")
{
    char *at = (char *)got(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, file("f", 1), 16 * PAGE));
    reads(at);
}

CELL("mmap of a file", "offset", "2^63 - 4096")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, file("f", 1), 0x7ffffffffffff000));
}

CELL("mmap of a file", "offset", "2^63")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, file("f", 1), 1UL << 63));
}

CELL("mmap of a file", "offset", "offset + length beyond 2^64")
{
    got(raw_mmap(0, 2 * PAGE, PROT_READ, MAP_SHARED, file("f", 1), -PAGE));
}

CELL("mmap of a file", "end", "the last page's tail, shared")
{
    int fd = file("f", 2);
    char *at;

    must(ftruncate(fd, PAGE + 100));
    at = (char *)got(raw_mmap(0, 3 * PAGE, RW, MAP_SHARED, fd, 0));
    reads(at + PAGE + 99);
    reads(at + PAGE + 100);
    writes(at + PAGE + 200);
    reads(at + 2 * PAGE);
    writes(at + 2 * PAGE);
}

CELL("mmap of a file", "end", "the last page's tail, private")
{
    int fd = file("f", 2);
    char *at;

    must(ftruncate(fd, PAGE + 100));
    at = (char *)got(raw_mmap(0, 3 * PAGE, RW, MAP_PRIVATE, fd, 0));
    reads(at + PAGE + 100);
    writes(at + PAGE + 200);
    reads(at + 2 * PAGE);
    writes(at + 2 * PAGE);
}

CELL("mmap of a file", "MAP_POPULATE", "beyond the end")
{
    char *at =
        (char *)got(raw_mmap(0, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_POPULATE, file("f", 2), 0));
    note("Rss %ld", smaps_number(at, "Rss:"));
}

CELL("mmap of a file", "MAP_POPULATE", "private, writable")
{
    char *at = (char *)got(raw_mmap(0, 4 * PAGE, RW, MAP_PRIVATE | MAP_POPULATE, file("f", 4), 0));
    note("Anonymous %ld", smaps_number(at, "Anonymous:"));
}

CELL("mmap of a file", "MAP_LOCKED", "beyond the end")
{
    char *at =
        (char *)got(raw_mmap(0, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_LOCKED, file("f", 2), 0));
    note("Rss %ld", smaps_number(at, "Rss:"));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("mmap of a file", "MAP_GROWSDOWN", "private")
{
    got(raw_mmap(0, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, file("f", 1), 0));
}

CELL("mmap of a file", "MAP_GROWSDOWN", "shared")
{
    got(raw_mmap(0, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, file("f", 1), 0));
}

CELL("mmap of a file", "MAP_SYNC", "MAP_SHARED_VALIDATE")
{
    got(raw_mmap(0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, file("f", 1), 0));
}

CELL("mmap of a file", "MAP_SYNC", "MAP_SHARED")
{
    got(raw_mmap(0, PAGE, RW, MAP_SHARED | MAP_SYNC, file("f", 1), 0));
}

CELL("mmap of a file", "an unknown flag (bit 27)", "MAP_SHARED_VALIDATE")
{
    got(raw_mmap(0, PAGE, RW, MAP_SHARED_VALIDATE | 0x8000000, file("f", 1), 0));
}

CELL("mmap of a file", "an unknown flag (bit 27)", "MAP_SHARED")
{
    got(raw_mmap(0, PAGE, RW, MAP_SHARED | 0x8000000, file("f", 1), 0));
}

CELL("mmap of a file", "MAP_HUGETLB", "an ordinary file")
{
    got(raw_mmap(0, 2UL << 20, RW, MAP_PRIVATE | MAP_HUGETLB, file("f", 1), 0));
}

CELL("mmap of a file", "MAP_DENYWRITE", "then open for writing")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, file("f", 1), 0));
    got(open("f", O_WRONLY) >= 0 ? 0 : -1);
}

static char *mounted(unsigned long flags)
{
    must(mkdir("mounted", 0755));
    must(mount("tmpfs", "mounted", "tmpfs", flags, NULL));
    return "mounted/f";
}

CELL("mmap of a file", "noexec mount", "PROT_EXEC")
{
    const char *path = mounted(MS_NOEXEC);
    int fd = file(path, 1);

    got(raw_mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
    note("mprotect to PROT_EXEC");
    got(mprotect(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), PAGE, PROT_READ | PROT_EXEC));
    umount2("mounted", MNT_DETACH);
    rmdir("mounted");
}

CELL("mmap of a file", "read-only mount", "MAP_SHARED, PROT_WRITE")
{
    const char *path = mounted(0);
    int fd = file(path, 1);

    got(mount("tmpfs", "mounted", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL));
    got(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    fd = open(path, O_RDONLY);
    got(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    umount2("mounted", MNT_DETACH);
    rmdir("mounted");
}

CELL("mmap of a file", "a writable shared mapping", "remount read-only")
{
    const char *path = mounted(0);
    int fd = file(path, 1);

    got(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    close(fd);
    got(mount("tmpfs", "mounted", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL));
    umount2("mounted", MNT_DETACH);
    rmdir("mounted");
}

CELL("mmap of a file", "a writable shared mapping", "execve of the file")
{
    int fd = file("f", 1);

    must(fchmod(fd, 0755));
    raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
    close(fd);
    got(execl("f", "f", NULL));
}

CELL("mmap of a file", "of the running program", "MAP_SHARED, PROT_READ")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, open("/proc/self/exe", O_RDONLY), 0));
    note("open for writing");
    got(open("/proc/self/exe", O_RDWR));
}

CELL("mmap of a file", "the descriptor", "closed after it, the file unlinked")
{
    int fd = file("f", 1);
    char *at = (char *)got(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    struct maps_line line = {.path = ""};

    close(fd);
    unlink("f");
    reads(at);
    maps_find(at, &line);
    note_if(strstr(line.path, "(deleted)") != NULL, "(deleted)", "not (deleted)");
}

CELL("mmap of a file", "write(2) after it", "both kinds")
{
    int fd = file("f", 1);
    char *shared = raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
    char *private = raw_mmap(0, PAGE, RW, MAP_PRIVATE, fd, 0);
    char *written = raw_mmap(0, PAGE, RW, MAP_PRIVATE, fd, 0);

    written[1] = 1;
    must(pwrite(fd, "x", 1, 0));
    reads(shared);
    reads(private);
    reads(written);
}
