/* Memory with names: memfd_create, seals, fallocate, ftruncate against mappings, /dev/shm. */

#include "table.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#define SEAL_SEAL         1
#define SEAL_SHRINK       2
#define SEAL_GROW         4
#define SEAL_WRITE        8
#define SEAL_FUTURE_WRITE 16
#define ADD_SEALS         1033
#define GET_SEALS         1034

static int memfd(unsigned flags)
{
    return (int)syscall(SYS_memfd_create, "m", flags);
}

static const struct flags {
    const char *name;
    unsigned flags;
} memfd_flags[] = {
    {"0", 0},
    {"MFD_CLOEXEC", 1},
    {"MFD_ALLOW_SEALING", 2},
    {"MFD_HUGETLB", 4},
    {"MFD_NOEXEC_SEAL (8)", 8},
    {"MFD_EXEC (16)", 16},
    {"MFD_HUGE_2MB without MFD_HUGETLB", 21U << 26},
    {"MFD_HUGETLB|MFD_HUGE_2MB", 4 | 21U << 26},
    {"an unknown flag (0x80)", 0x80},
};

static void try_memfd(const struct cell *cell)
{
    int fd = (int)got(memfd((unsigned)cell->value));

    if (fd < 0)
        return;
    note("descriptor flags %d", fcntl(fd, F_GETFD));
    note("seals %d", fcntl(fd, GET_SEALS));
}

__attribute__((constructor)) static void add_memfd_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(memfd_flags); i++)
        cell_add((struct cell){"memfd_create", memfd_flags[i].name, "new", try_memfd,
                               memfd_flags[i].flags, NULL});
}

CELL("memfd_create", "name", "249 bytes")
{
    char name[300] = "";

    memset(name, 'x', 249);
    got(syscall(SYS_memfd_create, name, 0));
}

CELL("memfd_create", "name", "250 bytes")
{
    char name[300] = "";

    memset(name, 'x', 250);
    got(syscall(SYS_memfd_create, name, 0));
}

CELL("memfd_create", "name", "bad pointer")
{
    got(syscall(SYS_memfd_create, (char *)1, 0));
}

CELL("memfd_create", "name", "empty; the link in /proc/self/fd")
{
    char path[40], target[64] = "";
    int fd = (int)got(syscall(SYS_memfd_create, "", 0));

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    got(readlink(path, target, sizeof(target) - 1) > 0 ? 0 : -1);
    note("%s", target);
}

CELL("memfd_create", "name", "in maps")
{
    int fd = memfd(0);
    struct maps_line line = {.path = ""};

    must(ftruncate(fd, PAGE));
    maps_find(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0), &line);
    note("%s", line.path);
}

CELL("memfd_create", "mode", "fstat")
{
    struct stat status = {0};
    int fd = memfd(0);

    got(fstat(fd, &status));
    note("%o, size %ld, links %ld", (unsigned)status.st_mode, (long)status.st_size,
         (long)status.st_nlink);
}

/* ---- seals ---- */

static const struct flags seals[] = {
    {"F_SEAL_SEAL", SEAL_SEAL},
    {"F_SEAL_SHRINK", SEAL_SHRINK},
    {"F_SEAL_GROW", SEAL_GROW},
    {"F_SEAL_WRITE", SEAL_WRITE},
    {"F_SEAL_FUTURE_WRITE", SEAL_FUTURE_WRITE},
    {"an unknown seal (64)", 64},
    {"no seal", 0},
};

static int sealed(unsigned seal)
{
    int fd = memfd(2);
    char page[PAGE];

    memset(page, 7, sizeof(page));
    must(write(fd, page, PAGE));
    must(write(fd, page, PAGE));
    if (got(fcntl(fd, ADD_SEALS, seal)) < 0)
        _exit(0);
    return fd;
}

static void seal_sizes(const struct cell *cell)
{
    int fd = sealed((unsigned)cell->value);

    note("shrink");
    got(ftruncate(fd, PAGE));
    note("grow");
    got(ftruncate(fd, 3 * PAGE));
}

