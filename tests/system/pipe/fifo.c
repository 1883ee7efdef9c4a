/* Named pipes: opening waits for the other side, or ENXIO with O_NONBLOCK. */

#include "test.h"

int main(void)
{
    char buffer[16];
    struct stat info;
    call("mkfifo", mkfifo("fifo", 0640));
    call("again", mkfifo("fifo", 0640));
    stat("fifo", &info);
    say("mode %o size %ld", info.st_mode, (long)info.st_size);
    call("write-only, nobody reads", open("fifo", O_WRONLY | O_NONBLOCK));
    int reader = (int)must(open("fifo", O_RDONLY | O_NONBLOCK));
    call("read without writers", read(reader, buffer, 1));
    int writer = (int)must(open("fifo", O_WRONLY | O_NONBLOCK));
    call("read with a writer", read(reader, buffer, 1));
    call("write", write(writer, "abc", 3));
    call("read", read(reader, buffer, 16));
    close(writer);
    call("end of file", read(reader, buffer, 1));
    close(reader);
    if (fork() == 0) {
        int fd = (int)must(open("fifo", O_WRONLY));
        must(write(fd, "child", 5));
        _exit(0);
    }
    reader = (int)must(open("fifo", O_RDONLY));
    call("read from a child", read(reader, buffer, 16));
    wait(NULL);
    int both = open("fifo", O_RDWR);
    yes("read-write opens at once", both >= 0);
    call("lseek", lseek(both, 0, SEEK_SET));
    return 0;
}
