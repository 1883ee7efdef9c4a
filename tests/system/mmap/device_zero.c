/* mmap of /dev/zero: private is anonymous memory, shared is shared between forks. */

#include "test.h"

int main(void)
{
    int fd = (int)must(open("/dev/zero", O_RDWR));
    char *private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    close(fd);
    yes("zero", private[0] == 0 && shared[PAGE] == 0);
    private[0] = 'p';
    shared[0] = 's';
    if (fork() == 0) {
        private[0] = 'c';
        shared[0] = 'c';
        _exit(0);
    }
    wait(NULL);
    say("private %c shared %c", private[0], shared[0]);
    yes("two shared maps are two memories", other[0] == 0);
    int null = (int)must(open("/dev/null", O_RDWR));
    call("/dev/null", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, null, 0));
    return 0;
}
