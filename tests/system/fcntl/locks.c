/* POSIX record locks: conflicts, splitting, F_GETLK, release on close and exit, deadlock, OFD
 * locks. */

#include "test.h"

static int fd;

static long lock(int command, int type, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, command, &request);
}

static void query(const char *label, int type, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    if (fcntl(fd, F_GETLK, &request) < 0)
        say("%s: %s", label, errno_name(errno));
    else if (request.l_type == F_UNLCK)
        say("%s: free", label);
    else
        say("%s: %s %ld+%ld %s", label, request.l_type == F_RDLCK ? "read" : "write",
            (long)request.l_start, (long)request.l_len,
            request.l_pid == getppid() ? "parent" : "other");
}

static void child(void)
{
    call("write over the read lock", lock(F_SETLK, F_WRLCK, 0, 1));
    call("read over the read lock", lock(F_SETLK, F_RDLCK, 0, 1));
    call("read over the write lock", lock(F_SETLK, F_RDLCK, 20, 1));
    query("read at 0", F_RDLCK, 0, 5);
    query("write at 0", F_WRLCK, 0, 5);
    query("write everything", F_WRLCK, 0, 0);
    query("hole", F_WRLCK, 12, 2);
    call("take the hole", lock(F_SETLK, F_WRLCK, 10, 10));
}

static void child_close(void)
{
    call("after the parent closed another descriptor", lock(F_SETLK, F_WRLCK, 0, 0));
}

int main(void)
{
    fd = file_make("file", 100);
    call("read lock 0..9", lock(F_SETLK, F_RDLCK, 0, 10));
    call("write lock 20..29", lock(F_SETLK, F_WRLCK, 20, 10));
    call("own conflict is none", lock(F_SETLK, F_WRLCK, 25, 1));
    in_child("child", child);
    call("unlock the middle", lock(F_SETLK, F_UNLCK, 23, 2));
    call("negative length", lock(F_SETLK, F_RDLCK, 50, -10));
    call("negative start", lock(F_SETLK, F_RDLCK, -1, 10));
    call("type 9", lock(F_SETLK, 9, 0, 1));
    in_child("child again", child);
    close((int)must(open("file", O_RDONLY)));
    in_child("closed", child_close);
    int readonly = (int)must(open("file", O_RDONLY));
    struct flock request = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    call("write lock on a read-only descriptor", fcntl(readonly, F_SETLK, &request));
    request.l_type = F_RDLCK;
    call("F_GETLK bad pointer", fcntl(fd, F_GETLK, 8));

    /* Deadlock: the child holds byte 1 and wants 0, we hold 0 and want 1. */
    int gate[2];
    char byte;
    must(pipe(gate));
    must(lock(F_SETLK, F_WRLCK, 0, 1));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        must(lock(F_SETLK, F_WRLCK, 1, 1));
        must(write(gate[1], "x", 1));
        _exit(lock(F_SETLKW, F_WRLCK, 0, 1) == 0 ? 0 : 1);
    }
    read(gate[0], &byte, 1);
    nap(50);
    call("deadlock", lock(F_SETLKW, F_WRLCK, 1, 1));
    must(lock(F_SETLK, F_UNLCK, 0, 1));
    int status;
    waitpid(pid, &status, 0);
    status_report("the other got it", status);
    return 0;
}
