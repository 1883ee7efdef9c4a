/* lseek with all whences, SEEK_DATA and SEEK_HOLE included. */

#include "test.h"

int main(void)
{
    int fd = (int)must(open("file", O_RDWR | O_CREAT, 0644));
    must(pwrite(fd, "a", 1, 0));
    must(pwrite(fd, "b", 1, 5 * (long)PAGE));
    must(ftruncate(fd, 8 * (long)PAGE));
    call("set 100", lseek(fd, 100, SEEK_SET));
    call("cur -50", lseek(fd, -50, SEEK_CUR));
    call("cur -100", lseek(fd, -100, SEEK_CUR));
    call("end -1", lseek(fd, -1, SEEK_END));
    call("end 1000", lseek(fd, 1000, SEEK_END));
    call("set -1", lseek(fd, -1, SEEK_SET));
    call("set max", lseek(fd, LONG_MAX, SEEK_SET));
    call("cur overflows", lseek(fd, 1, SEEK_CUR));
    call("whence 9", lseek(fd, 0, 9));
    call("data from 0", lseek(fd, 0, SEEK_DATA));
    call("hole from 0", lseek(fd, 0, SEEK_HOLE));
    call("data from 4096", lseek(fd, 4096, SEEK_DATA));
    call("hole from 20480", lseek(fd, 20480, SEEK_HOLE));
    call("data from 24576", lseek(fd, 24576, SEEK_DATA));
    call("hole from 24576", lseek(fd, 24576, SEEK_HOLE));
    call("data beyond the end", lseek(fd, 40000, SEEK_DATA));
    call("hole beyond the end", lseek(fd, 40000, SEEK_HOLE));
    call("bad descriptor", lseek(999, 0, SEEK_SET));
    call("character device", lseek(open("/dev/null", O_RDONLY), 50, SEEK_SET));
    return 0;
}