static void seal_writes(const struct cell *cell)
{
    int fd = sealed((unsigned)cell->value);

    note("write");
    got(pwrite(fd, "x", 1, 0));
    note("append");
    got(pwrite(fd, "x", 1, 5 * PAGE));
    note("punch");
    got(fallocate(fd, 3, 0, PAGE));
    note("allocate");
    got(fallocate(fd, 0, 8 * PAGE, PAGE));
}

static void seal_maps(const struct cell *cell)
{
    int fd = sealed((unsigned)cell->value);
    char *at;

    note("shared writable");
    got(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    note("shared read-only");
    at = (char *)got(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    note("protect");
    got(mprotect(at, PAGE, RW));
    note("private writable");
    got(raw_mmap(0, PAGE, RW, MAP_PRIVATE, fd, 0));
}

static void seal_after(const struct cell *cell)
{
    int fd = sealed((unsigned)cell->value);

    note("another");
    got(fcntl(fd, ADD_SEALS, SEAL_GROW));
    note("seals %d", fcntl(fd, GET_SEALS));
}

static void seal_mapped(const struct cell *cell)
{
    int fd = memfd(2);
    char *at;

    must(ftruncate(fd, PAGE));
    at = raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
    got(fcntl(fd, ADD_SEALS, cell->value));
    writes(at);
}

__attribute__((constructor)) static void add_seal_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(seals); i++) {
        const char *name = seals[i].name;
        long seal = seals[i].flags;
        cell_add(
            (struct cell){"F_ADD_SEALS", name, "ftruncate afterwards", seal_sizes, seal, NULL});
        cell_add((struct cell){"F_ADD_SEALS", name, "write and fallocate afterwards", seal_writes,
                               seal, NULL});
        cell_add((struct cell){"F_ADD_SEALS", name, "mmap afterwards", seal_maps, seal, NULL});
        cell_add(
            (struct cell){"F_ADD_SEALS", name, "more seals afterwards", seal_after, seal, NULL});
        cell_add((struct cell){"F_ADD_SEALS", name, "with a writable shared mapping", seal_mapped,
                               seal, NULL});
    }
}

CELL("F_ADD_SEALS", "not allowed", "without MFD_ALLOW_SEALING")
{
    int fd = memfd(0);

    got(fcntl(fd, ADD_SEALS, SEAL_GROW));
    note("seals %d", fcntl(fd, GET_SEALS));
}

CELL("F_ADD_SEALS", "a file of tmpfs", "not a memfd")
{
    must(mkdir("t", 0755));
    must(mount("tmpfs", "t", "tmpfs", 0, NULL));
    int fd = file("t/f", 1);

    got(fcntl(fd, GET_SEALS));
    got(fcntl(fd, ADD_SEALS, SEAL_GROW));
    umount2("t", MNT_DETACH);
    rmdir("t");
}

CELL("F_ADD_SEALS", "a pipe", "not a file")
{
    int fds[2];

    must(pipe(fds));
    got(fcntl(fds[1], GET_SEALS));
    got(fcntl(fds[1], ADD_SEALS, SEAL_GROW));
}

CELL("F_ADD_SEALS", "opened read-only", "through /proc/self/fd")
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd(2));
    got(fcntl(open(path, O_RDONLY), ADD_SEALS, SEAL_GROW));
}

/* ---- fallocate and ftruncate on tmpfs ---- */

static void on_tmpfs(void)
{
    mkdir("t", 0755);
    must(mount("tmpfs", "t", "tmpfs", 0, "size=1m"));
    must(chdir("t"));
}

static void off_tmpfs(void)
{
    must(chdir(".."));
    umount2("t", MNT_DETACH);
    rmdir("t");
}

static void file_state(int fd)
{
    struct stat status = {0};

    fstat(fd, &status);
    note("size %ld, blocks %ld", (long)status.st_size, (long)status.st_blocks);
}

static const struct flags allocations[] = {
    {"0", 0},
    {"FALLOC_FL_KEEP_SIZE", 1},
    {"FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE", 3},
    {"FALLOC_FL_PUNCH_HOLE", 2},
    {"FALLOC_FL_COLLAPSE_RANGE", 8},
    {"FALLOC_FL_ZERO_RANGE", 16},
    {"FALLOC_FL_ZERO_RANGE|FALLOC_FL_KEEP_SIZE", 17},
    {"FALLOC_FL_INSERT_RANGE", 32},
    {"FALLOC_FL_UNSHARE_RANGE", 64},
    {"an unknown mode (128)", 128},
};

