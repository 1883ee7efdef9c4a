/* One has byte 1 and waits for byte 0; the other lets byte 0 go and asks for byte 1 before the
   first has run. That is no circle. */
#include "test.h"

static int lock(int fd, short type, int at)
{
    struct flock request = {.l_type = type, .l_start = at, .l_len = 1};

    return fcntl(fd, F_SETLKW, &request);
}

int main(void)
{
    int fd = (int)must(open("locked", O_RDWR | O_CREAT, 0600)), ends[2], failed = 0;

    must(pipe(ends));
    for (int i = 0; i < 50; i++) {
        char byte;
        pid_t pid;

        must(lock(fd, F_WRLCK, 0));
        pid = (pid_t)must(fork());
        if (pid == 0) {
            must(lock(fd, F_WRLCK, 1));
            must(write(ends[1], "x", 1));
            must(lock(fd, F_WRLCK, 0));
            _exit(0); /* lets both go */
        }
        must(read(ends[0], &byte, 1));
        wait_until_asleep(pid);
        must(lock(fd, F_UNLCK, 0));
        failed += lock(fd, F_WRLCK, 1) != 0;
        must(waitpid(pid, NULL, 0));
        must(lock(fd, F_UNLCK, 1));
    }
    say("refused: %d", failed);
    return 0;
}
