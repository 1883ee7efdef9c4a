/* futex between processes: shared memory, a shared file at two addresses; counts of wake and
 * requeue. */

#include "test.h"

enum { WAIT, WAKE, FD, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET = 9, WAKE_BITSET };

static int *words;

static long futex(int *word, int op, int value, void *timeout, int *second, int third)
{
    return syscall(SYS_futex, word, op, value, timeout, second, third);
}

static void start(int count, int *word, int bits)
{
    struct timespec limit = {3, 0};
    for (int i = 0; i < count; i++) {
        if (fork() == 0) {
            __atomic_add_fetch(&words[10], 1, __ATOMIC_SEQ_CST);
            long result = bits ? syscall(SYS_futex, word, WAIT_BITSET, 0, NULL, NULL, bits)
                               : futex(word, WAIT, 0, &limit, NULL, 0);
            _exit(result == 0 ? 0 : errno == ETIMEDOUT ? 2 : 1);
        }
    }
    while (__atomic_load_n(&words[10], __ATOMIC_SEQ_CST) != count)
        nap(1);
    nap(60);
    words[10] = 0;
}

static void collect(const char *label, int count)
{
    int status, good = 0;
    for (int i = 0; i < count; i++) {
        must(wait(&status));
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    say("%s: %d woken", label, good);
}

int main(void)
{
    int fd = file_make("file", PAGE);
    must(ftruncate(fd, 0));
    must(ftruncate(fd, (long)PAGE));
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    start(5, words, 0);
    call("wake 2", futex(words, WAKE, 2, NULL, NULL, 0));
    call("wake through the other mapping", futex(again, WAKE, 1, NULL, NULL, 0));
    call("requeue: wake 1, move the rest", futex(words, REQUEUE, 1, (void *)10, words + 1, 0));
    call("nobody here now", futex(words, WAKE, 10, NULL, NULL, 0));
    call("but there", futex(words + 1, WAKE, 10, NULL, NULL, 0));
    collect("all", 5);
    start(1, words, 1);
    start(2, words, 2);
    call("wake bit 4", futex(words, WAKE_BITSET, 10, NULL, NULL, 4));
    call("wake bit 2", futex(words, WAKE_BITSET, 10, NULL, NULL, 2));
    call("plain wake", futex(words, WAKE, 10, NULL, NULL, 0));
    collect("all", 3);
    start(1, words, 0);
    start(1, words + 1, 0);
    words[1] = 0;
    call("wake_op: add 5 to the second if it was 0",
         futex(words, WAKE_OP, 1, (void *)1, words + 1, (1 << 28) | (0 << 24) | (5 << 12) | 0));
    say("second word %d", words[1]);
    collect("all", 2);
    call("private and shared do not meet", futex(words, WAKE | 128, 1, NULL, NULL, 0));
    return 0;
}