static void allocate_within(const struct cell *cell)
{
    on_tmpfs();
    int fd = file("f", 4);
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, fd, 0);

    got(syscall(SYS_fallocate, fd, cell->value, PAGE, PAGE));
    file_state(fd);
    reads(at + PAGE);
    off_tmpfs();
}

static void allocate_beyond(const struct cell *cell)
{
    on_tmpfs();
    int fd = file("f", 1);

    got(syscall(SYS_fallocate, fd, cell->value, 4 * PAGE, 2 * PAGE));
    file_state(fd);
    off_tmpfs();
}

static void allocate_partly(const struct cell *cell)
{
    on_tmpfs();
    int fd = file("f", 4);
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, fd, 0);

    got(syscall(SYS_fallocate, fd, cell->value, 100, 2 * PAGE));
    reads(at + 99);
    reads(at + 100);
    reads(at + 2 * PAGE + 99);
    reads(at + 2 * PAGE + 100);
    file_state(fd);
    off_tmpfs();
}

__attribute__((constructor)) static void add_allocation_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(allocations); i++) {
        const char *name = allocations[i].name;
        long mode = allocations[i].flags;
        cell_add((struct cell){"fallocate on tmpfs", name, "whole page within", allocate_within,
                               mode, NULL});
        cell_add((struct cell){"fallocate on tmpfs", name, "beyond the end", allocate_beyond, mode,
                               NULL});
        cell_add((struct cell){"fallocate on tmpfs", name, "parts of pages", allocate_partly, mode,
                               NULL});
    }
}

CELL("fallocate on tmpfs", "size limit", "more than the file system's")
{
    on_tmpfs();
    int fd = file("f", 1);

    got(syscall(SYS_fallocate, fd, 0, 0, 2L << 20));
    file_state(fd);
    off_tmpfs();
}

CELL("fallocate on tmpfs", "length", "0 and negative")
{
    on_tmpfs();
    int fd = file("f", 1);

    got(syscall(SYS_fallocate, fd, 0, 0, 0));
    got(syscall(SYS_fallocate, fd, 0, 0, -1L));
    got(syscall(SYS_fallocate, fd, 0, -1L, 1));
    off_tmpfs();
}

CELL("fallocate on tmpfs", "descriptor", "read-only")
{
    on_tmpfs();
    close(file("f", 1));
    got(syscall(SYS_fallocate, open("f", O_RDONLY), 0, 0, PAGE));
    off_tmpfs();
}

CELL("fallocate on tmpfs", "RLIMIT_FSIZE", "exceeded")
{
    on_tmpfs();
    int fd = file("f", 1);

    signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, 2 * PAGE);
    got(syscall(SYS_fallocate, fd, 0, 0, 4 * PAGE));
    off_tmpfs();
}

CELL("fallocate on tmpfs", "a pipe, a directory", "refused")
{
    int fds[2];

    must(pipe(fds));
    got(syscall(SYS_fallocate, fds[1], 0, 0, PAGE));
    got(syscall(SYS_fallocate, open("/", O_RDONLY), 0, 0, PAGE));
}

CELL("tmpfs size limit", "write", "the file system is full")
{
    char page[PAGE];
    long total = 0, done;

    memset(page, 1, sizeof(page));
    on_tmpfs();
    int fd = (int)must(open("f", O_RDWR | O_CREAT, 0600));
    while ((done = write(fd, page, PAGE)) > 0)
        total += done;
    note("%s after %ld KiB", errno_name(errno), total / 1024);
    off_tmpfs();
}

