/* A file is cut off while a child of a fork reads its private copies, which it shares with the
 * parent: it reads what was in them till it is told that they are gone. */
#include "test.h"

#include <setjmp.h>

#define LEN     (2UL << 20)
#define BETWEEN 800
#define ROUNDS  8

static sigjmp_buf gone;
static char *between[BETWEEN];

static void jump(int number)
{
    (void)number;
    siglongjmp(gone, 1);
}

static void read_till_gone(const volatile unsigned char *copies)
{
    signal(SIGBUS, jump);
    if (sigsetjmp(gone, 1) != 0)
        _exit(0);
    for (;;) {
        for (unsigned long i = 0; i < LEN; i += PAGE) {
            if (copies[i] != 0xaa)
                _exit(1);
        }
    }
}

/* Gives freed frames other contents at once. */
static pid_t start_churning(void)
{
    pid_t child = (pid_t)must(fork());

    if (child != 0)
        return child;
    for (;;) {
        char *room = map(4 * LEN);

        madvise(room, 4 * LEN, MADV_NOHUGEPAGE);
        memset(room, 0x5a, 4 * LEN);
        munmap(room, 4 * LEN);
    }
}

/* Areas of the file that lie between the parent's and the child's in the order they were made. */
static void make_between(int fd)
{
    for (int i = 0; i < BETWEEN; i++) {
        between[i] = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);
        must(between[i] == MAP_FAILED ? -1 : madvise(between[i], LEN, MADV_DONTFORK));
        (void)*(volatile char *)between[i];
    }
}

static bool try_once(void)
{
    int fd = (int)must(memfd_create("cut", 0)), status;
    char *room = mmap(NULL, 2 * LEN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *copies = (char *)(((uintptr_t)room + LEN - 1) & ~(LEN - 1));
    pid_t child;

    must(ftruncate(fd, LEN));
    mmap(copies, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0);
    memset(copies, 0xaa, LEN);
    make_between(fd);
    child = (pid_t)must(fork());
    if (child == 0)
        read_till_gone((const volatile unsigned char *)copies);
    nap(20);
    must(ftruncate(fd, 0));
    must(waitpid(child, &status, 0));
    for (int i = 0; i < BETWEEN; i++)
        munmap(between[i], LEN);
    munmap(room, 2 * LEN);
    close(fd);
    return status == 0;
}

int main(void)
{
    pid_t churning = start_churning();
    int good = 0;

    for (int i = 0; i < ROUNDS; i++)
        good += try_once();
    kill(churning, SIGKILL);
    say("%d of %d read nothing else", good, ROUNDS);
    return 0;
}
