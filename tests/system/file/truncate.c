/* truncate, ftruncate, fallocate. */

#define _GNU_SOURCE
#include <fcntl.h>

#include "test.h"

static int fd;

static void size(const char *label)
{
    struct stat info;
    fstat(fd, &info);
    say("%s: size %ld blocks %ld", label, (long)info.st_size, (long)info.st_blocks);
}

int main(void)
{
    char text[10];
    fd = file_make("file", 10000);
    size("made");
    call("shrink", truncate("file", 100));
    size("shrunk");
    call("grow", ftruncate(fd, 20000));
    size("grown");
    must(pread(fd, text, 10, 95));
    yes("kept then zero", text[4] == 99 && text[5] == 0);
    call("negative", ftruncate(fd, -1));
    call("negative path", truncate("file", -1));
    call("directory", truncate(".", 0));
    call("absent", truncate("absent", 0));
    call("read-only descriptor", ftruncate(open("file", O_RDONLY), 0));
    call("huge", ftruncate(fd, LONG_MAX));
    must(ftruncate(fd, 100));
    call("allocate", fallocate(fd, 0, 0, 40000));
    size("allocated");
    call("keep size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 40000, 8192));
    size("kept");
    must(pwrite(fd, "xyz", 3, 9000));
    call("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 4096));
    size("punched");
    must(pread(fd, text, 3, 9000));
    yes("is zero", text[0] == 0);
    must(pwrite(fd, "xyz", 3, 100));
    call("punch part of a page", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 101, 1));
    must(pread(fd, text, 3, 100));
    say("%c %d %c", text[0], text[1], text[2]);
    call("punch without keep", fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
    call("length 0", fallocate(fd, 0, 0, 0));
    call("offset negative", fallocate(fd, 0, -1, 10));
    call("unknown mode", fallocate(fd, 0x80, 0, 10));
    call("collapse", fallocate(fd, 8, 0, 4096));
    call("overflow", fallocate(fd, 0, LONG_MAX, 10));
    call("pipe", fallocate(open("/dev/null", O_RDWR), 0, 0, 10));
    call("posix_fallocate of read-only", fallocate(open("file", O_RDONLY), 0, 0, 10));
    return 0;
}
