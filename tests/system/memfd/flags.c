/* memfd_create: flags, names, what kind of file it is. */

#include "test.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#define MFD_EXEC        16U
#endif
#define F_GET_SEALS 1034
#define F_ADD_SEALS 1033

static long create(const char *name, unsigned flags)
{
    return syscall(SYS_memfd_create, name, flags);
}

static void try(const char *label, const char *name, unsigned flags)
{
    long fd = create(name, flags);

    if (fd < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    char link[64], text[512] = "";
    snprintf(link, sizeof(link), "/proc/self/fd/%ld", fd);
    must(readlink(link, text, sizeof(text) - 1));
    say("%s: %.40s (%zu), seals %x, cloexec %d, flags %o", label, text, strlen(text),
        fcntl((int)fd, F_GET_SEALS), fcntl((int)fd, F_GETFD), fcntl((int)fd, F_GETFL));
    close((int)fd);
}

int main(void)
{
    static char name[300];
    struct stat st;
    struct maps_line line;

    memset(name, 'n', sizeof(name));
    try("no flags", "x", 0);
    try("cloexec", "x", 1);
    try("allow sealing", "x", 2);
    try("empty name", "", 3);
    try("slashes", "a/b/../c", 0);
    try("a newline", "a\nb", 0);
    try("unknown flag 8", "x", 8);
    try("unknown flag 0x10", "x", 0x10);
    try("unknown flag 0x20", "x", 0x20);
    try("unknown flag 1 << 31", "x", 1U << 31);
    try("huge size without huge", "x", 21U << 26);
    try("huge and unknown", "x", 4 | 8);
    name[249] = 0;
    try("name of 249", name, 0);
    name[249] = 'n';
    name[250] = 0;
    try("name of 250", name, 0);
    name[250] = 'n';
    name[251] = 0;
    try("name of 251", name, 0);
    call("name nowhere", create(NULL, 0));
    call("name nowhere, unknown flag", create(NULL, 0x40));

    int fd = (int)must(create("file", 0));
    must(fstat(fd, &st));
    say("mode %o, links %ld, size %ld, blocks %ld, block size %ld", st.st_mode, (long)st.st_nlink,
        (long)st.st_size, (long)st.st_blocks, (long)st.st_blksize);
    must(ftruncate(fd, 2 * PAGE));
    char *p = (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE));
    maps_find(p, &line);
    say("%s %lx %02x:%02x %s", line.prot, line.offset, line.major, line.minor, line.path);
    yes("inode", line.inode == st.st_ino);
    call("executable", mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = (int)must(open(path, O_RDONLY));
    call("write through a descriptor for reading", write(again, "x", 1));
    call("map it for writing",
         (long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0));
    call("fchmod", fchmod(fd, 0444));
    call("fsync", fsync(fd));
    call("seek to the end", lseek(fd, 0, SEEK_END));
    call("link to a name", linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
    return 0;
}
