/* pipes: end of file, EPIPE and SIGPIPE, capacity, atomic writes, flags, errnos. */

#include "test.h"

#include <sys/ioctl.h>

static volatile int pipes;

static void handler(int number)
{
    (void)number;
    pipes++;
}

int main(void)
{
    int ends[2], waiting = -1;
    char buffer[8192];
    struct stat info;

    call("pipe", pipe(ends));
    call("write", write(ends[1], "hello", 5));
    call("FIONREAD", ioctl(ends[0], FIONREAD, &waiting));
    say("waiting %d", waiting);
    call("read part", read(ends[0], buffer, 2));
    call("read rest", read(ends[0], buffer, 100));
    call("read the write end", read(ends[1], buffer, 1));
    call("write the read end", write(ends[0], buffer, 1));
    call("seek", lseek(ends[0], 0, SEEK_CUR));
    call("pread", pread(ends[0], buffer, 1, 0));
    call("fsync", fsync(ends[0]));
    call("ftruncate", ftruncate(ends[1], 0));
    fstat(ends[0], &info);
    say("mode %o", info.st_mode);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    call("read empty", read(ends[0], buffer, 1));
    long total = 0, got;
    while ((got = write(ends[1], buffer, sizeof(buffer))) > 0)
        total += got;
    say("full after %ld, then %s", total, errno_name(errno));
    call("F_GETPIPE_SZ", fcntl(ends[0], F_GETPIPE_SZ));
    call("read 4095", read(ends[0], buffer, 4095));
    call("write 4096 atomically", write(ends[1], buffer, 4096));
    call("read 1", read(ends[0], buffer, 1));
    call("write 4096 now", write(ends[1], buffer, 4096));
    close(ends[1]);
    total = 0;
    while ((got = read(ends[0], buffer, sizeof(buffer))) > 0)
        total += got;
    say("drained %ld, then %ld", total, got);
    must(pipe(ends));
    signal(SIGPIPE, handler);
    close(ends[0]);
    call("write without readers", write(ends[1], "x", 1));
    say("SIGPIPE %d", pipes);
    call("zero bytes without readers", write(ends[1], "x", 0));
    call("pipe2 unknown flag", pipe2(ends, 1));
    call("pipe2", pipe2(ends, O_CLOEXEC | O_NONBLOCK));
    say("flags %x %o", fcntl(ends[0], F_GETFD), fcntl(ends[0], F_GETFL));
    call("pipe to null", syscall(SYS_pipe, 8));
    return 0;
}
