/* utimensat: exact times, UTIME_NOW, UTIME_OMIT, symlinks, errnos. */

#include "test.h"

static void show(const char *label, const char *path)
{
    struct stat info;
    lstat(path, &info);
    say("%s: %ld.%09ld %ld.%09ld", label, (long)info.st_atim.tv_sec, info.st_atim.tv_nsec,
        (long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

int main(void)
{
    struct timespec set[2] = {{1000000000, 123456789}, {1111111111, 987654321}};
    struct timespec omit[2] = {{0, UTIME_OMIT}, {5, 5}};
    struct timespec bad[2] = {{0, 1000000000}, {0, 0}};
    struct timespec old[2] = {{-100, 500}, {0x1ffffffff, 1}};
    struct stat info;
    int fd = file_make("file", 1);
    must(symlink("file", "link"));
    call("utimensat", utimensat(AT_FDCWD, "file", set, 0));
    show("set", "file");
    call("omit", utimensat(AT_FDCWD, "file", omit, 0));
    show("omitted", "file");
    call("symlink", utimensat(AT_FDCWD, "link", set, AT_SYMLINK_NOFOLLOW));
    show("link", "link");
    show("file", "file");
    call("bad nanoseconds", utimensat(AT_FDCWD, "file", bad, 0));
    call("unknown flag", utimensat(AT_FDCWD, "file", set, 0x8000));
    call("before 1970 and after 2038", utimensat(AT_FDCWD, "file", old, 0));
    show("extreme", "file");
    call("futimens", futimens(fd, set));
    show("futimens", "file");
    call("now", futimens(fd, NULL));
    fstat(fd, &info);
    yes("is now", labs(info.st_mtim.tv_sec - time(NULL)) < 5);
    call("absent", utimensat(AT_FDCWD, "absent", NULL, 0));
    return 0;
}