CELL("tmpfs size limit", "a fault", "the file system is full")
{
    on_tmpfs();
    int fd = (int)must(open("f", O_RDWR | O_CREAT, 0600));
    char *at;
    long i;

    must(ftruncate(fd, 4L << 20));
    at = raw_mmap(0, 4UL << 20, RW, MAP_SHARED, fd, 0);
    for (i = 0; i < 1024 && !faults_on_write(at + i * (long)PAGE); i++)
        ;
    note("%ld pages", i);
    writes(at + i * (long)PAGE);
    off_tmpfs();
}

CELL("tmpfs size limit", "statfs", "size=1m")
{
    struct statvfs status;

    on_tmpfs();
    got(statvfs(".", &status));
    note("blocks %ld, free %ld", (long)status.f_blocks, (long)status.f_bfree);
    off_tmpfs();
}

CELL("tmpfs size limit", "/dev/shm", "half of the memory")
{
    struct statvfs status;
    long memory = file_number("/proc/meminfo", "MemTotal:");

    got(statvfs("/dev/shm", &status));
    note_if(labs((long)(status.f_blocks * 4) - memory / 2) < 64, "half", "not half");
}

CELL("tmpfs size limit", "mount option", "nr_inodes=4")
{
    int i;

    mkdir("t", 0755);
    got(mount("tmpfs", "t", "tmpfs", 0, "nr_inodes=4"));
    must(chdir("t"));
    for (i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%d", i);
        if (open(name, O_CREAT | O_RDWR, 0600) < 0)
            break;
    }
    note("%s after %d files", i < 10 ? errno_name(errno) : "nothing", i);
    off_tmpfs();
}

CELL("tmpfs size limit", "mount option", "unknown")
{
    mkdir("t", 0755);
    got(mount("tmpfs", "t", "tmpfs", 0, "colour=red"));
    umount2("t", MNT_DETACH);
    rmdir("t");
}

CELL("ftruncate", "shared mapping", "past the new end")
{
    int fd = file("f", 3);
    char *at = raw_mmap(0, 3 * PAGE, RW, MAP_SHARED, fd, 0);

    reads(at + 2 * PAGE);
    got(ftruncate(fd, PAGE));
    reads(at);
    reads(at + PAGE);
    writes(at + 2 * PAGE);
}

CELL("ftruncate", "private mapping", "copied pages go, too")
{
    int fd = file("f", 3);
    char *at = raw_mmap(0, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);

    at[2 * PAGE] = 1;
    got(ftruncate(fd, PAGE));
    reads(at + 2 * PAGE);
}

CELL("ftruncate", "shared mapping", "the tail of the last page is zeroed")
{
    int fd = file("f", 1);
    char *at = raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0);

    got(ftruncate(fd, 100));
    reads(at + 99);
    reads(at + 100);
    got(ftruncate(fd, PAGE));
    reads(at + 100);
}

CELL("ftruncate", "shared mapping", "grown again")
{
    int fd = file("f", 2);
    char *at = raw_mmap(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);

    got(ftruncate(fd, 0));
    reads(at + PAGE);
    got(ftruncate(fd, 2 * PAGE));
    reads(at + PAGE);
    writes(at + PAGE);
}

CELL("ftruncate", "length", "negative")
{
    got(ftruncate(file("f", 1), -1));
}

CELL("ftruncate", "RLIMIT_FSIZE", "exceeded")
{
    int fd = file("f", 1);

    signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, 2 * PAGE);
    got(ftruncate(fd, 4 * PAGE));
}

CELL("ftruncate", "descriptor", "read-only")
{
    close(file("f", 1));
    got(ftruncate(open("f", O_RDONLY), 0));
}

CELL("/dev/shm", "shm_open", "create, open, unlink")
{
    int fd = (int)got(shm_open("/one", O_RDWR | O_CREAT | O_EXCL, 0600));

    got(shm_open("/one", O_RDWR | O_CREAT | O_EXCL, 0600));
    got(ftruncate(fd, PAGE));
    writes(raw_mmap(0, PAGE, RW, MAP_SHARED, fd, 0));
    got(link("/dev/shm/one", "/dev/shm/two"));
    got(shm_unlink("/one"));
    got(shm_unlink("/two"));
    got(shm_unlink("/two"));
}

CELL("memfd_secret", "flags 0", "as Linux without secretmem.enable")
{
    got(syscall(447, 0));
}
