/* Files of huge pages: memfd flags and seals, reading, seeking, what cannot be done with them. */

#include "pool.h"

#include <sys/statfs.h>
#include <sys/uio.h>

#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define ALLOW       2

static void flags(void)
{
    for (int size = 0; size < 64; size++) {
        if (size == 30)
            continue; /* Quire has no pages of 1 GiB */
        int fd = (int)syscall(SYS_memfd_create, "x", LARGE_MEMFD | (unsigned)size << 26);

        if (fd >= 0 || errno != ENODEV)
            say("2^%d: %s", size, fd < 0 ? errno_name(errno) : "ok");
        if (fd >= 0)
            close(fd);
    }
    call("an unknown flag", syscall(SYS_memfd_create, "x", LARGE_MEMFD | 0x20));
}

static void kind(void)
{
    struct statfs fs;
    struct stat st;
    char link[64], text[256] = "";
    int fd = (int)must(syscall(SYS_memfd_create, "name", LARGE_MEMFD | ALLOW));

    must(fstat(fd, &st));
    say("mode %o, links %ld, size %ld, blocks %ld, block size %ld", st.st_mode, (long)st.st_nlink,
        (long)st.st_size, (long)st.st_blocks, (long)st.st_blksize);
    must(fstatfs(fd, &fs));
    say("type %lx, block size %ld, name %ld", (long)fs.f_type, (long)fs.f_bsize,
        (long)fs.f_namelen);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    must(readlink(link, text, sizeof(text) - 1));
    say("%s, flags %o, seals %x", text, fcntl(fd, F_GETFL), fcntl(fd, F_GET_SEALS));
    close(fd);
}

static void contents(void)
{
    static char buffer[3 * PAGE];
    struct iovec parts[2] = {{buffer, 10}, {buffer + 10, 20}};
    int fd = (int)must(syscall(SYS_memfd_create, "name", LARGE_MEMFD));
    char *area;

    call("read of nothing", read(fd, buffer, 100));
    call("write", write(fd, "x", 1));
    call("write of nothing", write(fd, "x", 0));
    call("pwrite", pwrite(fd, "x", 1, 0));
    must(ftruncate(fd, 2 * HUGE));
    memset(buffer, 9, sizeof(buffer));
    call("read of a hole", read(fd, buffer, sizeof(buffer)));
    yes("zeroes", buffer[0] == 0 && buffer[sizeof(buffer) - 1] == 0);
    pool("holes read");
    area = (char *)must(mmap(NULL, HUGE, RW, MAP_SHARED, fd, HUGE));
    memset(area, 7, HUGE);
    call("across the border", pread(fd, buffer, sizeof(buffer), HUGE - PAGE));
    say("bytes %d %d %d", buffer[PAGE - 1], buffer[PAGE], buffer[sizeof(buffer) - 1]);
    call("at the end", pread(fd, buffer, 100, 2 * HUGE - 10));
    call("past the end", pread(fd, buffer, 100, 2 * HUGE));
    call("readv", preadv(fd, parts, 2, HUGE + 5));
    call("to nowhere", pread(fd, (void *)8, 100, HUGE));
    call("end", lseek(fd, 0, SEEK_END) / (long)HUGE);
    call("data", lseek(fd, PAGE, SEEK_DATA));
    call("hole", lseek(fd, PAGE, SEEK_HOLE) / (long)HUGE);
    call("data past the end", lseek(fd, 2 * HUGE, SEEK_DATA));
    call("hole past the end", lseek(fd, 2 * HUGE, SEEK_HOLE));
    call("fsync", fsync(fd));
    call("msync", msync(area, HUGE, MS_SYNC));
    call("posix_fadvise", posix_fadvise(fd, 0, HUGE, POSIX_FADV_DONTNEED));
    must(munmap(area, HUGE));
    close(fd);
}

static void seals(void)
{
    int fd = (int)must(syscall(SYS_memfd_create, "name", LARGE_MEMFD | ALLOW));
    char *area;

    must(ftruncate(fd, 2 * HUGE));
    call("F_SEAL_SHRINK", fcntl(fd, F_ADD_SEALS, 2));
    call("shrink", ftruncate(fd, HUGE));
    call("grow", ftruncate(fd, 3 * HUGE));
    call("F_SEAL_GROW", fcntl(fd, F_ADD_SEALS, 4));
    call("grow", ftruncate(fd, 4 * HUGE));
    call("an odd size", ftruncate(fd, 4 * HUGE + 1));
    call("fallocate further", fallocate(fd, 0, 3 * HUGE, HUGE));
    area = (char *)must(mmap(NULL, HUGE, RW, MAP_SHARED, fd, 0));
    call("F_SEAL_WRITE, mapped", fcntl(fd, F_ADD_SEALS, 8));
    must(munmap(area, HUGE));
    call("F_SEAL_WRITE", fcntl(fd, F_ADD_SEALS, 8));
    try_map("shared, to be written", NULL, HUGE, RW, MAP_SHARED, fd, 0);
    area = try_map("private, to be written", NULL, HUGE, RW, MAP_PRIVATE, fd, 0);
    area[0] = 1;
    call("a hole", fallocate(fd, 3, 0, HUGE));
    close(fd);
    fd = (int)must(syscall(SYS_memfd_create, "name", LARGE_MEMFD | ALLOW));
    call("F_SEAL_FUTURE_WRITE", fcntl(fd, F_ADD_SEALS, 16));
    try_map("shared, to be written", NULL, HUGE, RW, MAP_SHARED, fd, 0);
    try_map("shared, to be read", NULL, HUGE, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    fd = (int)must(syscall(SYS_memfd_create, "name", LARGE_MEMFD));
    call("seals not allowed", fcntl(fd, F_ADD_SEALS, 2));
    close(fd);
    munmap(area, HUGE);
}

int main(void)
{
    pool_set(4, 0);
    flags();
    kind();
    contents();
    seals();
    pool_set(0, 0);
    return 0;
}
