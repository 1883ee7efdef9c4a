/* read, write, pread, pwrite, readv, writev, sparse files, limits, offsets. */

#include "test.h"

#include <sys/resource.h>
#include <sys/uio.h>

int main(void)
{
    char buffer[100], two[100];
    struct stat info;
    int fd = (int)must(open("file", O_RDWR | O_CREAT, 0644));

    call("write", write(fd, "hello world", 11));
    call("read at the end", read(fd, buffer, 10));
    call("pread", pread(fd, buffer, 5, 6));
    say("%.5s", buffer);
    call("pread beyond", pread(fd, buffer, 5, 100));
    call("pread negative", pread(fd, buffer, 5, -1));
    call("pwrite beyond", pwrite(fd, "end", 3, 10000));
    fstat(fd, &info);
    say("size %ld, blocks %ld", (long)info.st_size, (long)info.st_blocks);
    pread(fd, buffer, 10, 5000);
    yes("hole is zero", buffer[0] == 0 && buffer[9] == 0);
    call("offset", lseek(fd, 0, SEEK_CUR));
    struct iovec vector[3] = {{buffer, 3}, {NULL, 0}, {two, 4}};
    lseek(fd, 0, SEEK_SET);
    call("readv", readv(fd, vector, 3));
    say("%.3s|%.4s", buffer, two);
    call("writev", writev(fd, vector, 3));
    call("readv 0", readv(fd, vector, 0));
    call("readv -1", readv(fd, vector, -1));
    call("readv 1025", readv(fd, vector, 1025));
    vector[0].iov_len = (size_t)-1;
    call("readv huge part", readv(fd, vector, 1));
    vector[0].iov_len = 3;
    vector[2].iov_base = (void *)8;
    lseek(fd, 0, SEEK_SET);
    call("readv second part bad", readv(fd, vector, 3));
    call("preadv", preadv(fd, vector, 1, 6));
    call("read 0", read(fd, (char *)8, 0));
    call("read more than SSIZE_MAX", syscall(SYS_read, fd, buffer, -1L));
    call("read bad", read(999, buffer, 1));
    int writer = (int)must(open("file", O_WRONLY));
    call("read of write-only", read(writer, buffer, 1));
    int reader = (int)must(open("file", O_RDONLY));
    call("write of read-only", write(reader, buffer, 1));
    call("read of a directory", read(open(".", O_RDONLY), buffer, 1));
    call("pwrite at 2^63 - 10", pwrite(fd, buffer, 5, LONG_MAX - 10));
    call("pwrite across 2^63", pwrite(fd, buffer, 20, LONG_MAX - 10));
    struct rlimit limit = {20000, RLIM_INFINITY};
    must(setrlimit(RLIMIT_FSIZE, &limit));
    signal(SIGXFSZ, SIG_IGN);
    call("up to RLIMIT_FSIZE", pwrite(fd, buffer, 50, 19990));
    call("beyond it", pwrite(fd, buffer, 50, 20000));
    call("ftruncate beyond it", ftruncate(fd, 30000));
    return 0;
}
