/*
 * Which words are one: a private key is the address space's, a shared one the memory's, be it a
 * file, shared anonymous memory, a System V segment, or private memory (which is then private,
 * too).
 */

#include "test.h"

#include <pthread.h>
#include <sys/shm.h>

static int *first, *second;
static int operation;

static long futex(int *word, int op, long value, void *timeout, int *other, int third)
{
    return syscall(SYS_futex, word, op, value, timeout, other, third);
}

static void *waits(void *unused)
{
    struct timespec limit = {0, 300000000};
    long result = futex(first, 0 | operation, 0, &limit, NULL, 0);
    return result == 0 ? unused : (void *)(long)errno;
}

/* A thread waits at @a, this one wakes @b until it wakes or the other's time is over. */
static void meet(const char *label, void *a, int wait_private, void *b, int wake_private)
{
    pthread_t thread;
    void *result;
    long woken = 0;

    first = a;
    second = b;
    operation = wait_private ? 128 : 0;
    pthread_create(&thread, NULL, waits, NULL);
    for (int i = 0; i < 200 && woken == 0; i++) {
        nap(1);
        woken = futex(second, 1 | (wake_private ? 128 : 0), 1, NULL, NULL, 0);
    }
    pthread_join(thread, &result);
    say("%s: %s, %s", label,
        woken < 0    ? errno_name(errno)
        : woken == 1 ? "woken"
                     : "nobody there",
        errno_name((int)(long)result));
}

static void child_wakes(const char *label, int *word)
{
    pthread_t thread;
    void *result;
    int status;

    first = word;
    operation = 0;
    pthread_create(&thread, NULL, waits, NULL);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        long woken = 0;
        for (int i = 0; i < 200 && woken == 0; i++) {
            nap(1);
            woken = futex(word, 1, 1, NULL, NULL, 0);
        }
        _exit((int)woken);
    }
    must(waitpid(pid, &status, 0));
    pthread_join(thread, &result);
    say("%s: child woke %d, %s", label, WEXITSTATUS(status), errno_name((int)(long)result));
}

int main(void)
{
    int fd = file_make("file", 2 * PAGE), other = file_make("other", 2 * PAGE);
    must(ftruncate(fd, 0));
    must(ftruncate(fd, 2 * PAGE));
    must(ftruncate(other, 0));
    must(ftruncate(other, 2 * PAGE));
    int *private = (int *)map(PAGE);
    int *anonymous = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *b = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *c = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
    int *copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    int *x = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
    int id = (int)must(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600));
    int *s = shmat(id, NULL, 0), *t = shmat(id, NULL, SHM_RDONLY);
    must(shmctl(id, IPC_RMID, NULL));

    meet("private memory, private", private, 1, private, 1);
    meet("private memory, shared", private, 0, private, 0);
    meet("private memory, private and shared", private, 1, private, 0);
    meet("shared memory, private", anonymous, 1, anonymous, 1);
    meet("shared memory, private and shared", anonymous, 1, anonymous, 0);
    meet("the next word", private, 1, private + 1, 1);
    meet("a file twice", a, 0, b, 0);
    meet("a file twice, private", a, 1, b, 1);
    meet("its second page", (char *)a + PAGE, 0, c, 0);
    meet("another page", a, 0, c, 0);
    meet("another file", a, 0, x, 0);
    meet("a private mapping not yet copied", a, 0, copy, 0);
    *copy = 0;
    meet("a private mapping that was copied", a, 0, copy, 0);
    meet("two words of a private mapping", copy, 0, copy, 0);
    meet("System V twice", s, 0, t, 0);
    meet("waiting on a read-only segment", t, 0, s, 0);
    child_wakes("private memory", private);
    child_wakes("shared memory", anonymous);
    child_wakes("file", a);
    child_wakes("private mapping of a file", copy);
    char *read_only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    meet("a read-only mapping of the file", read_only, 0, a, 0);
    meet("woken through it", a, 0, read_only, 0);
    char *none = map_prot(PAGE, PROT_NONE);
    call("shared wake without access", futex((int *)none, 1, 1, NULL, NULL, 0));
    call("private wake without access", futex((int *)none, 1 | 128, 1, NULL, NULL, 0));
    call("shared wait without access", futex((int *)none, 0, 0, NULL, NULL, 0));
    call("private wait without access", futex((int *)none, 0 | 128, 0, NULL, NULL, 0));
    must(ftruncate(fd, PAGE));
    call("past the end of the file", futex(c, 0, 0, NULL, NULL, 0));
    call("wake past the end", futex(c, 1, 0, NULL, NULL, 0));
    return 0;
}
