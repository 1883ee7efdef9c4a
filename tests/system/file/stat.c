/* stat, lstat, fstat, fstatat, statx: fields of every file type, times that change when they
 * should. */

#define _GNU_SOURCE
#include <sys/stat.h>

#include "test.h"

#include <sys/sysmacros.h>

static void show(const char *path)
{
    struct stat info;
    if (lstat(path, &info) < 0) {
        say("%s: %s", path, errno_name(errno));
        return;
    }
    say("%s: mode %o uid %u gid %u size %ld blksize %ld rdev %u:%u", path, info.st_mode,
        info.st_uid, info.st_gid, S_ISDIR(info.st_mode) ? -1 : (long)info.st_size,
        (long)info.st_blksize, major(info.st_rdev), minor(info.st_rdev));
}

static struct timespec m, c, a;

static void times_of(const char *label, int fd)
{
    struct stat info;
    nap(12);
    fstat(fd, &info);
    say("%s: atime %s mtime %s ctime %s", label,
        memcmp(&a, &info.st_atim, sizeof(a)) ? "changed" : "same",
        memcmp(&m, &info.st_mtim, sizeof(m)) ? "changed" : "same",
        memcmp(&c, &info.st_ctim, sizeof(c)) ? "changed" : "same");
    a = info.st_atim;
    m = info.st_mtim;
    c = info.st_ctim;
}

int main(void)
{
    struct stat one, two;
    /* struct statx: mask, blksize, attributes, nlink, uid, gid, mode, ino, size ... */
    struct {
        uint32_t stx_mask, blksize;
        uint64_t attributes;
        uint32_t nlink, uid, gid;
        uint16_t stx_mode, spare;
        uint64_t ino, stx_size;
        char rest[256];
    } extended;
    umask(022);
    int fd = file_make("file", 5000);
    must(mkdir("dir", 01777));
    must(symlink("file", "link"));
    must(mknod("fifo", S_IFIFO | 0666, 0));
    must(mknod("null", S_IFCHR | 0666, makedev(1, 3)));
    must(mknod("disk", S_IFBLK | 0660, makedev(7, 0)));
    must(mknod("plain", S_IFREG | 0640, 0));
    static const char *const paths[] = {"file",      "dir",      "link",         "fifo",
                                        "null",      "disk",     "plain",        "absent",
                                        "/dev/zero", "/dev/tty", "/proc/version"};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        show(paths[i]);
    call("mknod existing", mknod("fifo", S_IFIFO | 0666, 0));
    call("mknod directory", mknod("newdir", S_IFDIR | 0666, 0));
    call("mknod type 9", mknod("newfile", 0150000 | 0666, 0));
    stat("file", &one);
    stat("link", &two);
    yes("stat follows", one.st_ino == two.st_ino && one.st_dev == two.st_dev);
    call("fstatat empty path", fstatat(fd, "", &two, AT_EMPTY_PATH));
    yes("same", one.st_ino == two.st_ino);
    call("fstatat unknown flag", syscall(SYS_newfstatat, fd, "", &two, 0x8000000));
    call("fstat bad", fstat(999, &one));
    call("stat bad pointer", syscall(SYS_stat, "file", 8));
    call("statx", syscall(SYS_statx, AT_FDCWD, "file", 0, 0x7ff, &extended));
    say("statx size %lu mode %o has basic %d", (unsigned long)extended.stx_size, extended.stx_mode,
        (extended.stx_mask & 0x7ff) == 0x7ff);
    call("statx unknown flag", syscall(SYS_statx, AT_FDCWD, "file", 0x8000000, 0x7ff, &extended));
    call("statx reserved mask", syscall(SYS_statx, AT_FDCWD, "file", 0, 0x80000000U, &extended));
    times_of("start", fd);
    must(pwrite(fd, "x", 1, 0));
    times_of("write", fd);
    must(fchmod(fd, 0600));
    times_of("chmod", fd);
    must(link("file", "hard"));
    times_of("link", fd);
    must(ftruncate(fd, 100));
    times_of("truncate", fd);
    must(rename("hard", "hard2"));
    times_of("rename", fd);
    must(pread(fd, &one, 10, 0));
    times_of("nothing", fd);
    times_of("nothing again", fd);
    return 0;
}
